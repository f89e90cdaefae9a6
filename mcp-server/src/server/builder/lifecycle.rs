//! The life of a server: observers of its clients, values of their sessions, and hooks at its end.

use std::sync::Arc;
use std::time::Duration;

use crate::observer::Observer;
use crate::server::builder::Builder;

impl Builder {
    /// Adds a hook that runs before the process ends: to flush, or to deregister from a service. Hooks run one after the
    /// other, in the order in which they were added.
    ///
    /// It runs once, after the last call, however the server ends: at the end of input, on a signal, or with `run_until`.
    /// Transports limit the time of all hooks together to their `drain_timeout`. A panic is logged, and the next hook runs.
    ///
    /// ```
    /// use mcpwright_server::Server;
    ///
    /// # async fn flush() {}
    /// let server = Server::builder("notes", "1.0.0").on_shutdown(|| async {
    ///     flush().await;
    /// });
    /// ```
    pub fn on_shutdown<F>(mut self, hook: impl FnOnce() -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.shutdown_hooks.push(Box::new(|| Box::pin(hook())));
        self
    }

    /// Sets the time after the last change in which the values of a [`Session`](crate::Session) are kept. Default: 24 hours.
    pub fn session_ttl(mut self, ttl: Duration) -> Self {
        self.session_ttl = ttl;
        self
    }

    /// Adds an observer of sessions and subscriptions. See [`Observer`].
    ///
    /// ```
    /// use mcpwright_server::{Observer, Server, SessionInfo};
    ///
    /// struct Log;
    ///
    /// impl Observer for Log {
    ///     fn initialized(&self, session: &SessionInfo<'_>) {
    ///         let name = session.client.info().map(|info| &*info.name);
    ///         eprintln!("{} is {name:?}, which {} uses", session.id, session.caller);
    ///     }
    /// }
    ///
    /// let server = Server::builder("notes", "1.0.0").observer(Log);
    /// ```
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observers.push(Arc::new(observer));
        self
    }
}
