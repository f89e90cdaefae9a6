//! State and messages that the replicas of a server share: a store, a bus, and seals for data that clients store.

pub(crate) mod bus;
pub(crate) mod change;
pub(crate) mod memory_store;
pub(crate) mod seal;
pub(crate) mod session_values;
pub(crate) mod store;
pub(crate) mod task_change;
