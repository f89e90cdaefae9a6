//! What replicas share, in the memory of one process.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;

use crate::replicas::store::{Store, StoreError};
use crate::runtime;

/// How many values there may be; then the one that would end first makes room.
const MOST: usize = 100_000;

/// A store in the memory of one process: what replicas share is shared by this one with itself.
pub struct MemoryStore {
    kept: Mutex<HashMap<String, Kept>>,
    clock: Box<dyn Fn() -> Instant + Send + Sync>,
}

struct Kept {
    value: Vec<u8>,
    until: Instant,
}

impl MemoryStore {
    /// A store in which there is nothing.
    pub fn new() -> Self {
        Self::with_clock(runtime::clock)
    }

    /// The same, by another clock: for tests of what happens after a while.
    pub fn with_clock(clock: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        Self { kept: Mutex::default(), clock: Box::new(clock) }
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore")
    }
}

fn insert(kept: &mut HashMap<String, Kept>, key: &str, value: &[u8], time: Duration, now: Instant) {
    if kept.len() >= MOST && !kept.contains_key(key) {
        make_room(kept, now);
    }
    // A time that no clock reaches is as good as one in thirty years.
    let until = now.checked_add(time).unwrap_or_else(|| now + Duration::from_secs(1 << 30));
    kept.insert(key.to_owned(), Kept { value: value.to_vec(), until });
}

/// Drops what has ended, and a tenth of the rest where that is not enough: the one that would end first goes first.
fn make_room(kept: &mut HashMap<String, Kept>, now: Instant) {
    kept.retain(|_, kept| kept.until > now);
    if kept.len() < MOST {
        return;
    }
    let mut ends: Vec<_> = kept.values().map(|kept| kept.until).collect();
    let (_, &mut end, _) = ends.select_nth_unstable(MOST / 10);
    kept.retain(|_, kept| kept.until > end);
}

#[async_trait]
impl Store for MemoryStore {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let now = (self.clock)();
        Ok(self.kept().get(key).filter(|kept| kept.until > now).map(|kept| kept.value.clone()))
    }

    async fn put(&self, key: &str, value: &[u8], time: Duration) -> Result<(), StoreError> {
        insert(&mut self.kept(), key, value, time, (self.clock)());
        Ok(())
    }

    async fn put_new(&self, key: &str, value: &[u8], time: Duration) -> Result<bool, StoreError> {
        let now = (self.clock)();
        let mut kept = self.kept();
        if kept.get(key).is_some_and(|kept| kept.until > now) {
            return Ok(false);
        }
        insert(&mut kept, key, value, time, now);
        Ok(true)
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        self.kept().remove(key);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use futures::executor::block_on;

    use super::*;

    /// A store, and the seconds by which its clock is ahead.
    fn store() -> (MemoryStore, Arc<AtomicU64>) {
        let ahead = Arc::new(AtomicU64::new(0));
        let (start, read) = (runtime::clock(), Arc::clone(&ahead));
        let clock = move || start + Duration::from_secs(read.load(Ordering::SeqCst));
        (MemoryStore::with_clock(clock), ahead)
    }

    #[test]
    fn values_are_kept_for_their_time() -> Result<(), StoreError> {
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
    fn the_oldest_make_room() -> Result<(), StoreError> {
        let (store, _) = store();
        block_on(async {
            for number in 0..MOST + 1000 {
                store.put(&number.to_string(), b"", Duration::from_millis(100_000 + number as u64)).await?;
            }
            assert!(store.kept().len() <= MOST);
            assert_eq!(store.get("0").await?, None);
            assert!(store.get(&(MOST + 999).to_string()).await?.is_some());
            Ok(())
        })
    }
}
