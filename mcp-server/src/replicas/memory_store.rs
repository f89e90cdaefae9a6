//! An in-memory store for a server that runs as one process.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

use async_trait::async_trait;

use crate::limits::MAX_STORE_ENTRIES;
use crate::replicas::store::{Store, StoreError};
use crate::runtime::{InlineRuntime, Runtime};
use crate::sync::lock;

/// An in-memory store for a server that runs as one process.
///
/// At its maximum of 100,000 entries, those that expire first are evicted.
///
/// ```
/// use mcpwright_server::{MemoryStore, Server};
///
/// let server = Server::builder("notes", "1.0.0").store(MemoryStore::new()).build();
/// ```
pub struct MemoryStore {
    entries: Mutex<HashMap<String, StoredValue>>,
    /// The clock: that of the server's runtime, unless it was set before.
    clock: OnceLock<Box<dyn Fn() -> Instant + Send + Sync>>,
}

struct StoredValue {
    value: Vec<u8>,
    expires: Instant,
}

impl MemoryStore {
    /// Creates an empty store, which takes its clock from the server's runtime.
    pub fn new() -> Self {
        Self { entries: Mutex::default(), clock: OnceLock::new() }
    }

    /// Creates an empty store with a clock of its own, for tests of expiry.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use mcpwright_server::MemoryStore;
    ///
    /// let start = Instant::now();
    /// let store = MemoryStore::with_clock(move || start + Duration::from_secs(3600));
    /// ```
    pub fn with_clock(clock: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        Self { clock: OnceLock::from(Box::new(clock) as Box<_>), ..Self::new() }
    }

    fn now(&self) -> Instant {
        match self.clock.get() {
            Some(clock) => clock(),
            None => InlineRuntime::default().now(),
        }
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<String, StoredValue>> {
        lock(&self.entries)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

fn insert(entries: &mut HashMap<String, StoredValue>, key: &str, value: &[u8], ttl: Duration, now: Instant) {
    if entries.len() >= MAX_STORE_ENTRIES && !entries.contains_key(key) {
        evict(entries, now);
    }
    // A time beyond the range of the clock is as good as one in thirty years.
    let expires = now.checked_add(ttl).unwrap_or_else(|| now + Duration::from_secs(1 << 30));
    entries.insert(key.to_owned(), StoredValue { value: value.to_vec(), expires });
}

/// Drops expired entries. If these are not enough, evicts the tenth that expires first.
fn evict(entries: &mut HashMap<String, StoredValue>, now: Instant) {
    entries.retain(|_, entry| entry.expires > now);
    if entries.len() < MAX_STORE_ENTRIES {
        return;
    }
    let mut times: Vec<_> = entries.values().map(|entry| entry.expires).collect();
    let (_, &mut threshold, _) = times.select_nth_unstable(MAX_STORE_ENTRIES / 10);
    entries.retain(|_, entry| entry.expires > threshold);
}

#[async_trait]
impl Store for MemoryStore {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let now = self.now();
        Ok(self.entries().get(key).filter(|entry| entry.expires > now).map(|entry| entry.value.clone()))
    }

    async fn put(&self, key: &str, value: &[u8], ttl: Duration) -> Result<(), StoreError> {
        let now = self.now();
        insert(&mut self.entries(), key, value, ttl, now);
        Ok(())
    }

    async fn put_new(&self, key: &str, value: &[u8], ttl: Duration) -> Result<bool, StoreError> {
        let now = self.now();
        let mut entries = self.entries();
        if entries.get(key).is_some_and(|entry| entry.expires > now) {
            return Ok(false);
        }
        insert(&mut entries, key, value, ttl, now);
        Ok(true)
    }

    async fn replace(
        &self,
        key: &str,
        expected: &[u8],
        value: &[u8],
        ttl: Duration,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let mut entries = self.entries();
        if entries.get(key).is_none_or(|entry| entry.expires <= now || entry.value != expected) {
            return Ok(false);
        }
        insert(&mut entries, key, value, ttl, now);
        Ok(true)
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        self.entries().remove(key);
        Ok(())
    }

    fn attach(&self, runtime: &Arc<dyn Runtime>) {
        let runtime = Arc::clone(runtime);
        // A clock that was set before stays.
        let _ = self.clock.set(Box::new(move || runtime.now()));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use futures::executor::block_on;

    use super::*;

    /// A store, and the seconds by which its clock is ahead.
    fn store() -> (MemoryStore, Arc<AtomicU64>) {
        let ahead = Arc::new(AtomicU64::new(0));
        let (start, read) = (InlineRuntime::default().now(), Arc::clone(&ahead));
        let clock = move || start + Duration::from_secs(read.load(Ordering::SeqCst));
        (MemoryStore::with_clock(clock), ahead)
    }

    #[test]
    fn values_expire() -> Result<(), StoreError> {
        let (store, ahead) = store();
        block_on(async {
            assert!(store.put_new("a", b"1", Duration::from_secs(10)).await?);
            assert!(!store.put_new("a", b"2", Duration::from_secs(10)).await?);
            assert_eq!(store.get("a").await?.as_deref(), Some(&b"1"[..]));
            store.put("a", b"3", Duration::from_secs(5)).await?;
            assert_eq!(store.get("a").await?.as_deref(), Some(&b"3"[..]));
            ahead.store(5, Ordering::SeqCst);
            assert_eq!(store.get("a").await?, None);
            assert!(store.put_new("a", b"4", Duration::MAX).await?);
            store.remove("a").await?;
            assert_eq!(store.get("a").await?, None);
            Ok(())
        })
    }

    #[test]
    fn entries_that_expire_first_are_evicted() -> Result<(), StoreError> {
        let (store, _) = store();
        block_on(async {
            for number in 0..MAX_STORE_ENTRIES + 1000 {
                store.put(&number.to_string(), b"", Duration::from_millis(100_000 + number as u64)).await?;
            }
            assert!(store.entries().len() <= MAX_STORE_ENTRIES);
            assert_eq!(store.get("0").await?, None);
            assert!(store.get(&(MAX_STORE_ENTRIES + 999).to_string()).await?.is_some());
            Ok(())
        })
    }

    /// A runtime whose clock is an hour ahead.
    struct Ahead(InlineRuntime);

    impl Runtime for Ahead {
        fn now(&self) -> Instant {
            self.0.now() + Duration::from_secs(3600)
        }

        fn sleep(&self, time: Duration) -> futures::future::BoxFuture<'static, ()> {
            self.0.sleep(time)
        }

        fn spawn_blocking(&self, job: Box<dyn FnOnce() + Send>) {
            self.0.spawn_blocking(job);
        }

        fn spawn(&self, work: futures::future::BoxFuture<'static, ()>) {
            self.0.spawn(work);
        }
    }

    #[test]
    fn the_clock_is_that_of_the_runtime() -> Result<(), StoreError> {
        let store = Arc::new(MemoryStore::new());
        block_on(store.put("a", b"1", Duration::from_secs(60)))?;
        let server = crate::Server::builder("test", "1").store(Arc::clone(&store)).build();
        assert!(block_on(store.get("a"))?.is_some());
        let _server = server.with_runtime(Arc::new(Ahead(InlineRuntime::default())));
        assert_eq!(block_on(store.get("a"))?, None);
        Ok(())
    }
}
