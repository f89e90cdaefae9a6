//! Revisions of the protocol, and the two eras they belong to.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A revision of the protocol, such as `2026-07-28`.
///
/// The set is open: a client may ask for a revision that nobody here has heard of.
/// See [versioning](https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProtocolVersion(Cow<'static, str>);

impl ProtocolVersion {
    /// The first published revision.
    pub const V2024_11_05: Self = Self(Cow::Borrowed("2024-11-05"));
    /// Streamable HTTP, batches, annotations of tools.
    pub const V2025_03_26: Self = Self(Cow::Borrowed("2025-03-26"));
    /// Structured tool output, elicitation; no batches any more.
    pub const V2025_06_18: Self = Self(Cow::Borrowed("2025-06-18"));
    /// Icons, URL elicitation, tools in sampling.
    pub const V2025_11_25: Self = Self(Cow::Borrowed("2025-11-25"));
    /// No handshake: each request carries what it needs.
    pub const V2026_07_28: Self = Self(Cow::Borrowed("2026-07-28"));

    /// The revisions that this crate knows, newest first.
    pub const ALL: [Self; 5] =
        [Self::V2026_07_28, Self::V2025_11_25, Self::V2025_06_18, Self::V2025_03_26, Self::V2024_11_05];

    /// The newest revision that opens with `initialize`.
    pub const LATEST_LEGACY: Self = Self::V2025_11_25;

    /// The revision of this name, known or not.
    pub fn new(name: &str) -> Self {
        match Self::ALL.iter().find(|known| known.as_str() == name) {
            Some(known) => known.clone(),
            None => Self(Cow::Owned(name.to_owned())),
        }
    }

    /// The revision's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Which era the revision belongs to; nothing for a revision that is not known here.
    pub fn era(&self) -> Option<Era> {
        let place = Self::ALL.iter().position(|known| known == self)?;
        Some(if place == 0 { Era::Modern } else { Era::Legacy })
    }
}

impl fmt::Display for ProtocolVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a client and a server come to know each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Era {
    /// By an `initialize` handshake that opens a session: 2025-11-25 and before.
    Legacy,
    /// By what each request carries in `_meta`: 2026-07-28 and after.
    Modern,
}
