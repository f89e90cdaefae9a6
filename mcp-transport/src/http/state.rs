//! The state that all requests to one HTTP service share.

use std::sync::{Arc, Mutex};

use http::request::Parts;
use mcpwright_server::{Call, Caller, Extensions, Server, Serving};
use tokio::sync::watch;

use crate::http::limiter::Limiter;
use crate::http::limits::Limits;
use crate::runtime::{TokioRuntime, shut_down};
use crate::sync::lock;

/// A function that derives a value for handlers from the head of a request.
pub(crate) type Extract = Arc<dyn Fn(&Parts, &mut Extensions) + Send + Sync>;

/// The state that all requests to one HTTP service share.
pub(crate) struct HttpState {
    pub(crate) server: Server,
    pub(crate) runtime: TokioRuntime,
    pub(crate) limits: Limits,
    pub(crate) extracts: Vec<Extract>,
    pub(crate) calls: Limiter,
    pub(crate) streams: Limiter,
    /// `true` once the server shuts down: streams of changes end.
    pub(crate) stopping: watch::Sender<bool>,
    /// `true` once the drain timeout has passed: tasks of calls end.
    pub(crate) ended: watch::Sender<bool>,
    /// `Some` until the server has ended.
    serving: Mutex<Option<Serving>>,
}

impl HttpState {
    pub(crate) fn new(
        server: Server,
        runtime: TokioRuntime,
        limits: Limits,
        extracts: Vec<Extract>,
    ) -> Arc<Self> {
        let serving = Mutex::new(Some(server.start_serving()));
        Arc::new(Self {
            server,
            runtime,
            limits,
            extracts,
            calls: Limiter::new(limits.max_calls),
            streams: Limiter::new(limits.max_streams),
            stopping: watch::Sender::new(false),
            ended: watch::Sender::new(false),
            serving,
        })
    }

    /// Ends the server after its last call: cancels its tasks, and runs its shutdown hooks.
    pub(crate) async fn shut_down(&self) {
        let serving = lock(&self.serving).take();
        if let Some(serving) = serving {
            shut_down(&self.server, serving, &self.runtime, self.limits.drain_timeout).await;
        }
    }

    /// Adds what handlers can extract from the head of a request to a call.
    pub(crate) fn extract(&self, parts: &Parts, call: &mut Call) {
        self.extracts.iter().for_each(|extract| extract(parts, call.extensions_mut()));
    }
}

/// Returns the caller that a layer in front of the service has identified.
pub(crate) fn caller(parts: &Parts) -> Caller {
    parts.extensions.get::<Caller>().cloned().unwrap_or_default()
}

/// Waits until a flag is set. Never ready if nothing can set it any more.
pub(crate) async fn is_set(mut flag: watch::Receiver<bool>) {
    if flag.wait_for(|flag| *flag).await.is_err() {
        std::future::pending::<()>().await;
    }
}
