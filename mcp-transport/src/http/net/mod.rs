//! Connections: accepted, monitored, drained.

mod connection;
pub(crate) mod listening;
mod monitor;
mod monitored_io;
mod router;
