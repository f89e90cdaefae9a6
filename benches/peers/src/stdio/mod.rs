//! Servers over standard input and output.

pub(crate) mod load;
mod server;
