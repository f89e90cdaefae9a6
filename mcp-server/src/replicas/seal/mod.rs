//! Seals for what clients keep on behalf of the server.

#[cfg(feature = "seal")]
pub(crate) mod aes_gcm;
#[cfg(not(feature = "seal"))]
#[path = "tickets.rs"]
pub(crate) mod aes_gcm;
