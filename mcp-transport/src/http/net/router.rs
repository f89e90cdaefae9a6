//! The paths of the built-in server: the endpoint, and health checks.

use std::sync::atomic::{AtomicBool, Ordering};

use http::request::Parts;
use http::{Method, StatusCode};
use hyper::body::Incoming;

use crate::http::edge::answer;
use crate::http::edge::answer::Answer;
use crate::http::edge::body::Body;
use crate::http::edge::head::Head;
use crate::http::endpoint::HttpService;

/// The paths of the server.
pub(super) struct Router {
    pub(super) service: HttpService,
    /// `/readyz` reports readiness.
    pub(super) is_ready: AtomicBool,
}

impl Router {
    /// Answers a request to any path.
    pub(super) async fn answer(&self, parts: &Parts, body: Incoming) -> Answer {
        let endpoint = &self.service.0;
        let state = &endpoint.state;
        if state.has_path(parts) || endpoint.http_sse_of(parts).is_some() {
            return endpoint.handle(&Head::of(parts), body).await;
        }
        let path = parts.uri.path();
        let is_read = matches!(parts.method, Method::GET | Method::HEAD);
        match path {
            "/healthz" if is_read => plain(StatusCode::OK, "ok\n"),
            "/readyz" if is_read && self.is_ready.load(Ordering::Acquire) => plain(StatusCode::OK, "ready\n"),
            "/readyz" if is_read => plain(StatusCode::SERVICE_UNAVAILABLE, "shutting down\n"),
            "/healthz" | "/readyz" => answer::not_allowed("GET, HEAD"),
            _ => answer::rejection(
                StatusCode::NOT_FOUND,
                format!("the endpoint of this server is {}", state.path),
            ),
        }
    }
}

fn plain(status: StatusCode, text: &'static str) -> Answer {
    let mut answer = http::Response::new(Body::whole(text));
    *answer.status_mut() = status;
    answer
}
