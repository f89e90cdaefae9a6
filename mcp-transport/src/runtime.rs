//! The engine's runtime on tokio.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use mcpwright_server::{Runtime, Server, Serving, set_incident_output};
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};

use crate::log::write_line;

/// A [`Runtime`] on tokio.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), mcpwright_transport::Error> {
/// use std::sync::Arc;
/// use mcpwright_server::Server;
/// use mcpwright_transport::TokioRuntime;
///
/// let server = Server::builder("echo", "1.0.0").build().with_runtime(Arc::new(TokioRuntime::current()?));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct TokioRuntime {
    handle: Handle,
    /// The number of blocking jobs.
    jobs: Arc<AtomicUsize>,
    /// The number of background tasks.
    background: watch::Sender<usize>,
}

impl TokioRuntime {
    /// Returns the current tokio runtime.
    ///
    /// # Errors
    ///
    /// Returns [`Error::NoRuntime`](crate::Error::NoRuntime) outside of a tokio runtime.
    pub fn current() -> Result<Self, crate::error::Error> {
        let handle = Handle::try_current().map_err(|_| crate::error::Error::NoRuntime)?;
        set_incident_output(write_line);
        Ok(Self { handle, jobs: Arc::default(), background: watch::Sender::default() })
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Returns `true` if a blocking job or a background task still runs, even if no call waits for it.
    pub(crate) fn is_busy(&self) -> bool {
        self.jobs.load(Ordering::Acquire) > 0 || *self.background.borrow() > 0
    }

    /// Waits until no background task runs.
    #[cfg_attr(
        not(feature = "http"),
        allow(dead_code, reason = "transports of one client do not wait for it")
    )]
    pub(crate) async fn wait_idle(&self) {
        // The sender is a field, so it is not dropped.
        let _ = self.background.subscribe().wait_for(|count| *count == 0).await;
    }
}

impl Runtime for TokioRuntime {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        // A timer belongs to the runtime on which it is created, and this may run on another thread.
        let _guard = self.handle.enter();
        Box::pin(tokio::time::sleep(duration))
    }

    fn spawn_blocking(&self, job: Box<dyn FnOnce() + Send>) {
        let jobs = Arc::clone(&self.jobs);
        jobs.fetch_add(1, Ordering::AcqRel);
        self.handle.spawn_blocking(move || {
            job();
            jobs.fetch_sub(1, Ordering::AcqRel);
        });
    }

    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.background.send_modify(|count| *count += 1);
        let guard = RunningTask(self.background.clone());
        self.handle.spawn(async move {
            let _guard = guard;
            task.await;
        });
    }
}

/// Ends a server after its last call: cancels its tasks, and runs its shutdown hooks within `timeout`, unless another
/// transport serves it.
pub(crate) async fn shut_down(server: &Server, serving: Serving, runtime: &TokioRuntime, timeout: Duration) {
    cancel_tasks(server).await;
    if let Some(hooks) = serving.finish() {
        run_hooks(hooks, runtime, timeout).await;
    }
}

/// Runs shutdown hooks within `timeout`. They have a thread of their own, since handlers may block all others, and a hook
/// may block, too; and the runtime of the handlers, to which their connections and timers belong.
async fn run_hooks(hooks: BoxFuture<'static, ()>, runtime: &TokioRuntime, timeout: Duration) {
    let handle = runtime.handle().clone();
    // Dropping the sender cancels the hooks.
    let (_cancel, cancelled) = oneshot::channel::<()>();
    let (ended, end) = oneshot::channel();
    let run = move || {
        handle.block_on(async {
            // Cancellation comes first: the end of the runtime makes every timer elapse, so a hook that is too slow would
            // seem to have waited long enough.
            tokio::select! {
                biased;
                _ = cancelled => {}
                () = hooks => {}
            }
        });
        // The receiver is gone after the timeout.
        let _ = ended.send(());
    };
    if let Err(error) = thread::Builder::new().name("mcp-shutdown".to_owned()).spawn(run) {
        tracing::error!(%error, "cannot run the shutdown hooks");
    } else if tokio::time::timeout(timeout, end).await.is_err() {
        tracing::warn!(?timeout, "shutdown hooks did not end in time");
    }
}

/// Cancels the tasks of a server that shuts down. A store that does not answer delays the shutdown by two seconds at most.
async fn cancel_tasks(server: &Server) {
    /// Timeout of the store for the last states.
    const STORE_TIMEOUT: Duration = Duration::from_secs(2);
    if tokio::time::timeout(STORE_TIMEOUT, server.cancel_tasks()).await.is_err() {
        tracing::warn!("the store did not answer in time: some tasks are not stored as cancelled");
    }
}

/// Counts a background task until it is dropped.
struct RunningTask(watch::Sender<usize>);

impl Drop for RunningTask {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}
