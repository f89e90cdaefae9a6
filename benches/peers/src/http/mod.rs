//! Servers over Streamable HTTP: one thread drives all connections, each with one request in flight at a time.

mod client;
mod connection;
mod endpoint;
pub mod footprint;
pub(crate) mod load;
mod response;
mod server;
