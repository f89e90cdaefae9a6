//! Lists in pages, written as JSON once per change.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mcpwright_core::{Caching, ErrorObject};

use crate::call::page::ListPage;
use crate::hash::fnv1a;
use crate::server::catalog::ListEntry;

/// The pages of one list, for the revisions of the catalogues that it was made from.
#[derive(Debug, Default)]
pub(crate) struct ListCache(Mutex<Option<Arc<RenderedList>>>);

/// The entries of a list as JSON, and the pages that clients have asked for.
#[derive(Debug)]
pub(crate) struct RenderedList {
    revisions: Vec<u64>,
    /// The key of each entry, and the entry.
    entries: Vec<(String, String)>,
    /// The pages, by the place of their first entry.
    pages: Mutex<BTreeMap<usize, Arc<ListPage>>>,
}

impl ListCache {
    /// The list as it was written for these revisions.
    pub(crate) fn current(&self, revisions: &[u64]) -> Option<Arc<RenderedList>> {
        let written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        written.clone().filter(|written| written.revisions == revisions)
    }

    /// Writes the list for these revisions.
    pub(crate) fn write<H: ListEntry>(
        &self,
        revisions: Vec<u64>,
        entries: &[H],
    ) -> Result<Arc<RenderedList>, serde_json::Error> {
        // Of two entries with one key, the first is the one that is found, so the first is listed.
        let mut seen = HashSet::new();
        let write = |entry: &H| Ok((entry.key().to_owned(), serde_json::to_string(entry.definition())?));
        let entries = entries
            .iter()
            .filter(|entry| seen.insert(entry.key()))
            .map(write)
            .collect::<Result<_, serde_json::Error>>()?;
        let written = Arc::new(RenderedList { revisions, entries, pages: Mutex::default() });
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&written));
        Ok(written)
    }
}

impl RenderedList {
    /// The page that a cursor leads to; the first one without a cursor.
    ///
    /// A cursor names the last entry that the client has, so that entries which come or go before it shift nothing,
    /// and so that every replica understands it. Only if that entry itself is gone, the client has to start again.
    pub(crate) fn page(&self, list: &List<'_>, cursor: Option<&str>) -> Result<Arc<ListPage>, ErrorObject> {
        let invalid =
            || ErrorObject::invalid_params("the cursor is not one of this list: start again without one");
        let start = match cursor {
            None => 0,
            Some(cursor) => {
                let last = list.open(cursor).ok_or_else(invalid)?;
                self.entries.iter().position(|(key, _)| *key == last).ok_or_else(invalid)? + 1
            }
        };
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        let page = pages.entry(start).or_insert_with(|| Arc::new(list.page(&self.entries, start)));
        Ok(Arc::clone(page))
    }
}

/// What the pages of a list have in common.
#[derive(Debug)]
pub(crate) struct List<'a> {
    /// The member that holds the entries, such as `tools`.
    pub(crate) member: &'a str,
    pub(crate) page_size: usize,
    pub(crate) caching: Caching,
}

impl List<'_> {
    fn page(&self, entries: &[(String, String)], start: usize) -> ListPage {
        let end = entries.len().min(start + self.page_size);
        let page = entries.get(start..end).unwrap_or_default();
        let texts: Vec<&str> = page.iter().map(|(_, text)| text.as_str()).collect();
        let next = match page.last() {
            Some((last, _)) if end < entries.len() => format!(r#","nextCursor":"{}""#, self.seal(last)),
            _ => String::new(),
        };
        let text = format!(r#"{{"{}":[{}]{next}}}"#, self.member, texts.join(","));
        ListPage { text, caching: self.caching, modern: OnceLock::new(), legacy: OnceLock::new() }
    }

    /// A cursor behind an entry.
    fn seal(&self, key: &str) -> String {
        let mut bytes = self.check(key).to_be_bytes().to_vec();
        bytes.extend_from_slice(key.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The key of the entry that a cursor of this list stands behind.
    fn open(&self, cursor: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (check, key) = bytes.split_first_chunk::<8>()?;
        let key = str::from_utf8(key).ok()?;
        (self.check(key) == u64::from_be_bytes(*check)).then(|| key.to_owned())
    }

    /// Tells a cursor of this list from that of another one, and from noise (FNV-1a).
    ///
    /// It keeps no secret: whoever forges a cursor gets a page of a list that they may read anyway.
    fn check(&self, key: &str) -> u64 {
        fnv1a(self.member.bytes().chain([0]).chain(key.bytes()))
    }
}
