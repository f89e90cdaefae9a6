//! What the engine needs of the world and has not itself: time, threads that may block, and somebody to run what goes on
//! beside the calls.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant, SystemTime};

use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;

/// What the engine needs of the world and has not itself. A transport brings one.
pub trait Runtime: Send + Sync + 'static {
    /// The time, by a clock that never goes back.
    fn now(&self) -> Instant;

    /// The time of day, by a clock that may be set: for what other processes are told.
    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }

    /// Is ready once the time is over.
    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()>;

    /// Runs a job where it may block; the job does not panic.
    fn spawn_blocking(&self, job: Box<dyn FnOnce() + Send>);

    /// Runs work that belongs to no call, beside them: to its end, or until the host itself ends. The work does not panic.
    fn spawn(&self, work: BoxFuture<'static, ()>);

    /// Lets the work beside go on, as far as it can, on a host that has nobody to do it: whoever is about to look at what
    /// came of it says so here. All other hosts have nothing to do.
    fn go_on(&self) {}
}

/// The time of day, in seconds of Unix time.
pub(crate) fn seconds(runtime: &dyn Runtime) -> u64 {
    since_1970(runtime).as_secs()
}

/// The time of day, in milliseconds of Unix time.
pub(crate) fn milliseconds(runtime: &dyn Runtime) -> u64 {
    u64::try_from(since_1970(runtime).as_millis()).unwrap_or(u64::MAX)
}

fn since_1970(runtime: &dyn Runtime) -> Duration {
    runtime.system_time().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

/// The time by the clock of the machine, for what lives as long as the process and has no host.
pub(crate) fn clock() -> Instant {
    Instant::now()
}

/// No world at all: synchronous handlers run where they are called, no deadline ever passes, and what runs beside goes on
/// whenever somebody asks what came of it.
#[derive(Default)]
pub(crate) struct InlineRuntime {
    beside: Mutex<FuturesUnordered<BoxFuture<'static, ()>>>,
}

impl InlineRuntime {
    fn beside(&self) -> MutexGuard<'_, FuturesUnordered<BoxFuture<'static, ()>>> {
        self.beside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether there is more to do.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

impl Runtime for InlineRuntime {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(futures::future::pending())
    }

    fn spawn_blocking(&self, job: Box<dyn FnOnce() + Send>) {
        job();
    }

    fn spawn(&self, work: BoxFuture<'static, ()>) {
        self.beside().push(work);
    }

    fn go_on(&self) {
        /// What has not got anywhere by then waits for something that does not happen here.
        const MAX_ROUNDS: usize = 1000;
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&woken));
        for _ in 0..MAX_ROUNDS {
            // The lock is free while the work runs: it may want more to run beside.
            let mut work = mem::take(&mut *self.beside());
            if work.is_empty() || !woken.0.swap(false, Ordering::AcqRel) {
                self.beside().extend(work);
                return;
            }
            while let Poll::Ready(Some(())) = work.poll_next_unpin(&mut Context::from_waker(&waker)) {}
            let mut added = self.beside();
            // What was added has not been polled yet.
            woken.0.fetch_or(!added.is_empty(), Ordering::AcqRel);
            work.extend(mem::take(&mut *added));
            *added = work;
        }
    }
}
