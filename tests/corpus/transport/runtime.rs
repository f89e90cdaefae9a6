//! A runtime for the engine with a clock that the test advances.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant, SystemTime};

use mcpwright_server::Runtime;

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Seconds between 1970 and the time at which every conversation begins.
const BEGINNING: Duration = Duration::from_secs(1_785_235_800);

/// A runtime with a clock that the test advances, and background tasks that the test polls.
#[derive(Clone)]
pub(super) struct ManualRuntime(Arc<State>);

struct State {
    start: Instant,
    clock: Mutex<Clock>,
    background: Mutex<Vec<BoxFuture<()>>>,
}

#[derive(Default)]
struct Clock {
    elapsed: Duration,
    timers: Vec<(Duration, Waker)>,
}

impl ManualRuntime {
    pub(super) fn new() -> Self {
        let (clock, background) = (Mutex::default(), Mutex::default());
        Self(Arc::new(State { start: Instant::now(), clock, background }))
    }

    /// Advances the clock.
    pub(super) fn advance(&self, time: Duration) {
        let mut clock = self.clock();
        clock.elapsed += time;
        let now = clock.elapsed;
        let due: Vec<_> = clock.timers.extract_if(.., |(end, _)| *end <= now).collect();
        drop(clock);
        due.into_iter().for_each(|(_, waker)| waker.wake());
    }

    /// Returns the time until the next timer ends.
    pub(super) fn next_timer(&self) -> Option<Duration> {
        let clock = self.clock();
        clock.timers.iter().map(|(end, _)| end.saturating_sub(clock.elapsed)).min()
    }

    /// Polls the background work once. Returns `true` if any of it ended.
    pub(super) fn poll_background(&self, context: &mut Context<'_>) -> bool {
        // The lock is free while the work runs: it may start more.
        let mut work = std::mem::take(&mut *self.0.background.lock().unwrap());
        let before = work.len();
        work.retain_mut(|work| work.as_mut().poll(context).is_pending());
        let ended = work.len() < before;
        let mut background = self.0.background.lock().unwrap();
        let is_more = !background.is_empty();
        work.append(&mut background);
        *background = work;
        ended || is_more
    }

    fn clock(&self) -> MutexGuard<'_, Clock> {
        self.0.clock.lock().unwrap()
    }
}

impl Runtime for ManualRuntime {
    fn now(&self) -> Instant {
        self.0.start + self.clock().elapsed
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + BEGINNING + self.clock().elapsed
    }

    fn sleep(&self, time: Duration) -> BoxFuture<()> {
        let end = self.clock().elapsed + time;
        Box::pin(Timer { runtime: self.clone(), end })
    }

    fn spawn_blocking(&self, job: Box<dyn FnOnce() + Send>) {
        job();
    }

    fn spawn(&self, work: BoxFuture<()>) {
        self.0.background.lock().unwrap().push(work);
    }
}

struct Timer {
    runtime: ManualRuntime,
    end: Duration,
}

impl Future for Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut clock = self.runtime.clock();
        if clock.elapsed >= self.end {
            return Poll::Ready(());
        }
        clock.timers.retain(|(end, waker)| *end != self.end || !waker.will_wake(context.waker()));
        clock.timers.push((self.end, context.waker().clone()));
        Poll::Pending
    }
}
