//! How many of something there are at a time, and waiting for the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Notify, watch};

/// Counts up to a limit.
#[derive(Clone, Debug)]
pub(crate) struct Limiter(Arc<State>);

#[derive(Debug)]
struct State {
    count: AtomicUsize,
    most: usize,
    less: Notify,
}

/// One that is counted, until it is dropped.
#[derive(Debug)]
pub(crate) struct Permit(Limiter);

impl Limiter {
    pub(crate) fn new(most: usize) -> Self {
        Self(Arc::new(State { count: AtomicUsize::new(0), most, less: Notify::new() }))
    }

    /// Counts one more, unless there are too many.
    pub(crate) fn try_acquire(&self) -> Option<Permit> {
        if self.0.count.fetch_add(1, Ordering::AcqRel) < self.0.most {
            return Some(Permit(self.clone()));
        }
        self.0.count.fetch_sub(1, Ordering::AcqRel);
        None
    }

    /// Waits until there is none.
    pub(crate) async fn wait_idle(&self) {
        loop {
            let less = self.0.less.notified();
            if self.0.count.load(Ordering::Acquire) == 0 {
                return;
            }
            less.await;
        }
    }
}

/// Is ready once somebody has said so; where nobody could any more, never.
pub(crate) async fn wait_true(mut word: watch::Receiver<bool>) {
    if word.wait_for(|word| *word).await.is_err() {
        std::future::pending::<()>().await;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.0.0.count.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.0.less.notify_waiters();
        }
    }
}
