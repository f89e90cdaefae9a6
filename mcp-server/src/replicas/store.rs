//! State that the replicas of a server share.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

/// What a store failed with.
pub type StoreError = Box<dyn std::error::Error + Send + Sync>;

/// State that the replicas of a server share: which sessions have ended, what may happen once only, tasks.
///
/// Values are few and small, each ends after a time, and none is needed for a call of revision 2026-07-28 that does not
/// become a task. Each method
/// is expected to answer within a quarter of a second, or to fail.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// The value under a key, unless its time is over.
    ///
    /// # Errors
    ///
    /// The store cannot be reached.
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Puts a value under a key for this time, in the place of another.
    ///
    /// # Errors
    ///
    /// The store cannot be reached.
    async fn put(&self, key: &str, value: &[u8], time: Duration) -> Result<(), StoreError>;

    /// Puts a value under a key for this time unless there is one, and tells whether it did: of several callers at
    /// once, one is told so.
    ///
    /// # Errors
    ///
    /// The store cannot be reached.
    async fn put_new(&self, key: &str, value: &[u8], time: Duration) -> Result<bool, StoreError>;

    /// Removes the value under a key.
    ///
    /// # Errors
    ///
    /// The store cannot be reached.
    async fn remove(&self, key: &str) -> Result<(), StoreError>;
}

/// A store that something else knows as well.
#[async_trait]
impl<S: Store + ?Sized> Store for Arc<S> {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        (**self).get(key).await
    }

    async fn put(&self, key: &str, value: &[u8], time: Duration) -> Result<(), StoreError> {
        (**self).put(key, value, time).await
    }

    async fn put_new(&self, key: &str, value: &[u8], time: Duration) -> Result<bool, StoreError> {
        (**self).put_new(key, value, time).await
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        (**self).remove(key).await
    }
}
