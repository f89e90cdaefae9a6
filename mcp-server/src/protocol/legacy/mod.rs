//! Revision 2025-11-25 and earlier: sessions with a handshake.
//!
//! A legacy session remembers the handshake and stands for the modern client that its client would be.

pub(crate) mod batch;
pub(crate) mod downgrade;
pub(crate) mod handshake;
pub(crate) mod input_requests;
pub(crate) mod server_requests;
pub(crate) mod session;
