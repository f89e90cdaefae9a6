//! Requests of revision 2025-11-25 and earlier.

pub(crate) mod active;
pub(crate) mod http_sse;
pub(crate) mod requests;
pub(crate) mod session;
pub(crate) mod standalone;
pub(crate) mod stream;
pub(crate) mod streams;
