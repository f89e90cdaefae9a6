//! The identity of a session of an earlier revision.

use std::fmt;
use std::hash::{Hash, Hasher};

/// The identity of a session of an earlier revision: 128 random bits, displayed as hexadecimal digits.
///
/// Over HTTP, it is not the value of `Mcp-Session-Id`, which is sealed: knowing it gives no access to the session, so it may
/// be logged.
///
/// ```
/// use mcpwright_server::SessionId;
///
/// let id = SessionId::from_bytes([0xab; 16]);
/// assert_eq!(id.to_string(), "ab".repeat(16));
/// assert_eq!(SessionId::from_bytes(id.to_bytes()), id);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionId([u8; 16]);

impl SessionId {
    /// The identity of no session: smaller than an `Option` in each call.
    pub(crate) const NONE: Self = Self([0; 16]);

    /// Returns a new identity.
    ///
    /// # Panics
    ///
    /// Panics if the operating system has no random numbers.
    pub(crate) fn random() -> Self {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("the operating system has random numbers");
        Self(bytes)
    }

    /// Returns the identity with these bytes, which must have come from [`SessionId::to_bytes`].
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes of the identity.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0
    }
}

impl Hash for SessionId {
    /// Hashes half of the bits, which are random.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_ne_bytes([a, b, c, d, e, f, g, h]).hash(state);
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionId({self})")
    }
}
