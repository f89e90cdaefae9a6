//! HTTP+SSE of revision 2024-11-05: one stream for all messages of the server, and a POST for each message of the client.
//!
//! Off by default. A client is bound to the process that its stream is connected to.
//! See [HTTP with SSE](https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse).

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::request::Parts;
use http::{Method, StatusCode};
use mcpwright_server::{CloseReason, Connection};

use crate::http::edge::accept::Accepts;
use crate::http::edge::answer::Answer;
use crate::http::edge::body::Events;
use crate::http::edge::head::Head;
use crate::http::edge::{accept, answer, body};
use crate::http::legacy::active::ActiveSession;
use crate::http::legacy::requests::too_many_streams;
use crate::http::legacy::standalone::StandaloneStream;
use crate::http::legacy::stream::Stream;
use crate::http::limiter::Permit;
use crate::http::random::random_bytes;
use crate::http::state::{HttpState, caller};
use crate::sync::lock;

/// The path of HTTP+SSE, and its clients.
pub(crate) struct HttpSse {
    pub(crate) path: String,
    clients: Mutex<HashMap<String, Arc<Client>>>,
}

/// A client with an open stream.
struct Client {
    session: Arc<ActiveSession>,
    stream: Arc<Stream>,
    /// The subject of its caller: messages of other callers are rejected.
    subject: Option<String>,
    /// The stream ends after the answers that it still expects.
    is_closing: AtomicBool,
}

impl Client {
    /// Ends the stream after the answers of the calls that run.
    fn close(&self) {
        if !self.is_closing.swap(true, Ordering::AcqRel) {
            self.stream.answer_done();
        }
    }
}

impl HttpSse {
    pub(crate) fn new(path: String) -> Self {
        Self { path, clients: Mutex::default() }
    }

    /// Returns `true` if a request is a message to the URL that a stream has named: some clients resolve it against the origin
    /// of the server, and not against the URL of the stream. Only the client of a stream knows its id.
    pub(crate) fn has_sent_to(&self, parts: &Parts) -> bool {
        parts.method == Method::POST && self.client(parts).is_some()
    }

    /// Returns the client that a request names.
    fn client(&self, parts: &Parts) -> Option<Arc<Client>> {
        let query = parts.uri.query().unwrap_or_default();
        let id = query.split('&').find_map(|pair| pair.strip_prefix("session="))?;
        lock(&self.clients).get(id).cloned()
    }

    /// Ends each stream after the answers of its running calls: the process shuts down.
    pub(crate) fn close(&self) {
        lock(&self.clients).values().for_each(|client| client.close());
    }

    /// Ends the sessions whose clients are still connected: the process ends.
    pub(crate) fn end_all(&self) {
        let clients = std::mem::take(&mut *lock(&self.clients));
        clients.values().for_each(|client| client.session.end(CloseReason::Shutdown));
    }
}

/// Answers a request at the path of HTTP+SSE.
pub(crate) async fn handle<B>(
    state: &Arc<HttpState>,
    http_sse: &Arc<HttpSse>,
    head: &Head<'_>,
    body: B,
) -> Answer
where
    B: http_body::Body<Data = Bytes>,
{
    match head.parts.method {
        Method::GET => open(state, http_sse, head),
        Method::POST => post(state, http_sse, head, body).await,
        _ => answer::not_allowed("GET, POST"),
    }
}

/// Opens the stream of a client, which starts with the URL for its messages.
fn open(state: &Arc<HttpState>, http_sse: &Arc<HttpSse>, head: &Head<'_>) -> Answer {
    if !Accepts::of(head).stream {
        return answer::not_an_event_stream();
    }
    let Some(permit) = state.streams.try_acquire() else {
        return answer::limit_reached(&too_many_streams());
    };
    let caller = caller(head.parts);
    let subject = caller.subject().map(str::to_owned);
    let connection = Connection::new(state.server.clone(), caller);
    let session = ActiveSession::new(state, connection);
    session.update_extensions(head.parts);
    let stream = match session.open_standalone() {
        Ok(stream) => stream,
        Err(overloaded) => return answer::limit_reached(&overloaded),
    };
    let id = format!("{:032x}", u128::from_ne_bytes(random_bytes()));
    // A relative reference to the same URL, which clients resolve against the one that they opened: a proxy, or a router that
    // the service is mounted in, may have removed a prefix from the path that is seen here.
    let endpoint_event = format!("event: endpoint\ndata: ?session={id}\n\n");
    let attachment = stream.attach(None, state.limits.keep_alive_interval, ());
    let attached_stream = StandaloneStream::new(Arc::clone(&session), attachment);
    lock(&http_sse.clients).insert(
        id.clone(),
        Arc::new(Client { session, stream, subject, is_closing: AtomicBool::new(false) }),
    );
    let guard = ClientGuard { http_sse: Arc::downgrade(http_sse), id, _permit: permit };
    answer::events(ClientStream {
        endpoint_event: Some(endpoint_event.into()),
        stream: attached_stream,
        _guard: guard,
    })
}

/// Handles a message of a client. Its answer goes to the client's stream.
async fn post<B>(state: &Arc<HttpState>, http_sse: &HttpSse, head: &Head<'_>, body: B) -> Answer
where
    B: http_body::Body<Data = Bytes>,
{
    let caller = caller(head.parts);
    let client = http_sse.client(head.parts).filter(|client| client.subject.as_deref() == caller.subject());
    let Some(client) = client else {
        return answer::rejection(StatusCode::NOT_FOUND, "there is no such stream: open one with GET");
    };
    if let Some(answer) = accept::unsupported_body(head) {
        return answer;
    }
    let message = match body::read(body, &state.limits).await {
        Ok(bytes) => body::decode(&bytes),
        Err(error) => return answer::unreadable_body(&error, &state.limits),
    };
    client.session.receive(caller, message, &client.stream, head.parts, &());
    answer::empty(StatusCode::ACCEPTED)
}

/// The stream of a client, which starts with the URL for its messages.
struct ClientStream {
    endpoint_event: Option<Bytes>,
    stream: StandaloneStream<()>,
    _guard: ClientGuard,
}

impl Events for ClientStream {
    fn poll_events(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        match self.endpoint_event.take() {
            Some(event) => Poll::Ready(Some(event)),
            None => self.stream.poll_events(context),
        }
    }
}

/// Removes a client whose stream has ended, and cancels its calls: their answers could not be sent.
struct ClientGuard {
    http_sse: Weak<HttpSse>,
    id: String,
    _permit: Permit,
}

impl Drop for ClientGuard {
    fn drop(&mut self) {
        let client = self.http_sse.upgrade().and_then(|http_sse| lock(&http_sse.clients).remove(&self.id));
        if let Some(client) = client {
            client.session.end(CloseReason::Disconnected);
        }
    }
}
