//! Conversion of messages into calls, and of outcomes into messages: the only module that depends on protocol revisions.
//!
//! [`Connection::receive`](connection::Connection::receive) decides about the messages of a connection, and
//! [`Server::receive`](crate::Server::receive) about a message that arrives without one. Both decide about a request in
//! the same two steps: its `_meta` and its method give its era, and the era's module routes it.

pub(crate) mod action;
pub(crate) mod connection;
pub(crate) mod decision;
pub(crate) mod legacy;
pub(crate) mod modern;
pub(crate) mod request_meta;
pub(crate) mod routed;
pub(crate) mod transport_metadata;
