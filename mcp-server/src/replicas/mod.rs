//! What the replicas of a server share: a store, a bus and keys.

pub(crate) mod bus;
pub(crate) mod change;
pub(crate) mod memory_store;
pub(crate) mod seal;
pub(crate) mod store;
pub(crate) mod task_change;
