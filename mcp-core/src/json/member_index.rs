//! Positions of frequently used members in the text of an object.

use std::ops::Range;

/// Byte ranges of the frequently used members of `params`, recorded while the message is scanned.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct MemberIndex([Option<(u32, u32)>; MemberIndex::NAMES.len()]);

impl MemberIndex {
    /// Names of the members whose positions are recorded.
    const NAMES: [&str; 5] = ["_meta", "name", "arguments", "inputResponses", "requestState"];

    /// Records the byte range of a member's value. Ignores names that are not in [`MemberIndex::NAMES`].
    pub(crate) fn record(&mut self, name: &str, range: Range<usize>) {
        if let Some(slot) = Self::slot(name) {
            self.0[slot] = u32::try_from(range.start).ok().zip(u32::try_from(range.end).ok());
        }
    }

    /// Returns the same positions relative to byte `start` of the text.
    pub(crate) fn relative_to(self, start: usize) -> Self {
        let start = u32::try_from(start).unwrap_or_default();
        Self(self.0.map(|range| range.map(|(from, to)| (from - start, to - start))))
    }

    /// Returns the slot of a name, or `None` if members of this name are not recorded.
    pub(super) fn slot(name: &str) -> Option<usize> {
        Self::NAMES.iter().position(|known| *known == name)
    }

    /// Returns the byte range in a slot, or `None` if the object does not have the member.
    pub(super) fn range(&self, slot: usize) -> Option<Range<usize>> {
        let (from, to) = self.0[slot]?;
        Some(from as usize..to as usize)
    }
}
