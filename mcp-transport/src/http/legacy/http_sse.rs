//! HTTP+SSE of revision 2024-11-05: one stream for all messages of the server, and a POST for each message of the client.
//!
//! Off by default. A client is bound to the process that its stream is connected to.
//! See [HTTP with SSE](https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Method, StatusCode};
use mcpwright_server::Connection;

use crate::http::edge::accept::Accepts;
use crate::http::edge::answer::Answer;
use crate::http::edge::body::Events;
use crate::http::edge::head::Head;
use crate::http::edge::{accept, answer, body};
use crate::http::legacy::active::{ActiveSession, Arrival};
use crate::http::legacy::requests::too_many_streams;
use crate::http::legacy::standalone::StandaloneStream;
use crate::http::legacy::stream::Stream;
use crate::http::limiter::Permit;
use crate::http::state::{HttpState, caller};

/// The path of HTTP+SSE, and its clients.
pub(crate) struct HttpSse {
    pub(crate) path: String,
    clients: Mutex<HashMap<String, Arc<Client>>>,
}

/// A client with an open stream.
struct Client {
    live: Arc<ActiveSession>,
    stream: Arc<Stream>,
    /// The subject of its caller: messages of other callers are rejected.
    subject: Option<String>,
}

impl HttpSse {
    pub(crate) fn new(path: String) -> Self {
        Self { path, clients: Mutex::default() }
    }

    /// Ends all streams: the process shuts down.
    pub(crate) fn close(&self) {
        self.clients().values().for_each(|client| client.stream.end());
    }

    fn clients(&self) -> MutexGuard<'_, HashMap<String, Arc<Client>>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers a request at the path of HTTP+SSE.
pub(crate) async fn handle<B>(
    state: &Arc<HttpState>,
    served: &Arc<HttpSse>,
    head: &Head<'_>,
    body: B,
) -> Answer
where
    B: http_body::Body<Data = Bytes>,
{
    match head.parts.method {
        Method::GET => open(state, served, head),
        Method::POST => take(state, served, head, body).await,
        _ => answer::not_allowed("GET, POST"),
    }
}

/// Opens the stream of a client, which starts with the URL for its messages.
fn open(state: &Arc<HttpState>, served: &Arc<HttpSse>, head: &Head<'_>) -> Answer {
    if !Accepts::of(head).only_events {
        let reason = "a stream is text/event-stream: `Accept` must allow it";
        return answer::rejection(StatusCode::NOT_ACCEPTABLE, reason);
    }
    let Some(counted) = state.streams.try_acquire() else {
        return answer::overloaded(None, &too_many_streams());
    };
    let caller = caller(head.parts);
    let subject = caller.subject().map(str::to_owned);
    let connection = Connection::new(state.server.clone(), caller);
    let live = ActiveSession::new(state, connection);
    let stream = match live.open_standalone() {
        Ok(stream) => stream,
        Err(overloaded) => return answer::overloaded(None, &overloaded),
    };
    let id = random();
    let greeting = format!("event: endpoint\ndata: {}?session={id}\n\n", served.path);
    let attached = stream.attach(None, state.limits.keep_alive_interval, ());
    let attached = StandaloneStream::new(Arc::clone(&live), attached);
    served.clients().insert(id.clone(), Arc::new(Client { live, stream, subject }));
    let guard = Guard { served: Arc::downgrade(served), id, _counted: counted };
    answer::events(ClientStream { greeting: Some(greeting.into()), attached, _guard: guard })
}

/// Handles a message of a client. Its answer goes to the client's stream.
async fn take<B>(state: &Arc<HttpState>, served: &HttpSse, head: &Head<'_>, body: B) -> Answer
where
    B: http_body::Body<Data = Bytes>,
{
    let query = head.parts.uri.query().unwrap_or_default();
    let id = query.split('&').find_map(|pair| pair.strip_prefix("session="));
    let client = id.and_then(|id| served.clients().get(id).cloned());
    let caller = caller(head.parts);
    let client = client.filter(|client| client.subject.as_deref() == caller.subject());
    let Some(client) = client else {
        return answer::rejection(StatusCode::NOT_FOUND, "there is no such stream: open one with GET");
    };
    if !accept::is_json(head) {
        return answer::not_json();
    }
    let message = match body::read(body, &state.limits).await {
        Ok(bytes) => body::decode(&bytes),
        Err(unread) => return answer::unread(&unread, &state.limits),
    };
    let arrival = Arrival { parts: head.parts, guard: &() };
    client.live.receive(caller, message, &client.stream, &arrival);
    answer::empty(StatusCode::ACCEPTED)
}

/// The stream of a client, which starts with the URL for its messages.
struct ClientStream {
    greeting: Option<Bytes>,
    attached: StandaloneStream<()>,
    _guard: Guard,
}

impl Events for ClientStream {
    fn poll_events(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        match self.greeting.take() {
            Some(greeting) => Poll::Ready(Some(greeting)),
            None => self.attached.poll_events(context),
        }
    }
}

/// Removes a client whose stream has ended, and cancels its calls: their answers could not be sent.
struct Guard {
    served: Weak<HttpSse>,
    id: String,
    _counted: Permit,
}

impl Drop for Guard {
    fn drop(&mut self) {
        let client = self.served.upgrade().and_then(|served| served.clients().remove(&self.id));
        if let Some(client) = client {
            client.live.end();
        }
    }
}

/// Returns a name that cannot be guessed.
fn random() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system has random numbers");
    format!("{:032x}", u128::from_ne_bytes(bytes))
}
