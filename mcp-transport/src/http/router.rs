//! What is done with a request of HTTP: the checks in their order, and then the way of its era.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::future::BoxFuture;
use http::request::Parts;
use http::{HeaderValue, Method, Request, StatusCode};
use mcpwright_core::{DecodeError, Era, ErrorObject, Message, ProtocolVersion, Response, method};
use mcpwright_server::{Action, Call, Caller, Connection, Extensions, Server};
use tokio::sync::watch;

use crate::http::edge::accept::Accepts;
use crate::http::edge::answer::{Answer, Decided};
use crate::http::edge::body::Body;
use crate::http::edge::head::Head;
use crate::http::edge::headers::{Headers, VersionHeader};
use crate::http::edge::origin::{Gate, Refused};
use crate::http::edge::{accept, answer, body, headers};
use crate::http::legacy::active::ActiveSession;
use crate::http::legacy::http_sse::HttpSse;
use crate::http::legacy::session::Sessions;
use crate::http::legacy::stream::Stream;
use crate::http::legacy::{http_sse, requests};
use crate::http::limiter::{Limiter, wait_true};
use crate::http::limits::Limits;
use crate::http::modern::exchange::Exchange;
use crate::http::modern::subscription::{ChangeWaker, Listening};
use crate::runtime::end_tasks;

/// What takes something out of the head of a request and hands it to the call's handler.
pub(crate) type Extract = Arc<dyn Fn(&Parts, &mut Extensions) + Send + Sync>;

/// The methods of HTTP that the endpoint takes.
const ALLOWED: &str = "POST, GET, DELETE, OPTIONS";

/// A server as a service, for hyper, axum, and whatever else knows [`tower_service::Service`]. Cheap to clone.
///
/// It looks at no path: whoever mounts it says where it is.
#[derive(Clone)]
pub struct HttpService(pub(crate) Arc<Endpoint>);

/// Where requests arrive, whatever carries them.
pub(crate) struct Endpoint {
    pub(crate) server: Server,
    pub(crate) gate: Gate,
    pub(crate) limits: Limits,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) http_sse: Option<Arc<HttpSse>>,
    pub(crate) extracts: Vec<Extract>,
    pub(crate) calls: Limiter,
    pub(crate) streams: Limiter,
    /// Says true once the server is to end.
    pub(crate) stopping: watch::Sender<bool>,
    /// Says true once it has ended: what runs by itself is cancelled.
    pub(crate) over: watch::Sender<bool>,
}

impl HttpService {
    /// Answers a request.
    pub async fn handle<B>(&self, request: Request<B>) -> http::Response<Body>
    where
        B: http_body::Body<Data = Bytes>,
    {
        let (parts, body) = request.into_parts();
        self.0.handle(&parts, body).await
    }

    /// Ends the streams of changes, each with its result: the server is about to end.
    pub fn close(&self) {
        self.0.stopping.send_replace(true);
        self.0.sessions.close();
        if let Some(http_sse) = &self.0.http_sse {
            http_sse.close();
        }
    }

    /// Cancels the tasks that still run, and says so where they are kept: the last thing before the process ends.
    pub async fn end(&self) {
        end_tasks(&self.0.server).await;
    }
}

impl<B> tower_service::Service<Request<B>> for HttpService
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let endpoint = Arc::clone(&self.0);
        let (parts, body) = request.into_parts();
        Box::pin(async move { Ok(endpoint.handle(&parts, body).await) })
    }
}

impl fmt::Debug for HttpService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpService").field("server", &self.0.server).finish_non_exhaustive()
    }
}

impl Endpoint {
    /// Answers a request; a browser is told of any answer whether the page may read it.
    pub(crate) async fn handle<B>(self: &Arc<Self>, parts: &Parts, body: B) -> Answer
    where
        B: http_body::Body<Data = Bytes>,
    {
        let head = &Head::of(parts);
        if head.size > self.limits.head {
            return answer::closing(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "the head is too large");
        }
        let origin = match self.gate.check(head) {
            Ok(origin) => origin,
            Err(Refused(reason)) => {
                tracing::warn!(reason, "a request is refused");
                return answer::closing(StatusCode::FORBIDDEN, reason);
            }
        };
        let Some(origin) = origin else { return self.route(head, body).await };
        let mut told = http::HeaderMap::new();
        let mut answer = if self.gate.preflight(&parts.method, &parts.headers, &mut told) {
            answer::empty(StatusCode::NO_CONTENT)
        } else {
            self.route(head, body).await
        };
        answer.headers_mut().extend(told);
        self.gate.expose(origin, answer.headers_mut());
        answer
    }

    async fn route<B>(self: &Arc<Self>, head: &Head<'_>, body: B) -> Answer
    where
        B: http_body::Body<Data = Bytes>,
    {
        let path = head.parts.uri.path();
        if let Some(http_sse) = self.http_sse.as_ref().filter(|served| served.path == path) {
            return http_sse::handle(self, http_sse, head, body).await;
        }
        match head.parts.method {
            Method::POST => self.post(head, body).await,
            Method::GET => requests::get(self, head).await,
            Method::DELETE => requests::delete(self, head).await,
            Method::OPTIONS => {
                let mut answer = answer::empty(StatusCode::NO_CONTENT);
                answer.headers_mut().insert(http::header::ALLOW, HeaderValue::from_static(ALLOWED));
                answer
            }
            _ => answer::not_allowed(ALLOWED),
        }
    }

    async fn post<B>(self: &Arc<Self>, head: &Head<'_>, body: B) -> Answer
    where
        B: http_body::Body<Data = Bytes>,
    {
        if !accept::is_json(head) {
            return answer::not_json();
        }
        let takes = Accepts::of(head);
        if takes.nothing() {
            let reason =
                "answers are application/json or text/event-stream: `Accept` has to allow one of them";
            return answer::closing(StatusCode::NOT_ACCEPTABLE, reason);
        }
        let message = match body::read(body, &self.limits).await {
            Ok(bytes) => body::decode(&bytes),
            Err(unread) => return answer::unread(&unread, &self.limits),
        };
        let caller = caller(head.parts);
        let names_session = head.session.is_there() && !is_modern(&message);
        // An id that the client brings along, and that is of no session, is not taken: its handshake gets one of ours.
        let is_new = names_session
            && is_request_of(&message, method::INITIALIZE)
            && requests::is_of_nobody(self, head, &caller).await;
        if names_session && !is_new {
            return requests::post(self, head, caller, message, takes).await;
        }
        let mirrored = match headers::called(&message) {
            // What fails here fails the call, too.
            Some(tool) => self.server.mirrored(&tool).await.unwrap_or_default(),
            None => Cow::default(),
        };
        match self.alone(&Headers { head, mirrored: &mirrored }, &caller, message, takes) {
            Begun::Answered(answer) => answer,
            Begun::Call(exchange) => exchange.answer(takes, &self.limits).await,
            Begun::Stream(live, stream, status) => {
                requests::without_session(self, live, &stream, status, takes).await
            }
        }
    }

    /// Begins to answer a message that belongs to no session.
    fn alone(
        self: &Arc<Self>,
        beside: &Headers<'_>,
        caller: &Caller,
        message: Result<Message, DecodeError>,
        takes: Accepts,
    ) -> Begun {
        let Some(mut connection) = self.connection(beside.head, caller, &message) else {
            let reason = "MCP-Protocol-Version is not a revision that this server knows";
            return Begun::Answered(answer::refusal(StatusCode::BAD_REQUEST, reason));
        };
        let listens = is_request_of(&message, method::SUBSCRIPTIONS_LISTEN);
        // Where there is no session, nothing is refused before the request is.
        let heard = listens.then(|| ChangeWaker::on(&mut connection).ok()).flatten();
        let is_notice = !requests::wants_answer(&message);
        let is_answer = matches!(message, Ok(Message::Response(_)) | Err(DecodeError::Unanswerable(_)));
        let actions = connection.receive_with(message, beside);
        if is_notice {
            return Begun::Answered(if is_answer && !VersionHeader::of(beside.head).is_legacy() {
                answer::refusal(StatusCode::BAD_REQUEST, "nothing here waits for an answer")
            } else {
                answer::empty(StatusCode::ACCEPTED)
            });
        }
        let is_batch = actions.len() > 1 || matches!(actions.first(), Some(Action::Send(Message::Batch(_))));
        let is_call = matches!(actions.first(), Some(Action::Run(_)));
        if is_batch || is_call && connection.era() == Some(Era::Legacy) {
            return requests::begin_without_session(self, beside.head.parts, connection, actions, takes);
        }
        Begun::Answered(match (actions.into_first(), heard) {
            (Some(Action::Run(call)), _) => return self.run(beside.head.parts, connection, call, takes),
            (Some(Action::Send(Message::Response(response))), _) => self.said(&connection, caller, response),
            (Some(Action::Send(Message::Notification(acknowledged))), Some(heard)) => {
                self.listen(connection, acknowledged, heard, takes)
            }
            _ => answer::empty(StatusCode::ACCEPTED),
        })
    }

    /// A connection for a message that belongs to no session; nothing if it does not say which revision it speaks. It is
    /// handed on several times, and so has memory of its own.
    fn connection(
        &self,
        head: &Head<'_>,
        caller: &Caller,
        message: &Result<Message, DecodeError>,
    ) -> Option<Box<Connection>> {
        let (server, caller) = (self.server.clone(), caller.clone());
        Some(Box::new(match VersionHeader::of(head) {
            // A request that says nothing of itself is one of this revision.
            VersionHeader::Nothing => {
                Connection::without_session(server, caller, ProtocolVersion::V2025_03_26)
            }
            VersionHeader::Known(version) if version.era() == Some(Era::Legacy) => {
                Connection::without_session(server, caller, version)
            }
            // A ping has nothing in it that would be wrong; all others are held against the header, or lack something.
            VersionHeader::Unknown if is_request_of(message, method::PING) && !is_modern(message) => {
                return None;
            }
            VersionHeader::Known(_) | VersionHeader::Unknown => Connection::new(server, caller),
        }))
    }

    /// Answers what was decided without a call; a handshake opens a session.
    fn said(&self, connection: &Connection, caller: &Caller, response: Response) -> Answer {
        let era = connection.era().unwrap_or(Era::Modern);
        let status = answer::status(response.outcome.as_ref().err(), era, Decided::Before);
        let Some(handshake) = connection.handshake() else { return answer::json(status, &response.into()) };
        let Some(id) = self.sessions.mint(caller, handshake) else {
            let reason =
                "what a client says of itself is at most a few KiB long: each of its requests carries it";
            let refused = Response::error(response.id, ErrorObject::invalid_params(reason));
            return answer::json(StatusCode::BAD_REQUEST, &refused.into());
        };
        let mut answer = answer::json(status, &response.into());
        requests::name(&mut answer, &id);
        answer
    }

    /// Begins a modern call.
    fn run(&self, parts: &Parts, connection: Box<Connection>, mut call: Call, takes: Accepts) -> Begun {
        let Some(counted) = self.calls.try_acquire() else {
            let reason = "too many calls at once";
            return Begun::Answered(answer::refusal(StatusCode::TOO_MANY_REQUESTS, reason));
        };
        self.extract(parts, &mut call);
        Begun::Call(Exchange::begin(self.server.clone(), connection, call, takes, counted))
    }

    /// Hands a call what its handler may want to know of the request.
    pub(crate) fn extract(&self, parts: &Parts, call: &mut Call) {
        self.extracts.iter().for_each(|extract| extract(parts, call.extensions_mut()));
    }

    fn listen(
        &self,
        connection: Box<Connection>,
        acknowledged: mcpwright_core::Notification,
        heard: ChangeWaker,
        takes: Accepts,
    ) -> Answer {
        if !takes.only_events {
            let reason = "a subscription is answered with text/event-stream: `Accept` has to allow it";
            return answer::refusal(StatusCode::NOT_ACCEPTABLE, reason);
        }
        let Some(counted) = self.streams.try_acquire() else {
            return answer::refusal(StatusCode::TOO_MANY_REQUESTS, "too many subscriptions at once");
        };
        let stopped = Box::pin(wait_true(self.stopping.subscribe()));
        let keep_alive = self.limits.keep_alive;
        answer::events(Listening::new(connection, acknowledged, heard, keep_alive, stopped, counted))
    }
}

/// How far a message that belongs to no session is answered, before anything is waited for.
pub(crate) enum Begun {
    Answered(Answer),
    /// By a modern call.
    Call(Exchange),
    /// By calls of an earlier revision, on a stream; with the status of what was decided without one.
    Stream(Arc<ActiveSession>, Arc<Stream>, StatusCode),
}

/// Who calls, if a layer before this one has found out.
pub(crate) fn caller(parts: &Parts) -> Caller {
    parts.extensions.get::<Caller>().cloned().unwrap_or_default()
}

/// Whether it is a request that belongs to no session, whatever its headers say.
fn is_modern(message: &Result<Message, DecodeError>) -> bool {
    matches!(message, Ok(Message::Request(request)) if mcpwright_server::is_modern(request))
}

fn is_request_of(message: &Result<Message, DecodeError>, name: &str) -> bool {
    matches!(message, Ok(Message::Request(request)) if request.method == name)
}
