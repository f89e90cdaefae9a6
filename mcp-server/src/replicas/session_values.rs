//! The values of sessions and callers, in the store.
//!
//! All values of one session are members of one JSON object under one key, so that they end together.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use serde_json::value::RawValue;

use crate::limits::MAX_SESSION_VALUES_BYTES;
use crate::replicas::store::{Store, StoreError};
use crate::session_id::SessionId;

/// The error of a value that is kept per session.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The store failed.
    #[error("the values of the session are unavailable")]
    Unavailable(#[source] StoreError),
    /// The values of one session or caller would be larger than 64 KiB.
    #[error("the values of a session must be at most {} KiB in total", MAX_SESSION_VALUES_BYTES >> 10)]
    TooLarge,
    /// Other calls changed the values each time that this one tried to.
    #[error("too many calls change the values of the session: try again")]
    Conflict,
    /// The value cannot be converted to JSON, or the stored value does not have the type.
    #[error("a value of the session does not have the expected form")]
    Malformed(#[source] serde_json::Error),
}

/// The values of the sessions and callers of a server.
pub(crate) struct SessionValues {
    store: Arc<dyn Store>,
    /// The start of all keys, which separates servers that share a store.
    prefix: String,
    ttl: Duration,
    /// A handler of this process has asked for values.
    is_used: AtomicBool,
}

/// The values, as the server shares them with its handlers.
pub(crate) struct SharedSessionValues(pub(crate) Arc<SessionValues>);

/// The values of one session, as they were read.
pub(crate) struct StoredValues {
    text: Option<Vec<u8>>,
    values: BTreeMap<String, Box<RawValue>>,
}

impl StoredValues {
    /// Returns the value with this name, as JSON.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|value| value.get())
    }
}

impl SessionValues {
    pub(crate) fn shared(store: &Arc<dyn Store>, server: &str, ttl: Duration) -> Arc<Self> {
        // The length separates the name from what follows, whatever it contains.
        let prefix = format!("mcp:values:1:{}:{server}:", server.len());
        Arc::new(Self { store: Arc::clone(store), prefix, ttl, is_used: AtomicBool::new(false) })
    }

    /// Returns the key of a session.
    pub(crate) fn session_key(&self, session: SessionId) -> String {
        self.is_used.store(true, Ordering::Relaxed);
        self.key(session)
    }

    /// Returns the key of an authenticated caller.
    pub(crate) fn caller_key(&self, subject: &str) -> String {
        format!("{}caller:{subject}", self.prefix)
    }

    fn key(&self, session: SessionId) -> String {
        format!("{}session:{session}", self.prefix)
    }

    /// Reads the values under a key.
    pub(crate) async fn read(&self, key: &str) -> Result<StoredValues, SessionError> {
        let text = self.store.get(key).await.map_err(unavailable)?;
        let values = match &text {
            Some(text) => serde_json::from_slice(text).map_err(SessionError::Malformed)?,
            None => BTreeMap::new(),
        };
        Ok(StoredValues { text, values })
    }

    /// Replaces one value, unless another call has changed any since they were read. Returns `true` if it did.
    pub(crate) async fn replace(
        &self,
        key: &str,
        mut stored: StoredValues,
        name: &str,
        value: Box<RawValue>,
    ) -> Result<bool, SessionError> {
        stored.values.insert(name.to_owned(), value);
        let text = serde_json::to_vec(&stored.values).map_err(SessionError::Malformed)?;
        if text.len() > MAX_SESSION_VALUES_BYTES {
            return Err(SessionError::TooLarge);
        }
        let replaced = match &stored.text {
            Some(before) => self.store.replace(key, before, &text, self.ttl).await,
            None => self.store.put_new(key, &text, self.ttl).await,
        };
        replaced.map_err(unavailable)
    }

    /// Removes the values of a session that has ended.
    pub(crate) async fn remove(&self, session: SessionId) {
        if let Err(error) = self.store.remove(&self.key(session)).await {
            tracing::warn!(%error, "the values of an ended session stay in the store until they expire");
        }
    }

    /// Returns a future that removes the values of a session that has ended in this process, if there may be any.
    pub(crate) fn removal(self: &Arc<Self>, session: SessionId) -> Option<BoxFuture<'static, ()>> {
        if !self.is_used.load(Ordering::Relaxed) {
            return None;
        }
        let values = Arc::clone(self);
        Some(Box::pin(async move { values.remove(session).await }))
    }
}

fn unavailable(error: StoreError) -> SessionError {
    tracing::error!(%error, "the store of session values failed");
    SessionError::Unavailable(error)
}

impl fmt::Debug for SessionValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionValues").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
