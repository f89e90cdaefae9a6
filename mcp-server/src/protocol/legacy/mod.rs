//! Revision 2025-11-25 and earlier: sessions with a handshake.
//!
//! A legacy session stores the handshake and, from it, creates the same calls as a modern request does.

pub(crate) mod batch;
pub(crate) mod bound_session;
pub(crate) mod downgrade;
pub(crate) mod handshake;
pub(crate) mod input_requests;
pub(crate) mod server_requests;
pub(crate) mod session;
