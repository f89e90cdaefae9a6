//! A task that runs here.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::AbortHandle;

use crate::call::running_task::RunningTask;
use crate::runtime;
use crate::runtime::Runtime;
use crate::tasks::record::Record;

/// A task that runs here.
pub(crate) struct TaskHandle {
    record: Mutex<Record>,
    /// Whether the record says more than what is kept.
    is_dirty: AtomicBool,
    abort: AbortHandle,
    runtime: Arc<dyn Runtime>,
}

impl TaskHandle {
    pub(crate) fn new(record: Record, abort: AbortHandle, runtime: &Arc<dyn Runtime>) -> Self {
        let runtime = Arc::clone(runtime);
        Self { record: Mutex::new(record), is_dirty: AtomicBool::new(false), abort, runtime }
    }

    pub(crate) fn record(&self) -> Record {
        self.lock().clone()
    }

    /// How much of its time is left.
    pub(crate) fn left(&self) -> Duration {
        self.lock().left(runtime::milliseconds(&*self.runtime))
    }

    /// Says what the handler is doing. It is kept with the next beat.
    pub(crate) fn say(&self, message: String) {
        self.lock().say(message, runtime::milliseconds(&*self.runtime));
        self.is_dirty.store(true, Ordering::Release);
    }

    /// What is to be kept, if it is not yet.
    pub(crate) fn take_dirty(&self) -> Option<Record> {
        self.is_dirty.swap(false, Ordering::AcqRel).then(|| self.record())
    }

    /// Has the handler end.
    pub(crate) fn abort(&self) {
        self.abort.abort();
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RunningTask for TaskHandle {
    fn set_status_message(&self, message: String) {
        self.say(message);
    }

    fn remaining(&self) -> Duration {
        self.left()
    }

    fn is_aborted(&self) -> bool {
        self.abort.is_aborted()
    }
}

impl std::fmt::Debug for TaskHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("record", &self.record).finish_non_exhaustive()
    }
}
