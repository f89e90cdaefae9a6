//! The runtime that a transport provides: time, threads that may block, and tasks in the background.

use std::future::poll_fn;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant, SystemTime};

use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;

use crate::sync::lock;

/// The runtime that a transport provides: time, threads that may block, and tasks in the background.
///
/// The engine has no clock and spawns nothing by itself. `mcpwright_transport::TokioRuntime` implements this with tokio.
pub trait Runtime: Send + Sync + 'static {
    /// Returns the time of a monotonic clock.
    fn now(&self) -> Instant;

    /// Returns the time of day, for times that other processes read.
    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }

    /// Returns a future that is ready after `duration`.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;

    /// Runs a job on a thread where it may block. The job does not panic.
    fn spawn_blocking(&self, job: Box<dyn FnOnce() + Send>);

    /// Runs a task in the background, to its end or until the runtime shuts down. The task does not panic.
    fn spawn(&self, task: BoxFuture<'static, ()>);

    /// Polls the background tasks, on a runtime without threads of its own. Called before their results are read.
    fn run_pending(&self) {}
}

/// Returns the time of day, in seconds of Unix time.
pub(crate) fn unix_seconds(runtime: &dyn Runtime) -> u64 {
    since_epoch(runtime).as_secs()
}

/// Returns the time of day, in milliseconds of Unix time.
pub(crate) fn unix_millis(runtime: &dyn Runtime) -> u64 {
    in_millis(since_epoch(runtime))
}

/// Returns a duration in milliseconds, or `u64::MAX` if it is longer.
pub(crate) fn in_millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn since_epoch(runtime: &dyn Runtime) -> Duration {
    runtime.system_time().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

/// Polls a future until it is ready or `timeout` has passed: then returns `None`. A future that is ready at once needs no
/// timer.
pub(crate) async fn poll_within<F: Future + Unpin>(
    runtime: &Arc<dyn Runtime>,
    future: &mut F,
    timeout: Duration,
) -> Option<F::Output> {
    let mut timer: Option<BoxFuture<'static, ()>> = None;
    poll_fn(|context| {
        if let Poll::Ready(output) = std::pin::Pin::new(&mut *future).poll(context) {
            return Poll::Ready(Some(output));
        }
        let timer = timer.get_or_insert_with(|| runtime.sleep(timeout));
        timer.as_mut().poll(context).map(|()| None)
    })
    .await
}

/// The runtime of a server without a transport, as in tests: synchronous handlers run where they are called, no timeout
/// passes, and background tasks run when their results are read.
#[derive(Default)]
pub(crate) struct InlineRuntime {
    tasks: Mutex<FuturesUnordered<BoxFuture<'static, ()>>>,
}

impl InlineRuntime {
    fn tasks(&self) -> MutexGuard<'_, FuturesUnordered<BoxFuture<'static, ()>>> {
        lock(&self.tasks)
    }
}

/// A waker that remembers that it was woken.
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

    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.tasks().push(task);
    }

    fn run_pending(&self) {
        /// Maximum number of passes. Tasks that are still pending then wait for a timer or another thread.
        const MAX_PASSES: usize = 1000;
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&woken));
        for _ in 0..MAX_PASSES {
            // Unlocked while the tasks run: they may spawn more.
            let mut tasks = mem::take(&mut *self.tasks());
            if tasks.is_empty() || !woken.0.swap(false, Ordering::AcqRel) {
                self.tasks().extend(tasks);
                return;
            }
            while let Poll::Ready(Some(())) = tasks.poll_next_unpin(&mut Context::from_waker(&waker)) {}
            let mut added = self.tasks();
            // The added tasks have not been polled yet.
            woken.0.fetch_or(!added.is_empty(), Ordering::AcqRel);
            tasks.extend(mem::take(&mut *added));
            *added = tasks;
        }
    }
}
