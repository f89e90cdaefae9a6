//! State and messages that the replicas of a server share: a store, a bus, and seals for what clients keep.

pub(crate) mod bus;
pub(crate) mod change;
pub(crate) mod memory_store;
pub(crate) mod seal;
pub(crate) mod store;
pub(crate) mod task_change;
