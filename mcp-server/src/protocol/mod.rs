//! Messages to calls and outcomes to messages: the only place that knows revisions.

pub(crate) mod action;
pub(crate) mod connection;
pub(crate) mod legacy;
pub(crate) mod modern;
pub(crate) mod request_meta;
pub(crate) mod transport_metadata;
