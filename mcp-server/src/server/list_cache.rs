//! Paginated lists, encoded as JSON once per change.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mcpwright_core::{Caching, ErrorObject};
use serde::Serialize;

use crate::call::page::ListPage;
use crate::handler::handler_error::HandlerError;
use crate::hash::fnv1a;
use crate::sync::lock;

/// A handler as an entry of a list.
pub(crate) trait ListEntry: Clone + Send + Sync {
    /// The entry in the list.
    type Definition: Serialize;
    /// The name of the kind, for error texts.
    const KIND: &'static str;
    /// The member of a result that holds the list.
    const LIST: &'static str;
    /// The fix for two handlers with the same key, for error texts.
    const DUPLICATE_FIX: &'static str;

    /// Returns the name or the URI.
    fn key(&self) -> &str;

    fn definition(&self) -> &Self::Definition;

    /// Returns the error in the declaration of the entry, if there is one.
    fn error(&self) -> Option<HandlerError>;
}

/// The last encoding of one list.
#[derive(Debug, Default)]
pub(crate) struct ListCache(Mutex<Option<Arc<RenderedList>>>);

/// The entries of a list as JSON, and the pages that clients have requested.
#[derive(Debug)]
pub(crate) struct RenderedList {
    revisions: Vec<u64>,
    /// The key of each entry, and the entry.
    entries: Vec<(String, String)>,
    /// The pages, by the index of their first entry.
    pages: Mutex<BTreeMap<usize, Arc<ListPage>>>,
}

impl ListCache {
    /// Returns the encoding of these revisions of the providers, if it is cached.
    pub(crate) fn current(&self, revisions: &[u64]) -> Option<Arc<RenderedList>> {
        let rendered = lock(&self.0);
        rendered.clone().filter(|rendered| rendered.revisions == revisions)
    }

    /// Encodes the list of these revisions of the providers, and caches it.
    pub(crate) fn render<H: ListEntry>(
        &self,
        revisions: Vec<u64>,
        entries: &[H],
    ) -> Result<Arc<RenderedList>, serde_json::Error> {
        // A lookup finds the first of two entries with the same key, so the list contains the first.
        let mut seen = HashSet::new();
        let render = |entry: &H| Ok((entry.key().to_owned(), serde_json::to_string(entry.definition())?));
        let entries = entries
            .iter()
            .filter(|entry| seen.insert(entry.key()))
            .map(render)
            .collect::<Result<_, serde_json::Error>>()?;
        let rendered = Arc::new(RenderedList { revisions, entries, pages: Mutex::default() });
        *lock(&self.0) = Some(Arc::clone(&rendered));
        Ok(rendered)
    }
}

impl RenderedList {
    /// Returns the page after a cursor, or the first page.
    ///
    /// A cursor contains the key of the last entry that the client has, so that it stays valid when entries before it are
    /// added or removed, and on every replica. If that entry is removed, the client must restart without a cursor.
    pub(crate) fn page(&self, list: &List<'_>, cursor: Option<&str>) -> Result<Arc<ListPage>, ErrorObject> {
        let invalid =
            || ErrorObject::invalid_params("the cursor must be one of this list: restart without a cursor");
        let start = match cursor {
            None => 0,
            Some(cursor) => {
                let last = list.decode_cursor(cursor).ok_or_else(invalid)?;
                self.entries.iter().position(|(key, _)| *key == last).ok_or_else(invalid)? + 1
            }
        };
        let mut pages = lock(&self.pages);
        let page = pages.entry(start).or_insert_with(|| Arc::new(list.page(&self.entries, start)));
        Ok(Arc::clone(page))
    }
}

/// The settings of a list that all its pages share.
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
            Some((last, _)) if end < entries.len() => {
                format!(r#","nextCursor":"{}""#, self.encode_cursor(last))
            }
            _ => String::new(),
        };
        let text = format!(r#"{{"{}":[{}]{next}}}"#, self.member, texts.join(","));
        ListPage { text, caching: self.caching, modern: OnceLock::new(), legacy: OnceLock::new() }
    }

    /// Returns the cursor after the entry with this key.
    fn encode_cursor(&self, key: &str) -> String {
        let mut bytes = self.checksum(key).to_be_bytes().to_vec();
        bytes.extend_from_slice(key.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Returns the key in a cursor of this list.
    fn decode_cursor(&self, cursor: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (checksum, key) = bytes.split_first_chunk::<8>()?;
        let key = str::from_utf8(key).ok()?;
        (self.checksum(key) == u64::from_be_bytes(*checksum)).then(|| key.to_owned())
    }

    /// Returns a checksum that distinguishes a cursor of this list from one of another list and from other text.
    ///
    /// It is not a security measure: a forged cursor selects a page of a list that the client may read anyway.
    fn checksum(&self, key: &str) -> u64 {
        fnv1a(self.member.bytes().chain([0]).chain(key.bytes()))
    }
}
