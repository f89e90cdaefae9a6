//! The endpoint: checks a request in a fixed order, and passes it to the module of its era.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::future::BoxFuture;
use http::request::Parts;
use http::{HeaderValue, Method, Request, StatusCode};
use mcpwright_core::{DecodeError, Era, ErrorObject, Message, Notification, Response};
use mcpwright_server::{Call, Caller, Connection, Decision, Handshake, Overloaded};

use crate::http::edge::accept::Accepts;
use crate::http::edge::answer::{Answer, Stage};
use crate::http::edge::body::Body;
use crate::http::edge::head::Head;
use crate::http::edge::headers::Headers;
use crate::http::edge::origin::{OriginCheck, Rejected};
use crate::http::edge::{accept, answer, body};
use crate::http::legacy::http_sse::HttpSse;
use crate::http::legacy::session::{Sessions, too_many_sessions};
use crate::http::legacy::{http_sse, requests};
use crate::http::modern::exchange::Exchange;
use crate::http::modern::subscription::SubscriptionStream;
use crate::http::paths;
use crate::http::state::{HttpState, caller, is_set};

/// The HTTP methods of the endpoint.
const ALLOWED: &str = "POST, GET, DELETE, OPTIONS";

/// The HTTP methods of an endpoint without sessions.
const ALLOWED_WITHOUT_SESSIONS: &str = "POST, OPTIONS";

/// A server as a [`tower_service::Service`], for hyper, axum and others. Cheap to clone.
///
/// It ignores the path, which the code that mounts it checks, unless there are
/// [further endpoints](crate::http::Http::endpoint).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use mcpwright_server::Server;
///
/// let service = mcpwright_transport::http(Server::builder("echo", "1.0.0")).into_service();
/// let request = http::Request::get("/mcp").header("host", "localhost").body(String::new());
/// let response = service.handle(request.expect("the request is valid")).await;
/// // A stream needs a session.
/// assert_eq!(response.status(), 400);
/// # }
/// ```
#[derive(Clone)]
pub struct HttpService(pub(crate) Arc<Endpoint>);

/// The endpoint, on any HTTP server.
pub(crate) struct Endpoint {
    pub(crate) state: Arc<HttpState>,
    pub(crate) origins: OriginCheck,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) http_sse: Option<Arc<HttpSse>>,
}

impl HttpService {
    /// Answers a request.
    pub async fn handle<B>(&self, request: Request<B>) -> http::Response<Body>
    where
        B: http_body::Body<Data = Bytes>,
    {
        let (parts, body) = request.into_parts();
        let head = Head::of(&parts);
        self.0.handle(&head, body).await
    }

    /// Ends the streams of changes, each with its result: the server is shutting down.
    pub fn close(&self) {
        self.0.state.stopping.send_replace(true);
        self.0.sessions.close();
        if let Some(http_sse) = &self.0.http_sse {
            http_sse.close();
        }
    }

    /// Ends the server. Call it last, before the process ends: it ends the remaining sessions in memory, cancels the tasks
    /// that still run, and runs the hooks of [`Builder::on_shutdown`](mcpwright_server::Builder::on_shutdown) within
    /// [`Limits::drain_timeout`](field@crate::http::Limits::drain_timeout).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use mcpwright_server::Server;
    ///
    /// let server = Server::builder("notes", "1.0.0").on_shutdown(|| async { println!("flushed") });
    /// let service = mcpwright_transport::http(server).into_service();
    /// // When the shutdown begins, and after the last request:
    /// service.close();
    /// service.shut_down().await;
    /// # }
    /// ```
    pub async fn shut_down(&self) {
        self.0.sessions.end_all();
        if let Some(http_sse) = &self.0.http_sse {
            http_sse.end_all();
        }
        self.0.state.shut_down().await;
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
        Box::pin(async move { Ok(endpoint.handle(&Head::of(&parts), body).await) })
    }
}

impl fmt::Debug for HttpService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpService").field("server", &self.0.state.server).finish_non_exhaustive()
    }
}

impl Endpoint {
    /// Answers a request. If its origin is allowed, the response has the headers of CORS.
    pub(crate) async fn handle<B>(&self, head: &Head<'_>, body: B) -> Answer
    where
        B: http_body::Body<Data = Bytes>,
    {
        if head.size > self.state.limits.max_header_bytes {
            let reason = "the head of the request is too large";
            return answer::closing(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, reason);
        }
        let origin = match self.origins.check(head) {
            Ok(origin) => origin,
            Err(Rejected(reason)) => {
                tracing::warn!(reason, "rejecting a request");
                return answer::closing(StatusCode::FORBIDDEN, reason);
            }
        };
        let Some(origin) = origin else { return self.route(head, body).await };
        let mut preflight = http::HeaderMap::new();
        let mut answer = if self.origins.preflight(&head.parts.method, &head.parts.headers, &mut preflight) {
            answer::empty(StatusCode::NO_CONTENT)
        } else {
            self.route(head, body).await
        };
        answer.headers_mut().extend(preflight);
        self.origins.expose(origin, answer.headers_mut());
        answer
    }

    /// Returns the handler of HTTP+SSE if a request is for it.
    pub(crate) fn http_sse_of(&self, parts: &Parts) -> Option<&Arc<HttpSse>> {
        let http_sse = self.http_sse.as_ref()?;
        let is_at_path = paths::requested(parts) == http_sse.path;
        (is_at_path || !self.state.has_path(parts) && http_sse.has_sent_to(parts)).then_some(http_sse)
    }

    async fn route<B>(&self, head: &Head<'_>, body: B) -> Answer
    where
        B: http_body::Body<Data = Bytes>,
    {
        if let Some(http_sse) = self.http_sse_of(head.parts) {
            return http_sse::handle(&self.state, http_sse, head, body).await;
        }
        if !self.state.serves_path(head.parts) {
            let reason = format!(
                "the endpoints of this server are {}: the service must receive the whole path of a request",
                self.state.paths()
            );
            return answer::rejection(StatusCode::NOT_FOUND, reason);
        }
        let allowed = if self.state.has_sessions { ALLOWED } else { ALLOWED_WITHOUT_SESSIONS };
        match head.parts.method {
            Method::POST => self.post(head, body).await,
            Method::GET | Method::DELETE if !self.state.has_sessions => answer::not_allowed(allowed),
            Method::GET => requests::get(&self.state, &self.sessions, head).await,
            Method::DELETE => requests::delete(&self.sessions, head).await,
            Method::OPTIONS => {
                let mut answer = answer::empty(StatusCode::NO_CONTENT);
                answer.headers_mut().insert(http::header::ALLOW, HeaderValue::from_static(allowed));
                answer
            }
            _ => answer::not_allowed(allowed),
        }
    }

    async fn post<B>(&self, head: &Head<'_>, body: B) -> Answer
    where
        B: http_body::Body<Data = Bytes>,
    {
        if let Some(answer) = accept::unsupported_body(head) {
            return answer;
        }
        let accepts = Accepts::of(head);
        if accepts.is_unsatisfiable() {
            let reason = "answers are application/json or text/event-stream: `Accept` must allow one of them";
            return answer::closing(StatusCode::NOT_ACCEPTABLE, reason);
        }
        let message = match body::read(body, &self.state.limits).await {
            Ok(bytes) => body::decode(&bytes),
            Err(error) => return answer::unreadable_body(&error, &self.state.limits),
        };
        self.receive(head, message, accepts).await
    }

    async fn receive(
        &self,
        head: &Head<'_>,
        message: Result<Message, DecodeError>,
        accepts: Accepts,
    ) -> Answer {
        let caller = caller(head.parts);
        let metadata = Headers { state: &self.state, head, accepts_events: accepts.events };
        let server = &self.state.server;
        let mut decision = server.receive(&caller, message, &metadata).await;
        if let Decision::InSession { message, is_initialize } = decision {
            // An id of no session is not adopted: the handshake gets a new one.
            if !(is_initialize && requests::is_unknown(&self.sessions, head, &caller).await) {
                let (state, sessions) = (&self.state, &self.sessions);
                return requests::post(state, sessions, head, caller, message, accepts).await;
            }
            decision = server.receive_without_session(&caller, message, &metadata);
        }
        match decision {
            Decision::Call(call) => match self.start(call, accepts) {
                Ok(exchange) => exchange.answer(accepts, &self.state.limits).await,
                Err(overloaded) => answer::limit_reached(&overloaded),
            },
            Decision::Reply(response, era) => {
                let status = answer::status(response.outcome.as_ref().err(), era, Stage::BeforeCall);
                answer::json(status, &response.into())
            }
            Decision::Overloaded(response) => answer::overloaded(response.to_bytes()),
            Decision::Opened(response, handshake) => self.open_session(head, &caller, response, &handshake),
            Decision::Subscribed(connection, acknowledgement) => {
                self.subscribe(connection, acknowledgement, accepts)
            }
            Decision::Detached(connection, received) => {
                let state = &self.state;
                Box::pin(requests::post_without_session(state, *connection, received, accepts)).await
            }
            Decision::Unexpected => {
                answer::rejection(StatusCode::BAD_REQUEST, "no request waits for this response")
            }
            Decision::UnknownRevision => {
                let reason = "MCP-Protocol-Version must be a revision that this server knows";
                answer::rejection(StatusCode::BAD_REQUEST, reason)
            }
            _ => answer::empty(StatusCode::ACCEPTED),
        }
    }

    /// Starts a modern call.
    fn start(&self, call: Call, accepts: Accepts) -> Result<Exchange, Overloaded> {
        let permit = self.state.calls.try_acquire().ok_or_else(Overloaded::too_many_calls)?;
        Ok(Exchange::start(self.state.server.clone(), call, accepts, permit))
    }

    /// Answers a handshake with the id of the new session, if clients get sessions.
    fn open_session(
        &self,
        head: &Head<'_>,
        caller: &Caller,
        response: Response,
        handshake: &Handshake,
    ) -> Answer {
        let status = answer::status(response.outcome.as_ref().err(), Era::Legacy, Stage::BeforeCall);
        if !self.state.has_sessions {
            return answer::json(status, &response.into());
        }
        if self.sessions.is_full() {
            return answer::limit_reached(&too_many_sessions());
        }
        let scope = self.sessions.scope(head.parts);
        let Some(id) = self.sessions.create_id(caller, scope, handshake) else {
            let reason = "`clientInfo` and `capabilities` must be at most a few KiB long, because the session id contains them";
            let rejected = Response::error(response.id, ErrorObject::invalid_params(reason));
            return answer::json(StatusCode::BAD_REQUEST, &rejected.into());
        };
        self.state.server.session_opened(caller, handshake);
        let mut answer = answer::json(status, &response.into());
        requests::add_session_id(&mut answer, &id);
        answer
    }

    fn subscribe(
        &self,
        connection: Box<Connection>,
        acknowledgement: Notification,
        accepts: Accepts,
    ) -> Answer {
        if !accepts.stream {
            return answer::not_an_event_stream();
        }
        let Some(permit) = self.state.streams.try_acquire() else {
            return answer::limit_reached(&requests::too_many_streams());
        };
        let stopping = Box::pin(is_set(self.state.stopping.subscribe()));
        let keep_alive = self.state.limits.keep_alive_interval;
        match SubscriptionStream::new(connection, acknowledgement, keep_alive, stopping, permit) {
            Ok(stream) => answer::events(stream),
            Err(overloaded) => answer::limit_reached(&overloaded),
        }
    }
}
