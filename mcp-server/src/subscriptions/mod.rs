//! What changes while a server runs, and who is told.
//!
//! Whoever knows of a change says so with [`Notify`]. The hub finds the subscriptions that want it, each of which keeps
//! it until its connection tells the client.

pub(crate) mod hub;
pub(crate) mod notify;
