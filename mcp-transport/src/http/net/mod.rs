//! Connections: accepted, monitored, drained.

pub(crate) mod monitor;
pub(crate) mod serve;
