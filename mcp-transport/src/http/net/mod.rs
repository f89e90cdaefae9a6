//! Connections: accepted, monitored, drained.

pub(crate) mod address;
mod connection;
pub(crate) mod listening;
mod monitor;
mod monitored_io;
mod router;
