//! Revisions of the protocol, and the eras that they belong to.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// A revision of the protocol, such as `2026-07-28`.
///
/// The set is open: a client may request a revision that this crate does not know. Known revisions are ordered by their
/// date of publication. An unknown revision is neither before nor after another one.
///
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
    /// The first revision.
    pub const V2024_11_05: Self = Self(Cow::Borrowed("2024-11-05"));
    /// Adds Streamable HTTP, batches and tool annotations.
    pub const V2025_03_26: Self = Self(Cow::Borrowed("2025-03-26"));
    /// Adds structured tool output and elicitation; removes batches.
    pub const V2025_06_18: Self = Self(Cow::Borrowed("2025-06-18"));
    /// Adds icons, URL mode of elicitation and tool use in sampling.
    pub const V2025_11_25: Self = Self(Cow::Borrowed("2025-11-25"));
    /// Removes the handshake: every request carries its revision and the client's capabilities.
    pub const V2026_07_28: Self = Self(Cow::Borrowed("2026-07-28"));

    /// The revisions that this crate knows, newest first.
    pub const ALL: [Self; 5] =
        [Self::V2026_07_28, Self::V2025_11_25, Self::V2025_06_18, Self::V2025_03_26, Self::V2024_11_05];

    /// Number of modern revisions, which precede the others in [`ALL`](Self::ALL).
    const MODERN_COUNT: usize = 1;

    /// The newest revision with an `initialize` handshake.
    pub const LATEST_LEGACY: Self = Self::V2025_11_25;

    /// Returns the revision `name`, known or unknown.
    pub fn new(name: &str) -> Self {
        match Self::ALL.iter().find(|known| known.as_str() == name) {
            Some(known) => known.clone(),
            None => Self(Cow::Owned(name.to_owned())),
        }
    }

    /// Returns the name of the revision in messages.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the era that the revision belongs to, or `None` if the revision is unknown.
    pub fn era(&self) -> Option<Era> {
        Some(if self.index()? < Self::MODERN_COUNT { Era::Modern } else { Era::Legacy })
    }

    /// Index of the revision in [`ALL`](Self::ALL), if it is known.
    fn index(&self) -> Option<usize> {
        Self::ALL.iter().position(|known| known == self)
    }
}

impl PartialOrd for ProtocolVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        if self == other {
            return Some(Ordering::Equal);
        }
        Some(other.index()?.cmp(&self.index()?))
    }
}

impl<'de> Deserialize<'de> for ProtocolVersion {
    /// A known revision borrows its name from a constant, so that cloning it, as each call of a session does, does not
    /// allocate.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer).map(|name| Self::new(&name))
    }
}

impl fmt::Display for ProtocolVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The mechanism by which a client and a server exchange revisions, capabilities and implementations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Era {
    /// In an `initialize` handshake that opens a session: revisions up to 2025-11-25.
    Legacy,
    /// In the `_meta` of each request: revisions from 2026-07-28.
    Modern,
}

#[cfg(test)]
mod tests {
    use super::{Era, ProtocolVersion};

    #[test]
    fn known_revisions_are_ordered_by_publication() {
        assert!(ProtocolVersion::ALL.is_sorted_by(|one, next| one > next));
        assert!(ProtocolVersion::LATEST_LEGACY >= ProtocolVersion::V2025_11_25);
    }

    #[test]
    fn an_unknown_revision_is_unordered() {
        let unknown = ProtocolVersion::new("2099-01-01");
        assert!(unknown.partial_cmp(&ProtocolVersion::V2026_07_28).is_none());
        assert!(ProtocolVersion::V2026_07_28.partial_cmp(&unknown).is_none());
        assert!(unknown <= unknown.clone());
    }

    #[test]
    fn the_latest_legacy_revision_is_the_first_legacy_one() {
        let eras = ProtocolVersion::ALL.map(|version| version.era());
        assert_eq!(ProtocolVersion::ALL[ProtocolVersion::MODERN_COUNT], ProtocolVersion::LATEST_LEGACY);
        let [newest, older @ ..] = eras;
        assert_eq!(newest, Some(Era::Modern));
        assert!(older.iter().all(|era| *era == Some(Era::Legacy)));
        assert_eq!(ProtocolVersion::new("2099-01-01").era(), None);
    }
}
