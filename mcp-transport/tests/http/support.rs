//! A server on a port of its own.

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

/// How long a test waits for what has to happen. It is never measured how long it took.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Long enough for what must not happen to have happened, were it to.
pub(crate) const A_WHILE: Duration = Duration::from_millis(300);

/// Waits for something that has to happen.
pub(crate) async fn within<F: Future>(what: &str, future: F) -> F::Output {
    let Ok(output) = tokio::time::timeout(PATIENCE, future).await else { panic!("it never came: {what}") };
    output
}

/// Waits until something holds.
pub(crate) async fn eventually(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "it never came to this: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A server on a port of its own.
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    pub(crate) world: World,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<()>,
}

impl Site {
    /// A server with nothing special about it.
    pub(crate) async fn start() -> Self {
        Self::with(|http| http).await
    }

    pub(crate) async fn limited(limits: Limits) -> Self {
        Self::with(|http| http.limits(limits)).await
    }

    /// A server with some settings.
    pub(crate) async fn with(settings: impl FnOnce(Http) -> Http) -> Self {
        let (builder, world) = world::server();
        Self::serve(world, settings(mcpwright_transport::http(builder))).await
    }

    /// Serves what has been described.
    pub(crate) async fn serve(world: World, http: Http) -> Self {
        let listening = http.listen("127.0.0.1:0").await.unwrap();
        let address = listening.local_addr();
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(async move {
            listening
                .run_until(async {
                    // A site that is dropped says nothing, and its server goes with the runtime.
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

    /// Sends a request on a connection of its own, and reads its answer to the end.
    pub(crate) async fn ask(&self, request: &Request) -> Answer {
        self.connect().await.ask(request).await
    }

    /// Opens a session.
    pub(crate) async fn session(&self, version: &'static str) -> Session {
        let answer = self.ask(&initialize(version)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let id = answer.header("mcp-session-id").expect("a session has an id").to_owned();
        Session { id, version }
    }

    /// Something that has to be refused: nothing is executed, and the next one is served.
    pub(crate) async fn refuses(&self, request: &Request, status: u16, code: Option<i64>) -> Answer {
        let before = self.world.executed();
        let answer = self.ask(request).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{request:?}\n{answer:?}");
        assert_eq!(self.world.executed(), before, "executed: {request:?}");
        self.serves().await;
        answer
    }

    /// Somebody else is served.
    pub(crate) async fn serves(&self) {
        let before = self.world.executed();
        let answer = self.ask(&call(json!("next"), "count", json!({}))).await;
        assert_eq!(answer.text(), "counted");
        assert_eq!(self.world.executed(), before + 1);
    }

    /// Asks the server to end.
    pub(crate) fn stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
    }

    /// Waits for its end.
    pub(crate) async fn ended(self) {
        within("the end of the server", self.served).await.unwrap();
    }
}

/// A server behind one of somebody else's making, which says who calls: whoever `x-user` names.
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

    /// Opens a session of this user.
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
