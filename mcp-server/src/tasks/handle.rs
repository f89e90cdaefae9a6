//! A handle to a task that runs in this process.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::AbortHandle;

use crate::call::running_task::RunningTask;
use crate::runtime;
use crate::runtime::Runtime;
use crate::sync::lock;
use crate::tasks::record::TaskRecord;

/// A handle to a task that runs in this process.
pub(crate) struct TaskHandle {
    record: Mutex<TaskRecord>,
    /// The record is newer than the one in the store.
    is_dirty: AtomicBool,
    abort: AbortHandle,
    runtime: Arc<dyn Runtime>,
}

impl TaskHandle {
    pub(crate) fn new(record: TaskRecord, abort: AbortHandle, runtime: &Arc<dyn Runtime>) -> Self {
        let runtime = Arc::clone(runtime);
        Self { record: Mutex::new(record), is_dirty: AtomicBool::new(false), abort, runtime }
    }

    pub(crate) fn record(&self) -> TaskRecord {
        lock(&self.record).clone()
    }

    /// Returns the record if the store does not have it yet.
    pub(crate) fn take_dirty(&self) -> Option<TaskRecord> {
        self.is_dirty.swap(false, Ordering::AcqRel).then(|| self.record())
    }

    /// Drops the handler at its next await.
    pub(crate) fn abort(&self) {
        self.abort.abort();
    }
}

impl RunningTask for TaskHandle {
    fn set_status_message(&self, message: String) {
        // Written to the store with the next heartbeat.
        lock(&self.record).set_message(message, runtime::unix_millis(&*self.runtime));
        self.is_dirty.store(true, Ordering::Release);
    }

    fn remaining(&self) -> Duration {
        lock(&self.record).remaining(runtime::unix_millis(&*self.runtime))
    }

    fn is_cancelled(&self) -> bool {
        self.abort.is_aborted()
    }
}

impl fmt::Debug for TaskHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskHandle").field("record", &self.record).finish_non_exhaustive()
    }
}
