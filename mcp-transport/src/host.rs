//! Time and threads, from tokio.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use mcpwright_server::Host;
use tokio::runtime::Handle;

/// Time and threads for the engine, from a tokio runtime.
#[derive(Clone, Debug)]
pub struct Tokio {
    handle: Handle,
    jobs: Arc<AtomicUsize>,
}

impl Tokio {
    /// The runtime that this is called on.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn current() -> Result<Self, crate::Error> {
        let handle = Handle::try_current().map_err(|_| crate::Error::NoRuntime)?;
        Ok(Self { handle, jobs: Arc::default() })
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Whether a job that may block still runs, whether or not anybody waits for it.
    pub(crate) fn is_busy(&self) -> bool {
        self.jobs.load(Ordering::Acquire) > 0
    }
}

impl Host for Tokio {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()> {
        // A timer belongs to the runtime on which it is made, and this may be called from a thread of our own.
        let _guard = self.handle.enter();
        Box::pin(tokio::time::sleep(time))
    }

    fn run_blocking(&self, job: Box<dyn FnOnce() + Send>) {
        let jobs = Arc::clone(&self.jobs);
        jobs.fetch_add(1, Ordering::AcqRel);
        self.handle.spawn_blocking(move || {
            job();
            jobs.fetch_sub(1, Ordering::AcqRel);
        });
    }
}
