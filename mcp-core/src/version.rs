//! Revisions of the protocol, and the two eras they belong to.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// A revision of the protocol, such as `2026-07-28`.
///
/// The set is open: a client may ask for a revision that nobody here has heard of.
/// Revisions that are known here are ordered as they were published; one that is not is neither before nor after another.
/// See [versioning](https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning).
///
/// ```
/// use mcpwright_core::ProtocolVersion;
///
/// let has_audio = |version: &ProtocolVersion| *version >= ProtocolVersion::V2025_03_26;
/// assert!(has_audio(&ProtocolVersion::V2025_06_18) && !has_audio(&ProtocolVersion::V2024_11_05));
/// assert!(!has_audio(&ProtocolVersion::new("2099-01-01")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
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

    /// How many of them are modern; they stand before the others.
    const MODERN: usize = 1;

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
        Some(if self.place()? < Self::MODERN { Era::Modern } else { Era::Legacy })
    }

    /// Where the revision stands among those that are known, newest first.
    fn place(&self) -> Option<usize> {
        Self::ALL.iter().position(|known| known == self)
    }
}

impl PartialOrd for ProtocolVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        if self == other {
            return Some(Ordering::Equal);
        }
        Some(other.place()?.cmp(&self.place()?))
    }
}

impl<'de> Deserialize<'de> for ProtocolVersion {
    /// One that is known keeps no memory of its own: it is cloned with each call of a session.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer).map(|name| Self::new(&name))
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

#[cfg(test)]
mod tests {
    use super::{Era, ProtocolVersion};

    #[test]
    fn known_revisions_are_ordered_as_they_were_published() {
        assert!(ProtocolVersion::ALL.is_sorted_by(|one, next| one > next));
        assert!(ProtocolVersion::LATEST_LEGACY >= ProtocolVersion::V2025_11_25);
    }

    #[test]
    fn an_unknown_revision_is_neither_before_nor_after() {
        let unknown = ProtocolVersion::new("2099-01-01");
        assert!(unknown.partial_cmp(&ProtocolVersion::V2026_07_28).is_none());
        assert!(ProtocolVersion::V2026_07_28.partial_cmp(&unknown).is_none());
        assert!(unknown <= unknown.clone());
    }

    #[test]
    fn the_eras_meet_at_the_latest_legacy_revision() {
        let eras = ProtocolVersion::ALL.map(|version| version.era());
        assert_eq!(ProtocolVersion::ALL[ProtocolVersion::MODERN], ProtocolVersion::LATEST_LEGACY);
        let [newest, older @ ..] = eras;
        assert_eq!(newest, Some(Era::Modern));
        assert!(older.iter().all(|era| *era == Some(Era::Legacy)));
        assert_eq!(ProtocolVersion::new("2099-01-01").era(), None);
    }
}
