//! The half of the reference server that knows nothing of the protocol.

mod queries;
mod support;
