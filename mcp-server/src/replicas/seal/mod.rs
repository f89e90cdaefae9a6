//! Seals for what clients keep on behalf of the server: session ids and request states.
//!
//! With the feature `seal`, contents are encrypted and travel with the client. Without it, they stay in the process and
//! the client gets a ticket.

use std::fmt;
use std::sync::Arc;

#[cfg(feature = "seal")]
pub(crate) mod aes_gcm;
#[cfg(feature = "seal")]
pub(crate) mod keys;
#[cfg_attr(
    feature = "seal",
    allow(dead_code, reason = "only a build without keys uses it; every build tests it")
)]
pub(crate) mod tickets;
#[cfg(not(feature = "seal"))]
pub(crate) mod without_keys;

#[cfg(feature = "seal")]
pub(crate) use self::keys::Keys;
#[cfg(not(feature = "seal"))]
pub(crate) use self::without_keys::Keys;

/// A way to seal.
pub(crate) trait Sealer: Send + Sync {
    fn seal(&self, purpose: &str, bound: &[&str], plain: &[u8]) -> String;
    fn open(&self, purpose: &str, bound: &[&str], sealed: &str) -> Option<Vec<u8>>;
}

/// A seal for what clients keep on behalf of the server, so that they can neither read nor change it. Cheap to clone.
///
/// ```
/// use mcpwright_server::Server;
///
/// let server = Server::builder("shop", "1.0.0").build();
/// // A client keeps the position in a list as a cursor that only this caller can use.
/// let cursor = server.seal().seal("cursor", &["ada"], b"row 700");
/// assert_eq!(server.seal().open("cursor", &["ada"], &cursor).as_deref(), Some(&b"row 700"[..]));
/// assert_eq!(server.seal().open("cursor", &["bob"], &cursor), None);
/// ```
#[derive(Clone)]
pub struct Seal {
    sealer: Arc<dyn Sealer>,
    is_random: bool,
}

impl Seal {
    /// Returns `true` if no other process can open what this one seals.
    pub fn is_random(&self) -> bool {
        self.is_random
    }

    /// Seals contents for a purpose, bound to these texts: they open for the same purpose and the same texts only.
    ///
    /// # Panics
    ///
    /// Panics if the operating system has no random numbers.
    pub fn seal(&self, purpose: &str, bound: &[&str], plain: &[u8]) -> String {
        self.sealer.seal(purpose, bound, plain)
    }

    /// Opens what was sealed for this purpose and bound to these texts. Returns `None` for anything else.
    pub fn open(&self, purpose: &str, bound: &[&str], sealed: &str) -> Option<Vec<u8>> {
        self.sealer.open(purpose, bound, sealed)
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seal").field("is_random", &self.is_random).finish_non_exhaustive()
    }
}
