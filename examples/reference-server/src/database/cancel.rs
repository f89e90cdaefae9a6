//! Stopping a statement: because the caller says so, because nobody waits any more, or because time is up.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::DatabaseError;

/// Stops what it was given to, once [`cancel`](Cancel::cancel) is called. Clones are the same flag.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<Flag>);

#[derive(Debug, Default)]
struct Flag {
    set: AtomicBool,
    waiting: Mutex<Waiting>,
}

/// Who is woken when the flag is set, each under a number of its own.
#[derive(Debug, Default)]
struct Waiting {
    next: u64,
    wakers: BTreeMap<u64, Waker>,
}

impl Cancel {
    /// A flag that is not set yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops the work, wherever it is.
    pub fn cancel(&self) {
        self.0.set.store(true, Ordering::Release);
        let wakers = std::mem::take(&mut self.0.waiting().wakers);
        // The lock is released before: who is woken may want it.
        wakers.into_values().for_each(Waker::wake);
    }

    /// Whether it was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.set.load(Ordering::Acquire)
    }

    /// Waits until it is called.
    pub fn cancelled(&self) -> Cancelled<'_> {
        Cancelled { flag: &self.0, number: None }
    }
}

impl Flag {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends when [`Cancel::cancel`] is called.
#[derive(Debug)]
pub struct Cancelled<'a> {
    flag: &'a Flag,
    number: Option<u64>,
}

impl Future for Cancelled<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut waiting = self.flag.waiting();
        let number = self.number.unwrap_or(waiting.next);
        waiting.next = waiting.next.max(number + 1);
        waiting.wakers.insert(number, context.waker().clone());
        drop(waiting);
        self.number = Some(number);
        // The waker is left before the flag is read: a call between the two still wakes us.
        if self.flag.set.load(Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Cancelled<'_> {
    /// A flag that outlives many statements must not remember all of them.
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.flag.waiting().wakers.remove(&number);
        }
    }
}

/// What a running statement looks at to see whether it should go on.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    caller: Cancel,
    gone: Cancel,
    timeout: Duration,
    deadline: Instant,
}

impl Stop {
    pub(super) fn new(caller: Cancel, gone: Cancel, timeout: Duration) -> Self {
        Self { caller, gone, timeout, deadline: Instant::now() + timeout }
    }

    /// The same flags with another time, counted from now.
    pub(super) fn within(&self, timeout: Duration) -> Self {
        Self::new(self.caller.clone(), self.gone.clone(), timeout)
    }

    /// Why to stop, if there is a reason.
    pub(crate) fn reason(&self) -> Option<DatabaseError> {
        if self.caller.is_cancelled() || self.gone.is_cancelled() {
            return Some(DatabaseError::Cancelled);
        }
        (Instant::now() >= self.deadline).then_some(DatabaseError::Timeout { after: self.timeout })
    }
}

#[cfg(test)]
mod tests {
    use super::Cancel;

    #[tokio::test]
    async fn waiting_ends_when_it_is_cancelled() {
        let cancel = Cancel::new();
        let waiting = tokio::spawn({
            let cancel = cancel.clone();
            async move { cancel.cancelled().await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        cancel.cancel();
        waiting.await.unwrap();
        cancel.cancelled().await;
        assert!(cancel.0.waiting().wakers.is_empty());
    }
}
