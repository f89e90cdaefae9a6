//! Lists of handlers, encoded as JSON once for all requests that see the same.
//!
//! A snapshot is what the providers list for a request: handlers, each encoded once. Requests for which every provider
//! returns the same key share it. The class of a request is what the rules of the server make of a snapshot: the set of
//! visible entries, and the keys of the presentations. Requests of one class share the rendered list.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::call::request_info::RequestInfo;
use crate::limits::{MAX_LIST_CACHE_BYTES, MAX_LIST_CLASSES};
use crate::server::bounded_cache::BoundedCache;
use crate::server::list_kind::{ListEntry, ListKind as _};
use crate::server::rendered_list::{RenderedEntry, RenderedList};
use crate::server::rules::{PresentationKeys, Presented, Rules};
use crate::sync::lock;

/// The lists of one kind of handlers that have been encoded.
#[derive(Debug)]
pub(crate) struct ListCache<H>(Mutex<CachedLists<H>>);

#[derive(Debug)]
struct CachedLists<H> {
    /// The snapshots, by the keys of the providers.
    snapshots: BoundedCache<Vec<String>, Arc<Snapshot<H>>>,
    classes: BoundedCache<Class, Arc<RenderedList>>,
}

/// The handlers that the providers list for some requests.
#[derive(Debug)]
pub(crate) struct Snapshot<H> {
    id: u64,
    /// The revisions of the providers that it was made from.
    revisions: Vec<u64>,
    /// The handlers with their encoded definitions, in the order of the list. A later one may have the key of an earlier one.
    entries: Vec<(H, RenderedEntry)>,
    /// The list with all entries, which has a page for all requests.
    all: Arc<RenderedList>,
}

/// The requests that see the same part of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Class {
    snapshot: u64,
    /// One bit for each entry of the snapshot. `None` if all are visible.
    visible: Option<Vec<u64>>,
    keys: Vec<String>,
}

impl<H> Default for ListCache<H> {
    fn default() -> Self {
        Self(Mutex::new(CachedLists {
            snapshots: BoundedCache::new(MAX_LIST_CLASSES, MAX_LIST_CACHE_BYTES),
            classes: BoundedCache::new(MAX_LIST_CLASSES, MAX_LIST_CACHE_BYTES),
        }))
    }
}

impl<H> Snapshot<H> {
    /// Returns the handlers, in the order of the list.
    pub(crate) fn handlers(&self) -> impl Iterator<Item = &H> {
        self.entries.iter().map(|(handler, _)| handler)
    }
}

impl<H: ListEntry> ListCache<H> {
    /// Returns the snapshot of these keys, if the providers still have these revisions.
    pub(crate) fn snapshot(&self, keys: &Vec<String>, revisions: &[u64]) -> Option<Arc<Snapshot<H>>> {
        let snapshot = lock(&self.0).snapshots.get(keys)?;
        (snapshot.revisions == revisions).then_some(snapshot)
    }

    /// Keeps a snapshot, in place of an older one of the same keys.
    pub(crate) fn insert(&self, keys: Vec<String>, snapshot: &Arc<Snapshot<H>>) {
        let bytes = snapshot.entries.iter().map(|(_, entry)| entry.len()).sum();
        let mut lists = lock(&self.0);
        if let Some(older) = lists.snapshots.get(&keys) {
            lists.classes.retain(|class| class.snapshot != older.id);
        }
        lists.snapshots.insert(keys, Arc::clone(snapshot), bytes);
    }

    /// Returns the list that a request sees of a snapshot.
    pub(crate) fn class(
        &self,
        snapshot: &Snapshot<H>,
        request: &RequestInfo<'_>,
        rules: &Rules,
    ) -> Result<Arc<RenderedList>, serde_json::Error> {
        let is_presented = is_presented::<H>(rules);
        let visible = snapshot.visible(request, rules);
        if visible.is_none() && !is_presented {
            return Ok(Arc::clone(&snapshot.all));
        }
        let keys = if is_presented { rules.presentation_keys(request) } else { PresentationKeys::default() };
        let PresentationKeys::Keys(keys) = keys else {
            return snapshot.render(visible.as_ref(), request, rules, &[]).map(Arc::new);
        };
        let class = Class { snapshot: snapshot.id, visible, keys };
        if let Some(list) = lock(&self.0).classes.get(&class) {
            return Ok(list);
        }
        let list = Arc::new(snapshot.render(class.visible.as_ref(), request, rules, &class.keys)?);
        lock(&self.0).classes.insert(class, Arc::clone(&list), list.own_bytes());
        Ok(list)
    }
}

/// Returns `true` if the rules change the definitions of this kind.
pub(crate) fn is_presented<H: ListEntry>(rules: &Rules) -> bool {
    H::Kind::IS_PRESENTED && !rules.presentations.is_empty()
}

impl<H: ListEntry> Snapshot<H> {
    /// Encodes the handlers that providers with these revisions have listed.
    ///
    /// `is_shared` states that all requests see this snapshot, so that its pages are kept.
    pub(crate) fn new(
        revisions: Vec<u64>,
        handlers: Vec<H>,
        is_shared: bool,
    ) -> Result<Self, serde_json::Error> {
        static NEXT_ID: AtomicU64 = AtomicU64::new(0);
        let entry = |handler: H| {
            let entry = RenderedEntry::new(handler.key(), serde_json::to_string(handler.definition())?);
            Ok((handler, entry))
        };
        let entries = handlers.into_iter().map(entry).collect::<Result<Vec<_>, serde_json::Error>>()?;
        let all = RenderedList::new(entries.iter().map(|(_, entry)| entry.clone()));
        let all = Arc::new(if is_shared { all.with_cached_pages() } else { all });
        Ok(Self { id: NEXT_ID.fetch_add(1, Ordering::Relaxed), revisions, entries, all })
    }

    /// Returns the entries that are visible to a request, one bit for each. `None` if all are.
    fn visible(&self, request: &RequestInfo<'_>, rules: &Rules) -> Option<Vec<u64>> {
        let mut bits = vec![0; self.entries.len().div_ceil(64)];
        let mut hides_any = false;
        for (index, (handler, _)) in self.entries.iter().enumerate() {
            match rules.is_visible(request, handler.definition().item()) {
                true => bits[index / 64] |= 1 << (index % 64),
                false => hides_any = true,
            }
        }
        hides_any.then_some(bits)
    }

    /// Renders the visible entries, presented to a request.
    fn render(
        &self,
        visible: Option<&Vec<u64>>,
        request: &RequestInfo<'_>,
        rules: &Rules,
        keys: &[String],
    ) -> Result<RenderedList, serde_json::Error> {
        let is_visible = |index: usize| visible.is_none_or(|bits| bits[index / 64] >> (index % 64) & 1 == 1);
        let entries = self.entries.iter().enumerate().filter(|(index, _)| is_visible(*index));
        let mut shown = Vec::new();
        for (_, (handler, entry)) in entries {
            shown.extend(match handler.definition().presented(request, rules, keys) {
                Presented::Unchanged => Some(entry.clone()),
                Presented::LeftOut => None,
                Presented::Changed(definition) => Some(entry.with_text(serde_json::to_string(&definition)?)),
            });
        }
        Ok(RenderedList::new(shown))
    }
}
