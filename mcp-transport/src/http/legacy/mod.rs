//! Requests of revision 2025-11-25 and earlier.

pub(crate) mod active;
pub(crate) mod attachment;
pub(crate) mod event_id;
pub(crate) mod http_sse;
pub(crate) mod replay_buffer;
pub(crate) mod requests;
pub(crate) mod session;
pub(crate) mod standalone;
pub(crate) mod stream;
pub(crate) mod streams;
