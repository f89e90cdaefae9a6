//! Subscriptions to changes.
//!
//! A publisher calls [`Notify`](notify::Notify). The hub finds the subscriptions to the change, and each keeps it until
//! its connection sends it to the client: a publisher waits for no client.

pub(crate) mod hub;
pub(crate) mod notify;
pub(crate) mod shown_lists;
pub(crate) mod subscribed;
