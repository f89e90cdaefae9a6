//! The lists that the client of a subscription saw last.

use std::collections::BTreeMap;

use crate::replicas::change::Change;

/// A list as a client sees it now.
#[derive(Debug)]
pub(crate) enum ListState {
    /// All clients see the same list.
    Shared,
    /// The digest of the list that this client sees.
    Digest(u64),
    /// A provider must be asked for the list.
    Unknown,
}

impl ListState {
    pub(crate) fn new(varies: bool, digest: impl FnOnce() -> Option<u64>) -> Self {
        if !varies {
            return Self::Shared;
        }
        digest().map_or(Self::Unknown, Self::Digest)
    }
}

/// The lists that the client of a subscription saw last, to notify it only of those that differ.
#[derive(Debug, Default)]
pub(crate) struct ShownLists(BTreeMap<Change, ShownList>);

#[derive(Debug, Default)]
struct ShownList {
    digest: Option<u64>,
    refresh: Refresh,
}

/// The request of a list from its providers.
#[derive(Debug, Default, PartialEq)]
enum Refresh {
    #[default]
    None,
    InProgress,
    Done,
}

impl ShownLists {
    /// Records a list that the client sees, unless a later one is recorded.
    pub(crate) fn record(&mut self, list: &Change, digest: u64) {
        self.0.entry(list.clone()).or_default().digest.get_or_insert(digest);
    }

    /// Records a list after a change was published. Returns `true` if the client must be notified, and `None` if the list must
    /// be refreshed first.
    pub(crate) fn update(&mut self, list: &Change, state: &ListState) -> Option<bool> {
        let shown = self.0.entry(list.clone()).or_default();
        match (state, &shown.refresh) {
            (ListState::Shared, _) => Some(true),
            (ListState::Digest(digest), _) => {
                shown.refresh = Refresh::None;
                Some(shown.digest.replace(*digest) != Some(*digest))
            }
            (ListState::Unknown, Refresh::None) => {
                shown.refresh = Refresh::InProgress;
                None
            }
            // The change is pending again when it ends.
            (ListState::Unknown, Refresh::InProgress) => Some(false),
            // The list is unavailable or never cached, so that it cannot be compared.
            (ListState::Unknown, Refresh::Done) => {
                *shown = ShownList::default();
                Some(true)
            }
        }
    }

    /// Records that the providers have answered.
    pub(crate) fn refreshed(&mut self, list: &Change) {
        self.0.entry(list.clone()).or_default().refresh = Refresh::Done;
    }
}
