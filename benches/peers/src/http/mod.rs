//! Servers over Streamable HTTP: one thread holds all connections, and each of them has one request at a time.

mod client;
mod connection;
mod endpoint;
pub mod footprint;
mod load;
mod response;
mod server;

pub(crate) use load::run;
