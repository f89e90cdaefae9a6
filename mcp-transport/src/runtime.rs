//! Time and threads, from tokio.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use mcpwright_server::{Runtime, Server};
use tokio::runtime::Handle;
use tokio::sync::watch;

/// Time and threads for the engine, from a tokio runtime.
#[derive(Clone, Debug)]
pub struct TokioRuntime {
    handle: Handle,
    jobs: Arc<AtomicUsize>,
    /// How much runs beside the calls.
    beside: watch::Sender<usize>,
}

impl TokioRuntime {
    /// The runtime that this is called on.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn current() -> Result<Self, crate::error::Error> {
        let handle = Handle::try_current().map_err(|_| crate::error::Error::NoRuntime)?;
        Ok(Self { handle, jobs: Arc::default(), beside: watch::Sender::default() })
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Whether a job that may block still runs, or something beside the calls, whether or not anybody waits for it.
    pub(crate) fn is_busy(&self) -> bool {
        self.jobs.load(Ordering::Acquire) > 0 || *self.beside.borrow() > 0
    }

    /// Waits until nothing runs beside the calls.
    #[cfg_attr(
        not(feature = "http"),
        allow(dead_code, reason = "who serves one client does not wait for it")
    )]
    pub(crate) async fn quiet(&self) {
        // The sender is ours, and so it is there.
        let _ = self.beside.subscribe().wait_for(|count| *count == 0).await;
    }
}

impl Runtime for TokioRuntime {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()> {
        // A timer belongs to the runtime on which it is made, and this may be called from a thread of our own.
        let _guard = self.handle.enter();
        Box::pin(tokio::time::sleep(time))
    }

    fn spawn_blocking(&self, job: Box<dyn FnOnce() + Send>) {
        let jobs = Arc::clone(&self.jobs);
        jobs.fetch_add(1, Ordering::AcqRel);
        self.handle.spawn_blocking(move || {
            job();
            jobs.fetch_sub(1, Ordering::AcqRel);
        });
    }

    fn spawn(&self, work: BoxFuture<'static, ()>) {
        self.beside.send_modify(|count| *count += 1);
        let counted = Permit(self.beside.clone());
        self.handle.spawn(async move {
            let _counted = counted;
            work.await;
        });
    }
}

/// Cancels the tasks of a server that is about to end. A store that does not answer keeps it only for a while.
pub(crate) async fn cancel_tasks(server: &Server) {
    /// How long what is left to be kept may take.
    const LAST_KEPT: Duration = Duration::from_secs(2);
    if tokio::time::timeout(LAST_KEPT, server.cancel_tasks()).await.is_err() {
        tracing::warn!("the store did not answer in time: some tasks are not said to be cancelled");
    }
}

/// One of those that run beside the calls, until it is dropped.
struct Permit(watch::Sender<usize>);

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}
