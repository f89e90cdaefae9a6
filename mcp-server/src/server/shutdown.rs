//! The end of a server: the hooks that run before its process ends.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use mcpwright_core::ErrorObject;

use crate::incident;
use crate::server::Server;
use crate::sync::lock;

/// A hook that runs once, before the process ends.
pub(crate) type ShutdownHook = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send>;

/// The shutdown hooks of a server, and the number of transports that serve it.
#[derive(Default)]
pub(crate) struct Shutdown {
    /// Empty once they have run.
    hooks: Mutex<Vec<ShutdownHook>>,
    transports: AtomicUsize,
}

impl Shutdown {
    pub(crate) fn new(hooks: Vec<ShutdownHook>) -> Self {
        Self { hooks: Mutex::new(hooks), transports: AtomicUsize::new(0) }
    }

    /// Subtracts a transport. Returns `true` if it was the last.
    fn remove_transport(&self) -> bool {
        self.transports.fetch_sub(1, Ordering::AcqRel) == 1
    }

    /// Takes the hooks. Returns `None` if there are none, or if they have run.
    fn take(&self) -> Option<Vec<ShutdownHook>> {
        Some(std::mem::take(&mut *lock(&self.hooks))).filter(|hooks| !hooks.is_empty())
    }
}

/// Returns the error of what ends because the server is shutting down.
pub(crate) fn shutting_down() -> ErrorObject {
    ErrorObject::internal("the server is shutting down")
}

impl Server {
    /// Counts a transport that serves this server until the process ends. The last one runs the shutdown hooks.
    ///
    /// ```
    /// use mcpwright_server::Server;
    ///
    /// let server = Server::builder("notes", "1.0.0").on_shutdown(|| async { println!("flushed") }).build();
    /// let serving = server.start_serving();
    /// // After the last call of this transport:
    /// let hooks = serving.finish().expect("no other transport serves it");
    /// futures::executor::block_on(hooks);
    /// ```
    pub fn start_serving(&self) -> Serving {
        self.state.shutdown.transports.fetch_add(1, Ordering::AcqRel);
        Serving(Some(self.clone()))
    }

    /// Returns `true` if this is the only handle of the server: nobody can serve it to another client.
    pub fn is_unique(&self) -> bool {
        Arc::strong_count(&self.state) == 1
    }

    /// Ends the server: cancels the tasks that still run, and runs the hooks of
    /// [`Builder::on_shutdown`](crate::Builder::on_shutdown) in the order in which they were added. Hooks run once.
    ///
    /// Transports that serve a server until the process ends do this themselves. Nothing limits the time: wrap the future
    /// in a timeout.
    ///
    /// ```
    /// use mcpwright_server::Server;
    ///
    /// let server = Server::builder("notes", "1.0.0").on_shutdown(|| async { println!("flushed") }).build();
    /// # futures::executor::block_on(async {
    /// // After the last client has disconnected:
    /// server.shut_down().await;
    /// # });
    /// ```
    pub async fn shut_down(&self) {
        self.cancel_tasks().await;
        if let Some(hooks) = self.state.shutdown.take() {
            run(hooks).await;
        }
    }
}

/// A transport that serves a server until the process ends.
#[must_use = "the shutdown hooks run at the end of the last transport"]
pub struct Serving(Option<Server>);

impl Serving {
    /// Ends the transport. If no other transport serves the server, returns the future that runs its shutdown hooks; it does
    /// not panic.
    pub fn finish(mut self) -> Option<BoxFuture<'static, ()>> {
        let server = self.0.take()?;
        // Of transports that end at the same time, one is the last.
        let is_last = server.state.shutdown.remove_transport();
        let hooks = is_last.then(|| server.state.shutdown.take()).flatten()?;
        Some(Box::pin(run(hooks)))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some(server) = &self.0 {
            server.state.shutdown.remove_transport();
        }
    }
}

impl fmt::Debug for Serving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serving").finish_non_exhaustive()
    }
}

/// Runs hooks one after the other. A panic of one is logged, and the next runs.
async fn run(hooks: Vec<ShutdownHook>) {
    for hook in hooks {
        if let Err(payload) = AssertUnwindSafe(async { hook().await }).catch_unwind().await {
            incident::panic("on_shutdown", payload);
        }
    }
}
