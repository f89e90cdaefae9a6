//! A list as JSON, in pages.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashSet};
use std::hash::{Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mcpwright_core::{Caching, ErrorObject};

use crate::call::page::ListPage;
use crate::hash::fnv1a;
use crate::sync::lock;

/// The entries of a list as JSON, and the pages that clients have requested.
#[derive(Debug)]
pub(crate) struct RenderedList {
    entries: Vec<RenderedEntry>,
    /// The pages, by the index of their first entry, if they are kept.
    pages: Option<Mutex<BTreeMap<usize, Arc<ListPage>>>>,
    digest: OnceLock<u64>,
}

/// An entry of a list as JSON. Cheap to clone: lists that contain the same entry share it.
#[derive(Clone, Debug)]
pub(crate) struct RenderedEntry {
    key: Arc<str>,
    text: Arc<str>,
    /// The text belongs to one list.
    is_own: bool,
}

impl RenderedEntry {
    pub(crate) fn new(key: &str, text: String) -> Self {
        Self { key: key.into(), text: text.into(), is_own: false }
    }

    /// Returns the same entry with another text for one list.
    pub(crate) fn with_text(&self, text: String) -> Self {
        match *self.text == *text {
            true => self.clone(),
            false => Self { key: Arc::clone(&self.key), text: text.into(), is_own: true },
        }
    }

    /// Returns the length of the text in bytes.
    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }
}

impl RenderedList {
    /// Creates a list. It contains the first of several entries with the same key, which a lookup finds.
    pub(crate) fn new(entries: impl IntoIterator<Item = RenderedEntry>) -> Self {
        let mut keys = HashSet::new();
        let entries = entries.into_iter().filter(|entry| keys.insert(Arc::clone(&entry.key))).collect();
        Self { entries, pages: None, digest: OnceLock::new() }
    }

    /// Keeps the pages that clients request.
    pub(crate) fn with_cached_pages(mut self) -> Self {
        self.pages = Some(Mutex::default());
        self
    }

    /// Returns the memory that only this list uses, in bytes.
    pub(crate) fn own_bytes(&self) -> usize {
        let texts: usize = self.entries.iter().filter(|entry| entry.is_own).map(RenderedEntry::len).sum();
        texts + size_of_val(&*self.entries)
    }

    /// Returns a digest of the entries and their order, for comparisons within this process.
    pub(crate) fn digest(&self) -> u64 {
        *self.digest.get_or_init(|| {
            let mut hasher = DefaultHasher::new();
            self.entries.iter().for_each(|entry| entry.text.hash(&mut hasher));
            hasher.finish()
        })
    }

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
                self.entries.iter().position(|entry| *entry.key == *last).ok_or_else(invalid)? + 1
            }
        };
        let page = || Arc::new(list.page(&self.entries, start));
        Ok(match &self.pages {
            Some(pages) => Arc::clone(lock(pages).entry(start).or_insert_with(page)),
            None => page(),
        })
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
    fn page(&self, entries: &[RenderedEntry], start: usize) -> ListPage {
        let end = entries.len().min(start + self.page_size);
        let page = entries.get(start..end).unwrap_or_default();
        let next = match page.last() {
            Some(last) if end < entries.len() => {
                format!(r#","nextCursor":"{}""#, self.encode_cursor(&last.key))
            }
            _ => String::new(),
        };
        let texts: Vec<&str> = page.iter().map(|entry| &*entry.text).collect();
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
