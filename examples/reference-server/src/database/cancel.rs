//! Cancellation of statements: by a token, because the future was dropped, or at the deadline.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::error::DatabaseError;

/// Cancels the operations that it was passed to when [`cancel`](Self::cancel) is called. Clones share one flag.
#[derive(Clone, Debug, Default)]
pub struct CancellationToken(Arc<Flag>);

#[derive(Debug, Default)]
struct Flag {
    set: AtomicBool,
    waiters: Mutex<Waiters>,
}

/// The wakers of the futures that wait for the flag, by the ids of the futures.
#[derive(Debug, Default)]
struct Waiters {
    next_id: u64,
    wakers: BTreeMap<u64, Waker>,
}

impl CancellationToken {
    /// Returns a token that is not cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels the operations that have this token.
    pub fn cancel(&self) {
        self.0.set.store(true, Ordering::Release);
        let wakers = std::mem::take(&mut self.0.waiters().wakers);
        // The lock is released first, since a woken task may take it.
        wakers.into_values().for_each(Waker::wake);
    }

    /// Returns `true` if [`cancel`](Self::cancel) was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.set.load(Ordering::Acquire)
    }

    /// Waits until [`cancel`](Self::cancel) is called.
    pub fn cancelled(&self) -> Cancelled<'_> {
        Cancelled { flag: &self.0, id: None }
    }
}

impl Flag {
    fn waiters(&self) -> MutexGuard<'_, Waiters> {
        self.waiters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Future that completes when [`CancellationToken::cancel`] is called.
#[derive(Debug)]
pub struct Cancelled<'a> {
    flag: &'a Flag,
    id: Option<u64>,
}

impl Future for Cancelled<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut waiters = self.flag.waiters();
        let id = self.id.unwrap_or(waiters.next_id);
        waiters.next_id = waiters.next_id.max(id + 1);
        waiters.wakers.insert(id, context.waker().clone());
        drop(waiters);
        self.id = Some(id);
        // The waker is registered before the flag is read, so that a call of `cancel` in between is not lost.
        if self.flag.set.load(Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Cancelled<'_> {
    /// Unregisters the waker: a token may outlive many statements, and must not keep their wakers.
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.flag.waiters().wakers.remove(&id);
        }
    }
}

/// Conditions that end a running statement: two cancellation flags and a deadline.
#[derive(Clone, Debug)]
pub(crate) struct StopCondition {
    caller: CancellationToken,
    dropped: CancellationToken,
    timeout: Duration,
    deadline: Instant,
}

impl StopCondition {
    pub(super) fn new(caller: CancellationToken, dropped: CancellationToken, timeout: Duration) -> Self {
        Self { caller, dropped, timeout, deadline: Instant::now() + timeout }
    }

    /// Returns the same flags with another timeout, counted from now.
    pub(super) fn with_timeout(&self, timeout: Duration) -> Self {
        Self::new(self.caller.clone(), self.dropped.clone(), timeout)
    }

    /// Returns the error that the statement must end with, if a condition is met.
    pub(crate) fn reason(&self) -> Option<DatabaseError> {
        if self.caller.is_cancelled() || self.dropped.is_cancelled() {
            return Some(DatabaseError::Cancelled);
        }
        (Instant::now() >= self.deadline).then_some(DatabaseError::Timeout { after: self.timeout })
    }
}

#[cfg(test)]
mod tests {
    use super::CancellationToken;

    #[tokio::test]
    async fn cancel_wakes_waiting_futures() {
        let cancel = CancellationToken::new();
        let waiting = tokio::spawn({
            let cancel = cancel.clone();
            async move { cancel.cancelled().await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        cancel.cancel();
        waiting.await.unwrap();
        cancel.cancelled().await;
        assert!(cancel.0.waiters().wakers.is_empty());
    }
}
