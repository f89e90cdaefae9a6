//! The state that all requests to one HTTP service share.

use std::sync::{Arc, Mutex};

use http::request::Parts;
use mcpwright_server::{Caller, Extensions, Server, Serving};
use tokio::sync::watch;

use crate::http::limiter::Limiter;
use crate::http::limits::Limits;
use crate::http::paths;
use crate::runtime::{TokioRuntime, shut_down};
use crate::sync::lock;

/// A function that derives a value for handlers from the head of a request.
pub(crate) type Extract = Arc<dyn Fn(&Parts, &mut Extensions) + Send + Sync>;

/// A further endpoint, with a value that its requests contain.
pub(crate) struct NamedEndpoint {
    pub(crate) path: String,
    pub(crate) insert_value: Box<dyn Fn(&mut Extensions) + Send + Sync>,
}

/// The settings of a service.
pub(crate) struct HttpSettings {
    /// The path of the main endpoint.
    pub(crate) path: String,
    pub(crate) limits: Limits,
    pub(crate) extracts: Vec<Extract>,
    pub(crate) endpoints: Vec<NamedEndpoint>,
    /// Clients of earlier revisions get sessions.
    pub(crate) has_sessions: bool,
}

/// The state that all requests to one HTTP service share.
pub(crate) struct HttpState {
    pub(crate) server: Server,
    pub(crate) runtime: TokioRuntime,
    pub(crate) path: String,
    pub(crate) limits: Limits,
    pub(crate) has_sessions: bool,
    extracts: Vec<Extract>,
    endpoints: Vec<NamedEndpoint>,
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
    pub(crate) fn new(server: Server, runtime: TokioRuntime, settings: HttpSettings) -> Arc<Self> {
        let HttpSettings { path, limits, extracts, endpoints, has_sessions } = settings;
        let serving = Mutex::new(Some(server.start_serving()));
        Arc::new(Self {
            server,
            runtime,
            path,
            limits,
            has_sessions,
            extracts,
            endpoints,
            calls: Limiter::new(limits.max_calls),
            streams: Limiter::new(limits.max_streams),
            stopping: watch::Sender::new(false),
            ended: watch::Sender::new(false),
            serving,
        })
    }

    /// Returns the endpoint with a value of its own that has this path.
    #[inline]
    pub(crate) fn endpoint(&self, parts: &Parts) -> Option<&NamedEndpoint> {
        // Most services have none, and the path is searched for with each use.
        if self.endpoints.is_empty() {
            return None;
        }
        let path = paths::requested(parts);
        self.endpoints.iter().find(|endpoint| endpoint.path == path)
    }

    /// Returns `true` if the path is that of an endpoint.
    pub(crate) fn has_path(&self, parts: &Parts) -> bool {
        paths::requested(parts) == self.path || self.endpoint(parts).is_some()
    }

    /// Returns `true` if the service answers at the path: also at any other one if the code that mounts it decides about paths.
    /// The paths of further endpoints must not be mistaken for each other.
    pub(crate) fn serves_path(&self, parts: &Parts) -> bool {
        self.endpoints.is_empty() || self.has_path(parts)
    }

    /// Returns the paths of the endpoints, the main one first, for texts.
    pub(crate) fn paths(&self) -> String {
        let others = self.endpoints.iter().map(|endpoint| endpoint.path.as_str());
        let paths: Vec<_> = std::iter::once(self.path.as_str()).chain(others).collect();
        paths.join(", ")
    }

    /// Returns the name that the sessions of an endpoint are bound to: its path, or nothing for the main endpoint.
    pub(crate) fn session_scope(&self, parts: &Parts) -> &str {
        self.endpoint(parts).map_or("", |endpoint| &endpoint.path)
    }

    /// Returns the values of a request: that of its endpoint, and those that `extract` takes from it.
    pub(crate) fn extensions(&self, parts: &Parts) -> Extensions {
        let mut extensions = Extensions::default();
        if let Some(endpoint) = self.endpoint(parts) {
            (endpoint.insert_value)(&mut extensions);
        }
        self.extracts.iter().for_each(|extract| extract(parts, &mut extensions));
        extensions
    }

    /// Ends the server after its last call: cancels its tasks, and runs its shutdown hooks.
    pub(crate) async fn shut_down(&self) {
        let serving = lock(&self.serving).take();
        if let Some(serving) = serving {
            shut_down(&self.server, serving, &self.runtime, self.limits.drain_timeout).await;
        }
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
