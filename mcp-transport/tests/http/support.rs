//! Test servers on TCP ports, and helpers that wait.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use http::Request as HttpRequest;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use mcpwright_server::{Caller, Key};
use mcpwright_transport::http::{Http, HttpService, Limits};
use serde_json::{Map, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::requests::{Request, Session, call, initialize};
use crate::wire::{Answer, Client};
use crate::world::{self, World};

/// Time that a test waits for an expected event before it fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Time that a test waits to show that an event does not happen.
pub(crate) const A_WHILE: Duration = Duration::from_millis(300);

/// Waits for a future. Panics after [`TIMEOUT`].
pub(crate) async fn within<F: Future>(what: &str, future: F) -> F::Output {
    let Ok(output) = tokio::time::timeout(PATIENCE, future).await else { panic!("timed out waiting for {what}") };
    output
}

/// Waits until a condition holds. Panics after [`TIMEOUT`].
pub(crate) async fn eventually(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "timed out waiting until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A server that listens on a TCP port.
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    pub(crate) world: World,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<()>,
}

impl Site {
    /// Starts a server with the default settings.
    pub(crate) async fn start() -> Self {
        Self::with(|http| http).await
    }

    /// Starts a server with these limits.
    pub(crate) async fn limited(limits: Limits) -> Self {
        Self::with(|http| http.limits(limits)).await
    }

    /// Starts a server with these settings.
    pub(crate) async fn with(settings: impl FnOnce(Http) -> Http) -> Self {
        let (builder, world) = world::server();
        Self::serve(world, settings(mcpwright_transport::http(builder))).await
    }

    /// Starts the server that `http` describes.
    pub(crate) async fn serve(world: World, http: Http) -> Self {
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
        Self { address, world, stop: Some(stop), served }
    }

    pub(crate) async fn connect(&self) -> Client {
        Client::connect(self.address).await
    }

    /// Sends a request on a new connection, and reads the whole response.
    pub(crate) async fn ask(&self, request: &Request) -> Answer {
        self.connect().await.ask(request).await
    }

    /// Opens a session of this revision.
    pub(crate) async fn session(&self, version: &'static str) -> Session {
        let answer = self.ask(&initialize(version)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let id = answer.header("mcp-session-id").expect("a session has an id").to_owned();
        Session { id, version }
    }

    /// Sends a request that must be rejected: no tool is executed, and the next request is served.
    pub(crate) async fn refuses(&self, request: &Request, status: u16, code: Option<i64>) -> Answer {
        let before = self.world.executed();
        let answer = self.ask(request).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{request:?}\n{answer:?}");
        assert_eq!(self.world.executed(), before, "executed: {request:?}");
        self.serves().await;
        answer
    }

    /// Asserts that the server serves a request on a new connection.
    pub(crate) async fn serves(&self) {
        let before = self.world.executed();
        let answer = self.ask(&call(json!("next"), "count", json!({}))).await;
        assert_eq!(answer.text(), "counted");
        assert_eq!(self.world.executed(), before + 1);
    }

    /// Requests a graceful shutdown.
    pub(crate) fn stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
    }

    /// Waits until the server has shut down.
    pub(crate) async fn ended(self) {
        within("the shutdown of the server", self.served).await.unwrap();
    }
}

/// The HTTP service embedded in a hyper server that sets the caller from the `x-user` header.
pub(crate) struct Wrapped {
    pub(crate) address: SocketAddr,
    pub(crate) world: World,
}

impl Wrapped {
    pub(crate) async fn start() -> Self {
        let (builder, world) = world::server();
        let service = mcpwright_transport::http(builder).key(Key::new([7; 32])).into_service();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let named = service_fn(move |request| named(service.clone(), request));
                    let builder = auto::Builder::new(TokioExecutor::new());
                    let _ = builder.serve_connection(TokioIo::new(stream), named).await;
                });
            }
        });
        Self { address, world }
    }

    pub(crate) async fn ask(&self, user: &str, request: &Request) -> Answer {
        self.connect().await.ask(&request.clone().set("x-user", user)).await
    }

    pub(crate) async fn connect(&self) -> Client {
        Client::connect(self.address).await
    }

    /// Opens a session for this user.
    pub(crate) async fn session(&self, user: &str) -> Session {
        let answer = self.ask(user, &initialize("2025-11-25")).await;
        let id = answer.header("mcp-session-id").expect("a session has an id").to_owned();
        Session { id, version: "2025-11-25" }
    }
}

async fn named(
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
