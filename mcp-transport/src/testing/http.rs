//! A test client over HTTP, without sockets: requests are passed to the service.

use std::collections::HashMap;
use std::fmt;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::future::poll_fn;
use http::request::Builder;
use http::{HeaderMap, Method, Request as HttpRequest, Response as HttpResponse, StatusCode, header};
use http_body::Body as _;
use mcpwright_core::{Era, ErrorObject, Message, ProtocolVersion, Request, RequestId, message, method};
use mcpwright_server::testing::{Client, ClientTransport, Delivery, Inbox};
use mcpwright_server::{Caller, Extensions, HeaderParam, Server, async_trait};
use serde_json::Value;
use tokio::task::AbortHandle;

use crate::http::HttpService;
use crate::http::edge::body::Body;
use crate::sync::lock;
use crate::testing::client_kind::ClientKind;
use crate::testing::lines::cancellation;

/// The kinds of clients over HTTP.
pub(crate) const KINDS: [ClientKind; 2] = [
    ClientKind { name: "over HTTP with JSON answers", client: json_client },
    ClientKind { name: "over HTTP with event streams", client: events_client },
];

/// The answers that a client accepts by the specification. The server sends an object where one is enough.
const BOTH: &str = "application/json, text/event-stream";

const EVENTS: &str = "text/event-stream";

fn json_client(server: Server, version: ProtocolVersion) -> Client {
    client(server, version, BOTH)
}

fn events_client(server: Server, version: ProtocolVersion) -> Client {
    client(server, version, EVENTS)
}

fn client(server: Server, version: ProtocolVersion, accept: &'static str) -> Client {
    Client::with_transport(version.clone(), |inbox| {
        let values = Arc::new(Mutex::new(Extensions::default()));
        let shared = Arc::clone(&values);
        let http =
            crate::http::http(server).extract_all(move |extensions| *extensions = lock(&shared).clone());
        let link = Link {
            service: http.into_service(),
            inbox,
            version,
            accept,
            session: Mutex::default(),
            caller: Mutex::new(Caller::anonymous()),
        };
        Arc::new(HttpClient { link: Arc::new(link), values, requests: Arc::default() })
    })
}

/// A client that sends each message as a request.
struct HttpClient {
    link: Arc<Link>,
    values: Arc<Mutex<Extensions>>,
    /// The requests whose answers are read.
    requests: Arc<Mutex<HashMap<RequestId, AbortHandle>>>,
}

/// The state that the requests of a client share.
struct Link {
    service: HttpService,
    inbox: Inbox,
    version: ProtocolVersion,
    accept: &'static str,
    /// The id of the session, for a client of an earlier revision.
    session: Mutex<Option<String>>,
    caller: Mutex<Caller>,
}

#[async_trait]
impl ClientTransport for HttpClient {
    async fn send(&self, message: Message, header_params: &[HeaderParam]) -> Result<Delivery, ErrorObject> {
        let body = encode(&message);
        let Message::Request(request) = message else {
            self.link.post_and_expect_nothing(body).await?;
            if matches!(&message, Message::Notification(sent) if sent.method == method::INITIALIZED) {
                self.open_stream().await?;
            }
            return Ok(Delivery::Complete);
        };
        let head = self.link.head(Method::POST).with_routing(&self.link, &request, header_params);
        let (link, requests, id) = (Arc::clone(&self.link), Arc::clone(&self.requests), request.id);
        let is_initialize = request.method == method::INITIALIZE;
        let sent = id.clone();
        // The task keeps reading while nobody polls the client, as a program at the other end of a socket does.
        let mut running = lock(&self.requests);
        let task = tokio::spawn(async move {
            if let Err(error) = link.exchange(head, body, is_initialize).await {
                link.inbox.fail(&sent, error);
            }
            lock(&requests).remove(&sent);
        });
        running.insert(id, task.abort_handle());
        Ok(Delivery::InProgress)
    }

    fn cancel(&self, id: &RequestId) {
        let Some(request) = lock(&self.requests).remove(id) else { return };
        // A disconnect cancels a modern request, and no earlier one.
        request.abort();
        if self.link.version.era() == Some(Era::Legacy) {
            let (link, body) = (Arc::clone(&self.link), encode(&cancellation(id)));
            tokio::spawn(async move { link.post_and_expect_nothing(body).await });
        }
    }

    fn set_caller(&self, caller: Caller) {
        *lock(&self.link.caller) = caller;
    }

    fn set_extensions(&self, extensions: Extensions) {
        *lock(&self.values) = extensions;
    }
}

impl HttpClient {
    /// Opens the stream for messages outside of answers, if the client has a session.
    async fn open_stream(&self) -> Result<(), ErrorObject> {
        if lock(&self.link.session).is_none() {
            return Ok(());
        }
        let request = self.link.head(Method::GET).header(header::ACCEPT, EVENTS);
        let answer = self.link.handle(request, String::new()).await?;
        if answer.status() != StatusCode::OK {
            return Err(unexpected(answer.status(), &collect(answer.into_body()).await));
        }
        let link = Arc::clone(&self.link);
        let task = tokio::spawn(async move { link.read_events(answer.into_body()).await });
        lock(&self.requests).insert(RequestId::from(""), task.abort_handle());
        Ok(())
    }
}

impl Drop for HttpClient {
    fn drop(&mut self) {
        lock(&self.requests).drain().for_each(|(_, task)| task.abort());
    }
}

impl Link {
    /// Returns the head of a request, with the headers that all requests of the client have.
    fn head(&self, method: Method) -> Builder {
        let mut head = HttpRequest::builder().method(method).uri("/mcp").header(header::HOST, "localhost");
        if let Some(session) = &*lock(&self.session) {
            head =
                head.header("mcp-session-id", session).header("mcp-protocol-version", self.version.as_str());
        }
        head
    }

    async fn handle(&self, head: Builder, body: String) -> Result<HttpResponse<Body>, ErrorObject> {
        let mut request = head.body(body).map_err(|error| ErrorObject::internal(error.to_string()))?;
        request.extensions_mut().insert(lock(&self.caller).clone());
        Ok(self.service.handle(request).await)
    }

    /// Sends a message that has no answer.
    async fn post_and_expect_nothing(&self, body: String) -> Result<(), ErrorObject> {
        let head = self.head(Method::POST).header(header::ACCEPT, self.accept);
        let answer = self.handle(head.header(header::CONTENT_TYPE, "application/json"), body).await?;
        match answer.status() {
            StatusCode::ACCEPTED => Ok(()),
            status => Err(unexpected(status, &collect(answer.into_body()).await)),
        }
    }

    /// Sends a request, and passes the messages of its answer to the client.
    async fn exchange(
        self: &Arc<Self>,
        head: Builder,
        body: String,
        is_initialize: bool,
    ) -> Result<(), ErrorObject> {
        let head = head.header(header::ACCEPT, self.accept).header(header::CONTENT_TYPE, "application/json");
        let answer = self.handle(head, body).await?;
        if is_initialize {
            *lock(&self.session) = session_id(answer.headers());
        }
        let status = answer.status();
        if answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == EVENTS) {
            self.read_events(answer.into_body()).await?;
            return Err(ErrorObject::internal("the event stream has ended without the response"));
        }
        let bytes = collect(answer.into_body()).await;
        match message::decode(&bytes) {
            Ok(Message::Response(response)) => match response.id {
                Some(_) => {
                    self.inbox.receive(response.into());
                    Ok(())
                }
                None => Err(response.outcome.err().unwrap_or_else(|| unexpected(status, &bytes))),
            },
            _ => Err(unexpected(status, &bytes)),
        }
    }

    /// Passes the messages of an event stream to the client, until it ends. Replies of the client are sent meanwhile.
    async fn read_events(self: &Arc<Self>, body: Body) -> Result<(), ErrorObject> {
        let mut body = pin!(body);
        let mut pending = Vec::new();
        while let Some(data) = next_bytes(body.as_mut()).await {
            pending.extend_from_slice(&data);
            while let Some(event) = take_event(&mut pending) {
                let Some(text) = event_data(&event) else { continue };
                let message = message::decode(text.as_bytes())
                    .map_err(|error| ErrorObject::internal(format!("an invalid message: {error}")))?;
                if let Some(reply) = self.inbox.receive(message) {
                    let link = Arc::clone(self);
                    tokio::spawn(async move { link.post_and_expect_nothing(encode(&reply)).await });
                }
            }
        }
        Ok(())
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient").field("accept", &self.link.accept).finish_non_exhaustive()
    }
}

/// The headers in which a modern client repeats parts of a request.
trait Routing {
    fn with_routing(self, link: &Link, request: &Request, header_params: &[HeaderParam]) -> Self;
}

impl Routing for Builder {
    fn with_routing(mut self, link: &Link, request: &Request, header_params: &[HeaderParam]) -> Self {
        if link.version.era() != Some(Era::Modern) {
            return self;
        }
        self =
            self.header("mcp-protocol-version", link.version.as_str()).header("mcp-method", &*request.method);
        let params = request.params.as_ref().and_then(|params| params.decode_owned::<Value>().ok());
        let params = params.unwrap_or_default();
        let name = match &*request.method {
            method::TOOLS_CALL | method::PROMPTS_GET => &params["name"],
            method::RESOURCES_READ => &params["uri"],
            method::TASKS_GET | method::TASKS_UPDATE | method::TASKS_CANCEL => &params["taskId"],
            _ => return self,
        };
        if let Some(name) = name.as_str() {
            self = self.header("mcp-name", header_value(name));
        }
        for parameter in header_params {
            let value = parameter.path().iter().try_fold(&params["arguments"], |value, name| value.get(name));
            let text = match value {
                None | Some(Value::Null) => continue,
                Some(Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
            };
            self = self.header(parameter.header(), header_value(&text));
        }
        self
    }
}

/// Returns the value of a header, in base64 if it is not plain.
fn header_value(text: &str) -> String {
    let is_plain = text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) && text.trim() == text;
    if is_plain && !text.starts_with("=?base64?") {
        text.to_owned()
    } else {
        format!("=?base64?{}?=", STANDARD.encode(text))
    }
}

fn session_id(headers: &HeaderMap) -> Option<String> {
    headers.get("mcp-session-id")?.to_str().ok().map(str::to_owned)
}

/// Returns the error for an answer that is no response to the request.
fn unexpected(status: StatusCode, body: &[u8]) -> ErrorObject {
    ErrorObject::internal(format!("HTTP {status}: {}", String::from_utf8_lossy(body)))
}

/// Returns the next bytes of a body, or `None` at its end.
async fn next_bytes(mut body: Pin<&mut Body>) -> Option<Bytes> {
    loop {
        match poll_fn(|context| body.as_mut().poll_frame(context)).await {
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => return Some(data),
                Err(_) => continue,
            },
            Some(Err(never)) => match never {},
            None => return None,
        }
    }
}

/// Returns all bytes of a body.
async fn collect(body: Body) -> Vec<u8> {
    let (mut body, mut all) = (pin!(body), Vec::new());
    while let Some(data) = next_bytes(body.as_mut()).await {
        all.extend_from_slice(&data);
    }
    all
}

/// Takes an event from the bytes of a stream, if it is complete.
fn take_event(pending: &mut Vec<u8>) -> Option<String> {
    let end = pending.windows(2).position(|pair| pair == b"\n\n")?;
    let event: Vec<u8> = pending.drain(..end + 2).collect();
    Some(String::from_utf8_lossy(&event).into_owned())
}

/// Returns the data of an event. Comments, and the events that only have an id, have none.
fn event_data(event: &str) -> Option<String> {
    let lines = event.lines().filter_map(|line| line.strip_prefix("data:"));
    let data: Vec<_> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    let data = data.join("\n");
    (!data.is_empty()).then_some(data)
}

fn encode(message: &Message) -> String {
    let mut bytes = Vec::new();
    message.encode(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}
