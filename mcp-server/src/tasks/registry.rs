//! The tasks of a server: their records in the store, and the handles of those that run in this process.
//!
//! The store has no transactions, so whatever must happen once is the first value under a key of its own: the end of a task,
//! the response to an input request, and the claim to a round. Everything else has one writer at a time, the replica that
//! runs the task.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use mcpwright_core::{InputRequests, JsonText};
use serde::de::DeserializeOwned;

use crate::limits::HEARTBEAT_TIMEOUT;
use crate::replicas::store::{Store, StoreError};
use crate::runtime;
use crate::runtime::Runtime;
use crate::sync::lock;
use crate::tasks::config::TaskConfig;
use crate::tasks::handle::TaskHandle;
use crate::tasks::record::{RECORD_VERSION, SuspendedTask, TaskRecord, TaskState};

/// The tasks of a server: their records in the store, and the handles of those that run in this process.
pub(crate) struct Registry {
    pub(crate) config: TaskConfig,
    store: Arc<dyn Store>,
    /// The prefix of all keys: servers of other names may share the store.
    prefix: String,
    running: Mutex<BTreeMap<String, Arc<TaskHandle>>>,
    /// The expiry of the tasks that were created here, by owner.
    expiries: Mutex<BTreeMap<String, Vec<Instant>>>,
}

/// A task that counts for its owner. Dropping it without [`keep`](Self::keep) releases the count.
pub(crate) struct Reservation<'a> {
    registry: &'a Registry,
    owner: &'a str,
    expiry: Option<Instant>,
}

impl Reservation<'_> {
    /// Counts the task until it expires.
    pub(crate) fn keep(mut self) {
        self.expiry = None;
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        let Some(expiry) = self.expiry else { return };
        let mut expiries = lock(&self.registry.expiries);
        if let Some(of_owner) = expiries.get_mut(self.owner)
            && let Some(index) = of_owner.iter().position(|other| *other == expiry)
        {
            of_owner.swap_remove(index);
        }
    }
}

impl Registry {
    pub(crate) fn new(config: TaskConfig, store: Arc<dyn Store>, server: &str) -> Self {
        let prefix = format!("mcp:task:{server}:");
        Self { config, store, prefix, running: Mutex::default(), expiries: Mutex::default() }
    }

    fn key(&self, id: &str, suffix: &str) -> String {
        format!("{}{id}{suffix}", self.prefix)
    }

    /// Counts one more task of an owner. Returns `None` if there are too many.
    pub(crate) fn reserve<'a>(&'a self, owner: &'a str, now: Instant) -> Option<Reservation<'a>> {
        let mut expiries = lock(&self.expiries);
        expiries.retain(|_, of_owner| {
            of_owner.retain(|expiry| *expiry > now);
            !of_owner.is_empty()
        });
        let of_owner = expiries.entry(owner.to_owned()).or_default();
        if of_owner.len() >= self.config.max_per_caller {
            return None;
        }
        let expiry = now.checked_add(self.config.ttl)?;
        of_owner.push(expiry);
        Some(Reservation { registry: self, owner, expiry: Some(expiry) })
    }

    /// Adds the handle of a task that runs in this process.
    pub(crate) fn register(&self, id: &str, handle: &Arc<TaskHandle>) {
        lock(&self.running).insert(id.to_owned(), Arc::clone(handle));
    }

    /// Removes a handle, unless the task has been started again since.
    pub(crate) fn unregister(&self, id: &str, handle: &Arc<TaskHandle>) {
        let mut running = lock(&self.running);
        if running.get(id).is_some_and(|current| Arc::ptr_eq(current, handle)) {
            running.remove(id);
        }
    }

    pub(crate) fn running(&self, id: &str) -> Option<Arc<TaskHandle>> {
        lock(&self.running).get(id).cloned()
    }

    pub(crate) fn all_running(&self) -> Vec<Arc<TaskHandle>> {
        lock(&self.running).values().cloned().collect()
    }

    /// Stores the record of a task that has not ended.
    pub(crate) async fn save(&self, record: &TaskRecord, runtime: &dyn Runtime) -> Result<(), StoreError> {
        let ttl = record.remaining(runtime::unix_millis(runtime));
        self.store.put(&self.key(&record.id, ""), &serde_json::to_vec(record)?, ttl).await
    }

    /// Stores the end of a task. Returns `false` if it has ended already.
    pub(crate) async fn end(&self, record: &TaskRecord, runtime: &dyn Runtime) -> Result<bool, StoreError> {
        let ttl = record.remaining(runtime::unix_millis(runtime));
        let value = serde_json::to_vec(record)?;
        let is_first = self.store.put_new(&self.key(&record.id, ":end"), &value, ttl).await?;
        if is_first {
            // From now on only the end counts; the rest takes space, and expires if it cannot be removed.
            let _ = self.store.remove(&self.key(&record.id, "")).await;
            let _ = self.store.remove(&self.key(&record.id, ":alive")).await;
        }
        Ok(is_first)
    }

    /// Returns the end of a task, if it has ended.
    pub(crate) async fn ended(&self, id: &str) -> Result<Option<TaskRecord>, StoreError> {
        self.read_record(&self.key(id, ":end")).await
    }

    /// Finds a task. Of its input requests, it returns those without a response.
    pub(crate) async fn find(&self, id: &str) -> Result<Option<FoundTask>, StoreError> {
        if let Some(record) = self.ended(id).await? {
            return Ok(Some(FoundTask::of(record)));
        }
        let Some(record) = self.read_record(&self.key(id, "")).await? else {
            // It may have ended between the two reads.
            return Ok(self.ended(id).await?.map(FoundTask::of));
        };
        let mut found = match self.running(id) {
            Some(handle) if matches!(record.state, TaskState::Working) => FoundTask::of(handle.record()),
            _ => FoundTask::of(record),
        };
        if let TaskState::InputRequired(suspended) = &mut found.record.state {
            found.responses = self.take_responses(id, suspended).await?;
        }
        Ok(Some(found))
    }

    /// Removes the input requests that have a response from the pending ones, and returns the responses.
    async fn take_responses(
        &self,
        id: &str,
        suspended: &mut SuspendedTask,
    ) -> Result<Vec<(String, JsonText)>, StoreError> {
        let mut responses = Vec::new();
        let mut pending = InputRequests::new();
        for (key, request) in std::mem::take(&mut suspended.requests) {
            match self.read(&self.response_key(id, &key)).await? {
                Some(response) => responses.push((key, response)),
                None => pending.insert(key, request),
            }
        }
        suspended.requests = pending;
        Ok(responses)
    }

    /// Stores the response to a pending input request. A second response to the same request is ignored.
    pub(crate) async fn respond(
        &self,
        record: &TaskRecord,
        key: &str,
        response: &JsonText,
        runtime: &dyn Runtime,
    ) -> Result<(), StoreError> {
        let ttl = record.remaining(runtime::unix_millis(runtime));
        let key = self.response_key(&record.id, key);
        self.store.put_new(&key, response.as_str().as_bytes(), ttl).await?;
        Ok(())
    }

    fn response_key(&self, id: &str, key: &str) -> String {
        self.key(id, &format!(":answer:{key}"))
    }

    /// Claims a task that was suspended in this round. Returns `true` if this replica runs it again.
    pub(crate) async fn claim(
        &self,
        record: &TaskRecord,
        round: u32,
        runtime: &dyn Runtime,
    ) -> Result<bool, StoreError> {
        // A replica that comes late sends no heartbeat for the one that claimed the round and may be lost.
        if self.is_claimed(&record.id, round).await? {
            return Ok(false);
        }
        // The heartbeat comes first: without it, the task would seem lost to other replicas.
        self.heartbeat(&record.id).await?;
        let ttl = record.remaining(runtime::unix_millis(runtime));
        self.store.put_new(&self.round_key(&record.id, round), b"", ttl).await
    }

    /// Returns `true` if a replica has claimed this round.
    pub(crate) async fn is_claimed(&self, id: &str, round: u32) -> Result<bool, StoreError> {
        Ok(self.store.get(&self.round_key(id, round)).await?.is_some())
    }

    fn round_key(&self, id: &str, round: u32) -> String {
        self.key(id, &format!(":round:{round}"))
    }

    /// Stores that a task runs here, for the time of the heartbeat timeout.
    pub(crate) async fn heartbeat(&self, id: &str) -> Result<(), StoreError> {
        self.store.put(&self.key(id, ":alive"), b"", HEARTBEAT_TIMEOUT).await
    }

    /// Returns `true` if a replica runs the task.
    pub(crate) async fn is_alive(&self, id: &str) -> Result<bool, StoreError> {
        Ok(self.running(id).is_some() || self.store.get(&self.key(id, ":alive")).await?.is_some())
    }

    /// Reads a record. One of another version is treated as missing.
    async fn read_record(&self, key: &str) -> Result<Option<TaskRecord>, StoreError> {
        let Some(record) = self.read::<TaskRecord>(key).await? else { return Ok(None) };
        if record.v != RECORD_VERSION {
            tracing::warn!(version = record.v, "ignoring a task record of an unknown version");
            return Ok(None);
        }
        Ok(Some(record))
    }

    async fn read<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, StoreError> {
        let value = self.store.get(key).await?;
        Ok(value.map(|value| serde_json::from_slice(&value)).transpose()?)
    }
}

/// A task that was found in the store.
#[derive(Clone)]
pub(crate) struct FoundTask {
    pub(crate) record: TaskRecord,
    /// The responses since the task was suspended, by the keys that the client knows.
    pub(crate) responses: Vec<(String, JsonText)>,
}

impl FoundTask {
    fn of(record: TaskRecord) -> Self {
        Self { record, responses: Vec::new() }
    }

    /// Returns the round in which the task was suspended, if all input requests of that round have a response.
    pub(crate) fn completed_round(&self) -> Option<u32> {
        match &self.record.state {
            TaskState::InputRequired(suspended) if suspended.requests.is_empty() => Some(suspended.round),
            _ => None,
        }
    }

    /// Returns the task as its owner sees it: without pending input requests, it is working or about to.
    pub(crate) fn for_owner(mut self) -> Self {
        if self.completed_round().is_some() {
            self.record.state = TaskState::Working;
        }
        self
    }
}
