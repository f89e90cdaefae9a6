//! Whose turn it is to read.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The turn of one thread to read, decode and begin calls: it is over when a handler keeps the thread.
#[derive(Debug, Default)]
pub(crate) struct ReaderLease {
    /// How often a handler was entered or left: odd while one has the thread.
    steps: AtomicU64,
    is_over: AtomicBool,
}

impl ReaderLease {
    /// Lets a handler have the thread.
    pub(crate) fn run_on<T>(&self, handler: impl FnOnce() -> T) -> T {
        self.steps.fetch_add(1, Ordering::AcqRel);
        let output = handler();
        self.steps.fetch_add(1, Ordering::AcqRel);
        output
    }

    /// A number that stays the same for as long as one handler has the thread; nothing while none has.
    pub(crate) fn current_run(&self) -> Option<u64> {
        Some(self.steps.load(Ordering::Acquire)).filter(|steps| steps % 2 == 1)
    }

    /// Ends the turn: another thread has taken over.
    pub(crate) fn end(&self) {
        self.is_over.store(true, Ordering::Release);
    }

    /// Whether another thread has taken over.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }
}
