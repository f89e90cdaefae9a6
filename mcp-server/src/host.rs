//! What the engine needs of the world and has not itself: time, and threads that may block.

use std::time::{Duration, Instant, SystemTime};

use futures::future::BoxFuture;

/// What the engine needs of the world and has not itself. A transport brings one.
pub trait Host: Send + Sync + 'static {
    /// The time, by a clock that never goes back.
    fn now(&self) -> Instant;

    /// The time of day, by a clock that may be set: for what other processes are told.
    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }

    /// Is ready once the time is over.
    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()>;

    /// Runs a job where it may block; the job does not panic.
    fn run_blocking(&self, job: Box<dyn FnOnce() + Send>);
}

/// The time of day, in seconds of Unix time.
pub(crate) fn seconds(host: &dyn Host) -> u64 {
    host.system_time().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

/// No world at all: synchronous handlers run where they are called, and no deadline ever passes.
#[derive(Debug, Default)]
pub(crate) struct Nowhere;

impl Host for Nowhere {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(futures::future::pending())
    }

    fn run_blocking(&self, job: Box<dyn FnOnce() + Send>) {
        job();
    }
}
