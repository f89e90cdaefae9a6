//! Where tasks are kept, and which of them run here.
//!
//! The store knows no transactions, so what must happen once is the first value under a key of its own: that a task has
//! ended, the answer to a question, and who goes on with a task that was parked. All else has one writer at a time: who
//! runs the task.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mcpwright_core::JsonText;

use crate::replicas::store::{Store, StoreError};
use crate::runtime;
use crate::runtime::Runtime;
use crate::tasks::config::TaskConfig;
use crate::tasks::handle::TaskHandle;
use crate::tasks::record::{Record, State, SuspendedTask};

/// How long a task may run without a sign of life.
const LEASE: Duration = Duration::from_secs(20);

/// Where tasks are kept, and which of them run here.
pub(crate) struct Registry {
    pub(crate) settings: TaskConfig,
    store: Arc<dyn Store>,
    /// What keys begin with: servers of other names may share the store.
    prefix: String,
    running: Mutex<BTreeMap<String, Arc<TaskHandle>>>,
    /// When the tasks end that were created here, by their owners.
    ends: Mutex<BTreeMap<String, Vec<Instant>>>,
}

impl Registry {
    pub(crate) fn new(settings: TaskConfig, store: Arc<dyn Store>, server: &str) -> Self {
        let prefix = format!("mcp:task:{server}:");
        Self { settings, store, prefix, running: Mutex::default(), ends: Mutex::default() }
    }

    fn key(&self, id: &str, what: &str) -> String {
        format!("{}{id}{what}", self.prefix)
    }

    /// Counts one more task of an owner, unless there are too many: until when it does.
    pub(crate) fn reserve(&self, owner: &str, now: Instant) -> Option<Instant> {
        let mut ends = lock(&self.ends);
        ends.retain(|_, ends| {
            ends.retain(|end| *end > now);
            !ends.is_empty()
        });
        let of_owner = ends.entry(owner.to_owned()).or_default();
        if of_owner.len() >= self.settings.most {
            return None;
        }
        let end = now.checked_add(self.settings.ttl)?;
        of_owner.push(end);
        Some(end)
    }

    /// Counts a task of an owner no more, since nothing came of it.
    pub(crate) fn release(&self, owner: &str, end: Instant) {
        let mut ends = lock(&self.ends);
        if let Some(of_owner) = ends.get_mut(owner)
            && let Some(place) = of_owner.iter().position(|other| *other == end)
        {
            of_owner.swap_remove(place);
        }
    }

    /// Puts a task on the list of those that run here.
    pub(crate) fn register(&self, id: &str, running: &Arc<TaskHandle>) {
        lock(&self.running).insert(id.to_owned(), Arc::clone(running));
    }

    /// Takes it off the list, unless the same task has begun to run once more.
    pub(crate) fn unregister(&self, id: &str, running: &Arc<TaskHandle>) {
        let mut all = lock(&self.running);
        if all.get(id).is_some_and(|listed| Arc::ptr_eq(listed, running)) {
            all.remove(id);
        }
    }

    pub(crate) fn running(&self, id: &str) -> Option<Arc<TaskHandle>> {
        lock(&self.running).get(id).cloned()
    }

    pub(crate) fn all_running(&self) -> Vec<Arc<TaskHandle>> {
        lock(&self.running).values().cloned().collect()
    }

    /// Keeps what is known of a task that has not ended.
    pub(crate) async fn keep(&self, record: &Record, runtime: &dyn Runtime) -> Result<(), StoreError> {
        let left = record.left(runtime::unix_millis(runtime));
        self.store.put(&self.key(&record.id, ""), &serde_json::to_vec(record)?, left).await
    }

    /// Ends a task, unless it has ended already: tells whether it had not.
    pub(crate) async fn end(&self, record: &Record, runtime: &dyn Runtime) -> Result<bool, StoreError> {
        let left = record.left(runtime::unix_millis(runtime));
        let value = serde_json::to_vec(record)?;
        let is_first = self.store.put_new(&self.key(&record.id, ":end"), &value, left).await?;
        if is_first {
            // From here on the end is what counts; the rest only takes room, and ends by itself where it cannot be removed.
            let _ = self.store.remove(&self.key(&record.id, "")).await;
            let _ = self.store.remove(&self.key(&record.id, ":alive")).await;
        }
        Ok(is_first)
    }

    /// How a task has ended, if it has.
    pub(crate) async fn ended(&self, id: &str) -> Result<Option<Record>, StoreError> {
        self.read(&self.key(id, ":end")).await
    }

    /// What is known of a task. Of questions, only those that are open.
    pub(crate) async fn find(&self, id: &str) -> Result<Option<Found>, StoreError> {
        if let Some(record) = self.ended(id).await? {
            return Ok(Some(Found::of(record)));
        }
        let Some(record) = self.read::<Record>(&self.key(id, "")).await? else {
            // It may have ended between the two.
            return Ok(self.ended(id).await?.map(Found::of));
        };
        let mut found = match self.running(id) {
            Some(running) if matches!(record.state, State::Working) => Found::of(running.record()),
            _ => Found::of(record),
        };
        if let State::PendingInput(parked) = &mut found.record.state {
            found.answers = self.take_answered(id, parked).await?;
        }
        Ok(Some(found))
    }

    /// Takes from the open questions those that have been answered, and returns the answers.
    async fn take_answered(
        &self,
        id: &str,
        parked: &mut SuspendedTask,
    ) -> Result<Vec<(String, JsonText)>, StoreError> {
        let mut answers = Vec::new();
        let mut open = mcpwright_core::InputRequests::new();
        for (key, request) in std::mem::take(&mut parked.requests) {
            match self.read(&self.answer_key(id, &key)).await? {
                Some(answer) => answers.push((key, answer)),
                None => open.insert(key, request),
            }
        }
        parked.requests = open;
        Ok(answers)
    }

    /// Keeps the answer to an open question; a second one to the same is ignored.
    pub(crate) async fn answer(
        &self,
        record: &Record,
        key: &str,
        answer: &JsonText,
        runtime: &dyn Runtime,
    ) -> Result<(), StoreError> {
        let left = record.left(runtime::unix_millis(runtime));
        self.store.put_new(&self.answer_key(&record.id, key), answer.as_str().as_bytes(), left).await?;
        Ok(())
    }

    fn answer_key(&self, id: &str, key: &str) -> String {
        self.key(id, &format!(":answer:{key}"))
    }

    /// Tells whether it is for this replica to go on with a task that was parked in this round.
    pub(crate) async fn claim(
        &self,
        record: &Record,
        round: u32,
        runtime: &dyn Runtime,
    ) -> Result<bool, StoreError> {
        // Whoever comes late gives no sign of life in the name of the one who goes on with it, and may have gone.
        if self.is_claimed(&record.id, round).await? {
            return Ok(false);
        }
        // The sign of life comes first: without it, the task would seem to have been left by whoever goes on with it.
        self.heartbeat(&record.id).await?;
        let left = record.left(runtime::unix_millis(runtime));
        self.store.put_new(&self.round_key(&record.id, round), b"", left).await
    }

    /// Whether some replica goes on, or went on, with a task that was parked in this round.
    pub(crate) async fn is_claimed(&self, id: &str, round: u32) -> Result<bool, StoreError> {
        Ok(self.store.get(&self.round_key(id, round)).await?.is_some())
    }

    fn round_key(&self, id: &str, round: u32) -> String {
        self.key(id, &format!(":round:{round}"))
    }

    /// Gives a sign of life for a task that runs here.
    pub(crate) async fn heartbeat(&self, id: &str) -> Result<(), StoreError> {
        self.store.put(&self.key(id, ":alive"), b"", LEASE).await
    }

    /// Whether some replica runs a task.
    pub(crate) async fn is_alive(&self, id: &str) -> Result<bool, StoreError> {
        Ok(self.running(id).is_some() || self.store.get(&self.key(id, ":alive")).await?.is_some())
    }

    async fn read<T: serde::de::DeserializeOwned>(&self, key: &str) -> Result<Option<T>, StoreError> {
        let value = self.store.get(key).await?;
        Ok(value.map(|value| serde_json::from_slice(&value)).transpose()?)
    }
}

/// What is known of a task.
#[derive(Clone)]
pub(crate) struct Found {
    pub(crate) record: Record,
    /// The answers that have come since it was parked, by the keys that the client knows.
    pub(crate) answers: Vec<(String, JsonText)>,
}

impl Found {
    /// Whether all questions are answered.
    pub(crate) fn is_answered(&self) -> bool {
        self.answered_round().is_some()
    }

    /// The round in which the task was parked whose questions are all answered.
    pub(crate) fn answered_round(&self) -> Option<u32> {
        match &self.record.state {
            State::PendingInput(parked) if parked.requests.is_empty() => Some(parked.round),
            _ => None,
        }
    }

    /// The same as its owner sees it: what has no open question is being worked on, or about to be.
    pub(crate) fn seen(mut self) -> Self {
        if self.is_answered() {
            self.record.state = State::Working;
        }
        self
    }

    fn of(record: Record) -> Self {
        Self { record, answers: Vec::new() }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
