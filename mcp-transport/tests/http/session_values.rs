//! Values of sessions and callers over HTTP.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use mcpwright_core::ErrorCode;
use mcpwright_server::{
    Builder, Caller, Key, MemoryStore, Server, Session, SessionError, SessionValue, Store as _, ToolHandler,
};
use mcpwright_transport::http::HttpService;
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use crate::client::{Client, Response};
use crate::requests::{self, Request, call, initialize};

#[derive(Default, Serialize, Deserialize)]
struct Count(u32);

impl SessionValue for Count {
    const NAME: &'static str = "count";
}

/// Increments the value of the session, with time for other calls between reading and writing it.
async fn increment(count: Session<Count>) -> Result<u32, SessionError> {
    count
        .update(|Count(count)| {
            *count += 1;
            *count
        })
        .await
}

async fn read(count: Session<Count>) -> Result<u32, SessionError> {
    Ok(count.get().await?.0)
}

fn builder(store: &Arc<MemoryStore>) -> Builder {
    Server::builder("test", "1")
        .store(Arc::clone(store))
        .tool(ToolHandler::function("increment", [], increment))
        .tool(ToolHandler::function("read", [], read))
}

/// A replica, which takes the caller from the header `x-user`.
struct Replica(SocketAddr);

impl Replica {
    async fn start(store: &Arc<MemoryStore>) -> Self {
        let service = mcpwright_transport::http(builder(store)).key(Key::new([3; 32])).into_service();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let handle = hyper::service::service_fn(move |request| answer(service.clone(), request));
                    let builder =
                        hyper_util::server::conn::auto::Builder::new(hyper_util::rt::TokioExecutor::new());
                    let stream = hyper_util::rt::TokioIo::new(stream);
                    let _ = builder.serve_connection(stream, handle).await;
                });
            }
        });
        Self(address)
    }

    async fn send(&self, user: Option<&str>, request: Request) -> Response {
        let request = match user {
            Some(user) => request.set("x-user", user),
            None => request,
        };
        Client::connect(self.0).await.send_request(&request).await
    }

    async fn open(&self, user: Option<&str>) -> requests::Session {
        let response = self.send(user, initialize("2025-11-25")).await;
        let id = response.header("mcp-session-id").expect("a session has an id").to_owned();
        requests::Session { id, version: "2025-11-25" }
    }
}

async fn answer(
    service: HttpService,
    mut request: http::Request<hyper::body::Incoming>,
) -> Result<http::Response<mcpwright_transport::http::Body>, Infallible> {
    let user = request.headers().get("x-user").and_then(|user| user.to_str().ok()).map(str::to_owned);
    if let Some(user) = user {
        request.extensions_mut().insert(Caller::new(user, [], Map::new()));
    }
    Ok(service.handle(request).await)
}

fn in_session(session: &requests::Session, tool: &str) -> Request {
    session.call(json!(1), tool, json!({}))
}

fn modern(tool: &str) -> Request {
    call(json!(1), tool, json!({}))
}

#[tokio::test(flavor = "multi_thread")]
async fn values_belong_to_a_session_on_every_replica() {
    let store = Arc::new(MemoryStore::new());
    let (one, other) = (Replica::start(&store).await, Replica::start(&store).await);
    let (first, second) = (one.open(None).await, one.open(None).await);
    assert_eq!(one.send(None, in_session(&first, "increment")).await.text(), "1");
    assert_eq!(other.send(None, in_session(&first, "increment")).await.text(), "2");
    assert_eq!(one.send(None, in_session(&second, "read")).await.text(), "0");
    // Sessions of an identified caller have values of their own, too.
    let own = one.open(Some("ada")).await;
    assert_eq!(one.send(Some("ada"), in_session(&own, "increment")).await.text(), "1");
    assert_eq!(one.send(Some("ada"), modern("read")).await.text(), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn modern_values_belong_to_the_caller() {
    let store = Arc::new(MemoryStore::new());
    let (one, other) = (Replica::start(&store).await, Replica::start(&store).await);
    assert_eq!(one.send(Some("ada"), modern("increment")).await.text(), "1");
    assert_eq!(other.send(Some("ada"), modern("increment")).await.text(), "2");
    // Subjects that resemble the keys of others.
    for user in ["bob", "ada:", "caller:ada", ":ada", "session:ada"] {
        assert_eq!(one.send(Some(user), modern("read")).await.text(), "0", "{user}");
    }
    let anonymous = one.send(None, modern("increment")).await;
    assert_eq!(anonymous.code(), Some(ErrorCode::INVALID_REQUEST.0));
    let message = anonymous.json()["error"]["message"].to_string();
    assert!(message.contains("`count` is kept per session, or per authenticated caller"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn values_end_with_their_session() {
    let store = Arc::new(MemoryStore::new());
    let server = Replica::start(&store).await;
    let session = server.open(None).await;
    assert_eq!(server.send(None, in_session(&session, "increment")).await.text(), "1");
    let key = stored_key(&store, &session).await;
    assert!(store.get(&key).await.unwrap().is_some());
    assert_eq!(server.send(None, session.delete()).await.status, 204);
    assert_eq!(store.get(&key).await.unwrap(), None);
}

/// Returns the key of the session's values.
async fn stored_key(store: &Arc<MemoryStore>, session: &requests::Session) -> String {
    // The identity of the session is in its sealed id, which a server with the same key opens.
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let report = ToolHandler::function("report", [], move |context: mcpwright_server::Context| {
        let sender = sender.clone();
        async move { sender.send(context.session_id()).is_ok() }
    });
    let service =
        mcpwright_transport::http(builder(store).tool(report)).key(Key::new([3; 32])).into_service();
    let body = requests::call_message(json!(1), "report", json!({})).to_string();
    let request = http::Request::post("/mcp")
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-session-id", &session.id)
        .header("mcp-protocol-version", session.version)
        .body(body)
        .unwrap();
    assert_eq!(service.handle(request).await.status(), 200);
    let id = receiver.recv().await.flatten().expect("the call belongs to a session");
    format!("mcp:values:1:4:test:session:{id}")
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_changes_are_not_lost() {
    let store = Arc::new(MemoryStore::new());
    let replicas = [Replica::start(&store).await, Replica::start(&store).await];
    let session = replicas[0].open(None).await;
    let mut calls = Vec::new();
    for number in 0..100 {
        let request = session.call(json!(number), "increment", json!({}));
        calls.push(replicas[number % 2].send(None, request));
    }
    let mut texts: Vec<u32> = Vec::new();
    for response in futures::future::join_all(calls).await {
        texts.push(response.text().parse().unwrap_or_else(|_| panic!("{response:?}")));
    }
    texts.sort_unstable();
    assert_eq!(texts, (1..=100).collect::<Vec<_>>());
}
