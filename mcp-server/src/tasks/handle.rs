//! A task that runs here.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::AbortHandle;

use crate::runtime;
use crate::runtime::Host;
use crate::tasks::record::Record;

/// A task that runs here.
pub(crate) struct Running {
    record: Mutex<Record>,
    /// Whether the record says more than what is kept.
    is_ahead: AtomicBool,
    abort: AbortHandle,
    host: Arc<dyn Host>,
}

impl Running {
    pub(crate) fn new(record: Record, abort: AbortHandle, host: &Arc<dyn Host>) -> Self {
        let host = Arc::clone(host);
        Self { record: Mutex::new(record), is_ahead: AtomicBool::new(false), abort, host }
    }

    pub(crate) fn record(&self) -> Record {
        self.lock().clone()
    }

    /// How much of its time is left.
    pub(crate) fn left(&self) -> Duration {
        self.lock().left(runtime::milliseconds(&*self.host))
    }

    /// Says what the handler is doing. It is kept with the next beat.
    pub(crate) fn say(&self, message: String) {
        self.lock().say(message, runtime::milliseconds(&*self.host));
        self.is_ahead.store(true, Ordering::Release);
    }

    /// What is to be kept, if it is not yet.
    pub(crate) fn news(&self) -> Option<Record> {
        self.is_ahead.swap(false, Ordering::AcqRel).then(|| self.record())
    }

    /// Has the handler end.
    pub(crate) fn abort(&self) {
        self.abort.abort();
    }

    pub(crate) fn is_aborted(&self) -> bool {
        self.abort.is_aborted()
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("record", &self.record).finish_non_exhaustive()
    }
}
