//! The lease of the thread that reads.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The lease of one thread to read, decode and start calls. It ends when a handler blocks the thread.
#[derive(Debug, Default)]
pub(crate) struct ReaderLease {
    /// The number of times that a handler was entered or left: odd while one runs.
    steps: AtomicU64,
    is_over: AtomicBool,
}

impl ReaderLease {
    /// Runs a handler on the thread.
    pub(crate) fn run_on<T>(&self, handler: impl FnOnce() -> T) -> T {
        self.steps.fetch_add(1, Ordering::AcqRel);
        let output = handler();
        self.steps.fetch_add(1, Ordering::AcqRel);
        output
    }

    /// Returns a number that identifies the handler that runs; `None` while none does.
    pub(crate) fn current_run(&self) -> Option<u64> {
        Some(self.steps.load(Ordering::Acquire)).filter(|steps| steps % 2 == 1)
    }

    /// Ends the lease: another thread has taken over.
    pub(crate) fn end(&self) {
        self.is_over.store(true, Ordering::Release);
    }

    /// Returns `true` if another thread has taken over.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }
}
