//! A cache with a bound on its entries and on their size.

use std::collections::HashMap;
use std::hash::Hash;

/// A map that evicts the entries that were used longest ago.
#[derive(Debug)]
pub(crate) struct BoundedCache<K, V> {
    entries: HashMap<K, CachedEntry<V>>,
    max_entries: usize,
    max_bytes: usize,
    bytes: usize,
    clock: u64,
}

#[derive(Debug)]
struct CachedEntry<V> {
    value: V,
    bytes: usize,
    last_use: u64,
}

impl<K: Clone + Eq + Hash, V: Clone> BoundedCache<K, V> {
    pub(crate) fn new(max_entries: usize, max_bytes: usize) -> Self {
        Self { entries: HashMap::new(), max_entries, max_bytes, bytes: 0, clock: 0 }
    }

    /// Returns the value of a key.
    pub(crate) fn get(&mut self, key: &K) -> Option<V> {
        let entry = self.entries.get_mut(key)?;
        self.clock += 1;
        entry.last_use = self.clock;
        Some(entry.value.clone())
    }

    /// Inserts a value of `bytes`, in place of those that were used longest ago. One that is larger than the cache is not
    /// inserted.
    pub(crate) fn insert(&mut self, key: K, value: V, bytes: usize) {
        self.remove(&key);
        if bytes > self.max_bytes {
            return;
        }
        while self.entries.len() >= self.max_entries || self.bytes + bytes > self.max_bytes {
            let Some(oldest) = self.entries.iter().min_by_key(|(_, entry)| entry.last_use) else { return };
            let oldest = oldest.0.clone();
            self.remove(&oldest);
        }
        self.clock += 1;
        self.bytes += bytes;
        self.entries.insert(key, CachedEntry { value, bytes, last_use: self.clock });
    }

    /// Keeps only the entries whose key satisfies a condition.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&K) -> bool) {
        let bytes = &mut self.bytes;
        self.entries.retain(|key, entry| {
            let is_kept = keep(key);
            *bytes -= if is_kept { 0 } else { entry.bytes };
            is_kept
        });
    }

    fn remove(&mut self, key: &K) {
        if let Some(entry) = self.entries.remove(key) {
            self.bytes -= entry.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_that_was_used_longest_ago_is_evicted() {
        let mut cache = BoundedCache::new(3, 100);
        for key in ["a", "b", "c"] {
            cache.insert(key, key.to_uppercase(), 10);
        }
        assert_eq!(cache.get(&"a").as_deref(), Some("A"));
        cache.insert("d", "D".to_owned(), 10);
        assert_eq!(cache.get(&"b"), None);
        assert_eq!(cache.get(&"a").as_deref(), Some("A"));
        // Now the bytes are the bound.
        cache.insert("e", "E".to_owned(), 85);
        assert_eq!((cache.get(&"c"), cache.get(&"d")), (None, None));
        assert_eq!((cache.get(&"a").as_deref(), cache.get(&"e").as_deref()), (Some("A"), Some("E")));
        assert_eq!(cache.bytes, 95);
    }

    #[test]
    fn bytes_are_counted_for_what_is_in_the_cache() {
        let mut cache = BoundedCache::new(3, 100);
        cache.insert(1, (), 60);
        cache.insert(1, (), 70);
        cache.insert(2, (), 101);
        assert_eq!((cache.bytes, cache.entries.len()), (70, 1));
        cache.insert(3, (), 30);
        cache.retain(|key| *key == 3);
        assert_eq!((cache.bytes, cache.get(&1), cache.get(&3)), (30, None, Some(())));
    }
}
