//! A cache of parsed `_meta` texts: most clients send the same one with every request.

use std::sync::{Arc, Mutex, MutexGuard, TryLockError};

use mcpwright_core::{Client, ErrorObject};

use crate::limits::{MAX_CACHED_META_BYTES, MAX_CACHED_METAS};

/// A cache of parsed `_meta` texts and of the clients in them.
///
/// Nothing is inferred: an entry is used only for a request with exactly the same text.
#[derive(Debug, Default)]
pub(crate) struct MetaCache {
    clients: TextCache<Client>,
    metas: TextCache<ParsedMeta>,
}

/// The parsed and valid `_meta` of a modern request.
#[derive(Clone, Debug)]
pub(crate) struct ParsedMeta {
    pub(crate) version: Arc<str>,
    pub(crate) client: Client,
}

impl MetaCache {
    /// Returns the client of these texts. Calls `parse` if they are not cached.
    pub(crate) fn client(
        &self,
        info: Option<&str>,
        capabilities: &str,
        parse: impl FnOnce() -> Result<Client, ErrorObject>,
    ) -> Result<Client, ErrorObject> {
        if let Some(client) = self.clients.get(info, capabilities) {
            return Ok(client);
        }
        let client = parse()?;
        self.clients.insert(info, capabilities, &client);
        Ok(client)
    }

    /// Returns the parsed form of a `_meta` text.
    pub(crate) fn get(&self, meta: &str) -> Option<ParsedMeta> {
        self.metas.get(None, meta)
    }

    /// Caches the parsed form of a `_meta` text, unless it has a progress token: no other request has the same one.
    pub(crate) fn insert(&self, meta: &str, parsed: &ParsedMeta) {
        if parsed.client.progress_token().is_none() {
            self.metas.insert(None, meta, parsed);
        }
    }
}

/// The parsed forms of the last few texts. Each is known by one text or two.
#[derive(Debug)]
struct TextCache<T>(Mutex<Ring<T>>);

#[derive(Debug)]
struct Ring<T> {
    entries: Vec<CachedText<T>>,
    /// The index of the entry that is evicted next.
    next: usize,
}

#[derive(Debug)]
struct CachedText<T> {
    texts: (Option<Box<str>>, Box<str>),
    value: T,
}

impl<T> Default for TextCache<T> {
    fn default() -> Self {
        Self(Mutex::new(Ring { entries: Vec::new(), next: 0 }))
    }
}

impl<T: Clone> TextCache<T> {
    fn get(&self, first: Option<&str>, second: &str) -> Option<T> {
        let ring = self.try_lock()?;
        let matches = |entry: &&CachedText<T>| entry.texts.0.as_deref() == first && *entry.texts.1 == *second;
        ring.entries.iter().find(matches).map(|entry| entry.value.clone())
    }

    fn insert(&self, first: Option<&str>, second: &str, value: &T) {
        if first.map_or(0, str::len) + second.len() > MAX_CACHED_META_BYTES {
            return;
        }
        let Some(mut ring) = self.try_lock() else { return };
        let entry = CachedText { texts: (first.map(Into::into), second.into()), value: value.clone() };
        let Ring { entries, next } = &mut *ring;
        match entries.get_mut(*next) {
            Some(oldest) => *oldest = entry,
            None => entries.push(entry),
        }
        *next = (*next + 1) % MAX_CACHED_METAS;
    }

    /// Returns `None` while another thread holds the lock: parsing is quicker than waiting for it.
    fn try_lock(&self) -> Option<MutexGuard<'_, Ring<T>>> {
        match self.0.try_lock() {
            Ok(ring) => Some(ring),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use mcpwright_core::{ClientCapabilities, Implementation};

    use super::*;

    #[test]
    fn a_client_is_parsed_once() {
        let cache = MetaCache::default();
        let parse = |name: &str| Client::new(Some(Implementation::new(name, "1")), ClientCapabilities::new());
        let name =
            |client: Result<Client, ErrorObject>| client.map(|client| client.info().map(|i| i.name.clone()));
        for round in 0..3 {
            for number in 0..MAX_CACHED_METAS {
                let (text, other) = (number.to_string(), format!("{number} {round}"));
                let client = cache.client(Some(&text), "{}", || Ok(parse(&other)));
                assert_eq!(name(client), Ok(Some(format!("{number} 0"))));
            }
        }
        let failed = cache.client(None, "[]", || Err(ErrorObject::invalid_params("no")));
        assert!(failed.is_err());
        let long = "x".repeat(MAX_CACHED_META_BYTES + 1);
        for round in 0..2 {
            let client = cache.client(Some(&long), "{}", || Ok(parse(&round.to_string())));
            assert_eq!(name(client), Ok(Some(round.to_string())));
        }
        for number in 0..1000 {
            assert!(cache.client(Some(&number.to_string()), "{}", || Ok(parse("another"))).is_ok());
        }
        assert_eq!(cache.clients.0.lock().expect("nothing panicked").entries.len(), MAX_CACHED_METAS);
    }
}
