//! The store that the replicas of a server share.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::runtime::Runtime;

/// The error of a [`Store`] that is unavailable.
///
/// ```
/// use std::time::Duration;
///
/// use mcpwright_server::{MemoryStore, Store, StoreError};
///
/// /// Returns `true` for the first request with this id, on any replica.
/// async fn is_first(store: &dyn Store, id: &str) -> Result<bool, StoreError> {
///     if id.is_empty() {
///         return Err("an id must not be empty".into());
///     }
///     store.put_new(&format!("request/{id}"), b"", Duration::from_secs(3600)).await
/// }
///
/// # futures::executor::block_on(async {
/// let store = MemoryStore::new();
/// assert!(is_first(&store, "7").await?);
/// assert!(!is_first(&store, "7").await?);
/// assert_eq!(is_first(&store, "").await.unwrap_err().to_string(), "an id must not be empty");
/// # Ok::<(), StoreError>(())
/// # }).unwrap();
/// ```
pub type StoreError = Box<dyn std::error::Error + Send + Sync>;

/// A store that the replicas of a server share: ended sessions, values that may be used once, tasks.
///
/// Values are few and small, and each expires. A call of revision 2026-07-28 that does not become a task needs none. Each
/// method should answer within a quarter of a second, or fail.
///
/// ```
/// use std::time::Duration;
/// use mcpwright_server::{MemoryStore, Store};
///
/// # futures::executor::block_on(async {
/// let store = MemoryStore::new();
/// assert!(store.put_new("once", b"1", Duration::from_secs(60)).await?);
/// assert!(!store.put_new("once", b"2", Duration::from_secs(60)).await?);
/// assert_eq!(store.get("once").await?.as_deref(), Some(&b"1"[..]));
/// # Ok::<(), mcpwright_server::StoreError>(())
/// # }).unwrap();
/// ```
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Returns the value under a key, unless it has expired.
    ///
    /// # Errors
    ///
    /// Returns an error if the store is unavailable.
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Puts a value under a key. It replaces another one, and expires after `ttl`.
    ///
    /// # Errors
    ///
    /// Returns an error if the store is unavailable.
    async fn put(&self, key: &str, value: &[u8], ttl: Duration) -> Result<(), StoreError>;

    /// Puts a value under a key that has none. Returns `true` if it did: of several concurrent callers, one gets `true`.
    ///
    /// # Errors
    ///
    /// Returns an error if the store is unavailable.
    async fn put_new(&self, key: &str, value: &[u8], ttl: Duration) -> Result<bool, StoreError>;

    /// Replaces the value under a key, if it still is `expected`. Returns `true` if it did: of several concurrent callers,
    /// one gets `true`.
    ///
    /// [`Session`](crate::Session) needs it; nothing else does.
    ///
    /// # Errors
    ///
    /// Returns an error if the store is unavailable, or does not implement this.
    async fn replace(
        &self,
        key: &str,
        expected: &[u8],
        value: &[u8],
        ttl: Duration,
    ) -> Result<bool, StoreError> {
        let _ = (key, expected, value, ttl);
        Err("the store must implement `Store::replace`, which values of sessions need".into())
    }

    /// Removes the value under a key.
    ///
    /// # Errors
    ///
    /// Returns an error if the store is unavailable.
    async fn remove(&self, key: &str) -> Result<(), StoreError>;

    /// Called when a transport gives the server its runtime. A store in memory takes its clock from it.
    fn attach(&self, runtime: &Arc<dyn Runtime>) {
        let _ = runtime;
    }
}

/// Shares one store between several owners.
#[async_trait]
impl<S: Store + ?Sized> Store for Arc<S> {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        (**self).get(key).await
    }

    async fn put(&self, key: &str, value: &[u8], ttl: Duration) -> Result<(), StoreError> {
        (**self).put(key, value, ttl).await
    }

    async fn put_new(&self, key: &str, value: &[u8], ttl: Duration) -> Result<bool, StoreError> {
        (**self).put_new(key, value, ttl).await
    }

    async fn replace(
        &self,
        key: &str,
        expected: &[u8],
        value: &[u8],
        ttl: Duration,
    ) -> Result<bool, StoreError> {
        (**self).replace(key, expected, value, ttl).await
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        (**self).remove(key).await
    }

    fn attach(&self, runtime: &Arc<dyn Runtime>) {
        (**self).attach(runtime);
    }
}
