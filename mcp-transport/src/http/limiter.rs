//! A limit on the number of calls or streams.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// A limit on the number of permits that are held at a time. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Limiter(Arc<Usage>);

#[derive(Debug)]
struct Usage {
    count: AtomicUsize,
    max: usize,
    released: Notify,
}

/// A permit, which counts against its limit until it is dropped.
#[derive(Debug)]
pub(crate) struct Permit(Limiter);

impl Limiter {
    pub(crate) fn new(max: usize) -> Self {
        Self(Arc::new(Usage { count: AtomicUsize::new(0), max, released: Notify::new() }))
    }

    /// Returns a permit, unless the limit is reached.
    pub(crate) fn try_acquire(&self) -> Option<Permit> {
        if self.0.count.fetch_add(1, Ordering::AcqRel) < self.0.max {
            return Some(Permit(self.clone()));
        }
        self.0.count.fetch_sub(1, Ordering::AcqRel);
        None
    }

    /// Waits until no permit is held.
    pub(crate) async fn wait_idle(&self) {
        loop {
            let released = self.0.released.notified();
            if self.0.count.load(Ordering::Acquire) == 0 {
                return;
            }
            released.await;
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.0.0.count.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.0.released.notify_waiters();
        }
    }
}
