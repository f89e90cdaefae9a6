//! Test servers on TCP ports, and helpers that wait.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use http::Request as HttpRequest;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use mcpwright_server::{Caller, Item, Key};
use mcpwright_transport::http::{Http, HttpService, Limits};
use serde_json::{Map, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::client::{Client, Event, Response};
use crate::probe::{self, Probe};
use crate::requests::{Request, Session, call, initialize};

/// Time that a test waits for an expected event before it fails.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(60);

/// Time that a test waits to show that an event does not happen.
pub(crate) const QUIET_PERIOD: Duration = Duration::from_millis(300);

/// Limits with which a call without a result soon gets an event stream.
pub(crate) fn short_grace() -> Limits {
    Limits::default().json_grace(Duration::from_millis(20))
}

/// Waits for a future. Panics after [`TIMEOUT`].
pub(crate) async fn with_timeout<F: Future>(what: &str, future: F) -> F::Output {
    let Ok(output) = tokio::time::timeout(TIMEOUT, future).await else {
        panic!("timed out waiting for {what}")
    };
    output
}

/// Waits until a condition holds. Panics after [`TIMEOUT`].
pub(crate) async fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + TIMEOUT;
    while !holds() {
        assert!(Instant::now() < deadline, "timed out waiting until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A server that listens on a TCP port.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) probe: Probe,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<()>,
}

impl TestServer {
    /// Starts a server with the default settings.
    pub(crate) async fn start() -> Self {
        Self::with_settings(|http| http).await
    }

    /// Starts a server with these limits.
    pub(crate) async fn with_limits(limits: Limits) -> Self {
        Self::with_settings(|http| http.limits(limits)).await
    }

    /// Starts a server with these settings.
    pub(crate) async fn with_settings(settings: impl FnOnce(Http) -> Http) -> Self {
        let (builder, probe) = probe::server_builder();
        Self::serve(probe, settings(mcpwright_transport::http(builder))).await
    }

    /// Starts the server that `http` describes.
    pub(crate) async fn serve(probe: Probe, http: Http) -> Self {
        let listening = http.listen("127.0.0.1:0").await.unwrap();
        let address = listening.local_addr();
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(async move {
            listening
                .run_until(async {
                    // If the sender is dropped, the server runs until its runtime stops.
                    if stopped.await.is_err() {
                        std::future::pending::<()>().await;
                    }
                })
                .await;
        });
        Self { address, probe, stop: Some(stop), served }
    }

    pub(crate) async fn connect(&self) -> Client {
        Client::connect(self.address).await
    }

    /// Sends a request on a new connection, and reads the whole response.
    pub(crate) async fn send_request(&self, request: &Request) -> Response {
        self.connect().await.send_request(request).await
    }

    /// Opens a session of this revision.
    pub(crate) async fn session(&self, version: &'static str) -> Session {
        let response = self.send_request(&initialize(version)).await;
        assert_eq!(response.status, 200, "{response:?}");
        let id = response.header("mcp-session-id").expect("a session has an id").to_owned();
        Session { id, version }
    }

    /// Resumes a stream after this event.
    pub(crate) async fn resume(&self, session: &Session, event: &Event) -> Client {
        let mut client = self.connect().await;
        client.open(&session.get(Some(event.id()))).await;
        client
    }

    /// Sends a request that must be rejected: no tool is executed, and the next request is served.
    pub(crate) async fn expect_rejected(
        &self,
        request: &Request,
        status: u16,
        code: Option<i64>,
    ) -> Response {
        let before = self.probe.executed();
        let response = self.send_request(request).await;
        assert_eq!((response.status, response.code()), (status, code), "{request:?}\n{response:?}");
        assert_eq!(self.probe.executed(), before, "executed: {request:?}");
        self.expect_served().await;
        response
    }

    /// Asserts that the server serves a request on a new connection.
    pub(crate) async fn expect_served(&self) {
        let before = self.probe.executed();
        let response = self.send_request(&call(json!("next"), "count", json!({}))).await;
        assert_eq!(response.text(), "counted");
        assert_eq!(self.probe.executed(), before + 1);
    }

    /// Requests a graceful shutdown.
    pub(crate) fn stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
    }

    /// Waits until the server has shut down.
    pub(crate) async fn wait_for_shutdown(self) {
        with_timeout("the shutdown of the server", self.served).await.unwrap();
    }
}

/// The HTTP service embedded in a hyper server that sets the caller from the `x-user` header.
pub(crate) struct EmbeddedServer {
    pub(crate) address: SocketAddr,
    pub(crate) probe: Probe,
}

impl EmbeddedServer {
    pub(crate) async fn start() -> Self {
        let (builder, probe) = probe::server_builder();
        let readers = probe.clone();
        let builder = builder.visible(move |request, item| {
            !matches!(item, Item::Resource(_)) || readers.may_read(request.caller())
        });
        let service = mcpwright_transport::http(builder).key(Key::new([7; 32])).into_service();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let service = service_fn(move |request| handle_with_caller(service.clone(), request));
                    let builder = auto::Builder::new(TokioExecutor::new());
                    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { address, probe }
    }

    pub(crate) async fn send_request(&self, user: &str, request: &Request) -> Response {
        self.connect().await.send_request(&request.clone().set("x-user", user)).await
    }

    pub(crate) async fn connect(&self) -> Client {
        Client::connect(self.address).await
    }

    /// Opens a session for this user.
    pub(crate) async fn session(&self, user: &str) -> Session {
        let response = self.send_request(user, &initialize("2025-11-25")).await;
        let id = response.header("mcp-session-id").expect("a session has an id").to_owned();
        Session { id, version: "2025-11-25" }
    }
}

/// Handles a request of the caller that `x-user` names: a subject, then its scopes, separated by spaces.
async fn handle_with_caller(
    service: HttpService,
    mut request: HttpRequest<Incoming>,
) -> Result<http::Response<mcpwright_transport::http::Body>, Infallible> {
    let user = request.headers().get("x-user").and_then(|user| user.to_str().ok()).map(str::to_owned);
    if let Some(user) = user {
        let (name, scopes) = user.split_once(' ').unwrap_or((&user, ""));
        let scopes = scopes.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned);
        request.extensions_mut().insert(Caller::new(name, scopes.collect::<Vec<_>>(), Map::new()));
    }
    Ok(service.handle(request).await)
}
