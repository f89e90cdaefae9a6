//! A connection: the state machine between the messages of one client and the calls of a server.
//!
//! It does no I/O: whole conversations are tested as text.

use std::collections::HashSet;
use std::time::Duration;

use mcpwright_core::{
    CancelledParams, Client, DecodeError, Era, ErrorCode, ErrorObject, Message, Notification,
    ProtocolVersion, Request, RequestId, Response, method,
};
use smallvec::SmallVec;

use crate::call::outcome::Outcome;
use crate::call::{Call, CallId};
use crate::caller::Caller;
use crate::json;
use crate::limits::{MAX_CALLS_PER_CONNECTION, MAX_UNREADABLE_MESSAGES};
use crate::overloaded::Overloaded;
use crate::protocol::action::{Action, Actions, Received};
use crate::protocol::legacy::batch::{BatchId, Batches};
use crate::protocol::legacy::downgrade;
use crate::protocol::legacy::handshake::Handshake;
use crate::protocol::legacy::server_requests::ServerRequests;
use crate::protocol::legacy::session::Session;
use crate::protocol::modern;
use crate::protocol::modern::ClientCheck;
use crate::protocol::modern::subscriptions::Subscriptions;
use crate::protocol::request_meta::{LegacyContext, RequestMeta};
use crate::protocol::routed::{Rejection, Routed};
use crate::protocol::transport_metadata::TransportMetadata;
use crate::replicas::change::Change;
use crate::server::Server;
use crate::subscriptions::hub::Wake;

/// A client on one channel, in either era or in both at once.
///
/// A transport is a loop: it passes incoming messages to [`receive`](Self::receive) and executes the actions.
///
/// ```
/// use mcpwright_core::message::Decoder;
/// use mcpwright_server::{Action, Caller, Connection, Server};
///
/// let server = Server::builder("echo", "1.0.0").build();
/// let mut connection = Connection::new(server, Caller::anonymous());
/// let ping = Decoder::new().decode(br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#);
/// for action in connection.receive(ping).into_actions() {
///     assert!(matches!(action, Action::Send(_)));
/// }
/// ```
#[derive(Debug)]
pub struct Connection {
    server: Server,
    caller: Caller,
    session: Option<Session>,
    /// The calls in flight. They are few enough for a linear search.
    in_flight: SmallVec<[InFlight; 1]>,
    subscriptions: Subscriptions,
    /// The calls in flight that wait for responses of the client.
    server_requests: ServerRequests,
    /// The transport calls [`expire`](Self::expire) from time to time.
    has_timer: bool,
    /// Called when there are changes to send.
    wake: Option<Wake>,
    batches: Batches,
    next_call_id: u64,
    /// The number of consecutive messages that were not JSON.
    unreadable: u32,
}

#[derive(Debug)]
struct InFlight {
    id: RequestId,
    call_id: CallId,
    format: ReplyFormat,
    batch: Option<BatchId>,
}

/// The format of the answer to a call.
#[derive(Clone, Debug, PartialEq)]
enum ReplyFormat {
    Modern,
    Legacy(ProtocolVersion),
}

impl Connection {
    /// Creates a connection on which no message has been exchanged yet.
    pub fn new(server: Server, caller: Caller) -> Self {
        Self {
            server,
            caller,
            session: None,
            in_flight: SmallVec::new(),
            subscriptions: Subscriptions::default(),
            server_requests: ServerRequests::default(),
            has_timer: false,
            wake: None,
            batches: Batches::default(),
            next_call_id: 0,
            unreadable: 0,
        }
    }

    /// Creates a connection that continues the session of a handshake on another connection.
    pub fn resume(server: Server, caller: Caller, handshake: Handshake) -> Self {
        Self { session: Some(Session::resume(handshake)), ..Self::new(server, caller) }
    }

    /// Creates a connection to a client of an earlier revision that sends requests without a handshake, where the
    /// transport declares the revision. Requests that need a session are rejected.
    pub fn without_session(server: Server, caller: Caller, version: ProtocolVersion) -> Self {
        Self { session: Some(Session::without_handshake(version)), ..Self::new(server, caller) }
    }

    /// Replaces the caller: the same client with other grants.
    pub fn set_caller(&mut self, caller: Caller) {
        self.caller = caller;
    }

    /// Returns the handshake on this connection, if there was one.
    pub fn handshake(&self) -> Option<&Handshake> {
        self.session.as_ref()?.handshake()
    }

    /// Sets a function to call when there are changes to send, which [`changes`](Self::changes) then returns.
    ///
    /// Whatever publishes a change calls `wake`, possibly while the connection is in use, so `wake` must not block and must
    /// not lock the connection.
    ///
    /// # Errors
    ///
    /// Returns [`Overloaded`] if there is a session already and its caller has too many subscriptions.
    pub fn listen(&mut self, wake: impl Fn() + Send + Sync + 'static) -> Result<(), Overloaded> {
        let wake = self.wake.insert(Wake::new(wake));
        self.subscriptions.set_wake(wake);
        match &mut self.session {
            Some(session) => session.listen(&self.server, &self.caller, wake),
            None => Ok(()),
        }
    }

    /// Returns `true` if the session holds state that is not in its handshake (subscriptions, a log level), so that the
    /// connection must stay in memory.
    pub fn has_session_state(&self) -> bool {
        self.session.as_ref().is_some_and(Session::has_session_state)
    }

    /// Returns `true` if no call runs. A call that waits for the client does not run, and a subscription is not a call.
    pub fn is_idle(&self) -> bool {
        self.in_flight.len() == self.server_requests.len()
    }

    /// Returns `true` if the call waits for a response of the client.
    pub fn is_waiting(&self, call: CallId) -> bool {
        self.server_requests.contains(call)
    }

    /// Decides about an incoming message, or about the error of decoding one.
    pub fn receive(&mut self, message: Result<Message, DecodeError>) -> Received {
        self.receive_with(message, &())
    }

    /// Decides about an incoming message on a transport that has metadata about it.
    pub fn receive_with(
        &mut self,
        message: Result<Message, DecodeError>,
        metadata: &dyn TransportMetadata,
    ) -> Received {
        let message = match message {
            Ok(message) => message,
            Err(error) => return self.reject_undecoded(&error),
        };
        self.unreadable = 0;
        match message {
            Message::Request(request) => self.request(request, None, metadata),
            Message::Notification(notification) => Received::Ignored(self.notification(&notification)),
            Message::Response(response) => Received::Ignored(self.response(response)),
            Message::Batch(messages) => self.batch(messages, metadata),
        }
    }

    /// Takes the outcome of a call and returns its answer. The outcome of a call that was cancelled is dropped.
    pub fn finished(&mut self, call: &Call, outcome: Outcome) -> Actions {
        let Some(index) = self.in_flight.iter().position(|in_flight| in_flight.call_id == call.call_id())
        else {
            return Actions::new();
        };
        let in_flight = self.in_flight.swap_remove(index);
        let outcome = match (&in_flight.format, outcome) {
            (ReplyFormat::Modern, outcome) => modern::finish(outcome, call, &self.server),
            (ReplyFormat::Legacy(version), Outcome::InputRequired(pending)) => {
                let now = self.server.runtime().now();
                match self.server_requests.send(call, *pending, version, now) {
                    Ok(requests) => {
                        self.in_flight.push(in_flight);
                        return requests.into_iter().map(|request| Action::Send(request.into())).collect();
                    }
                    Err(reason) => downgrade::unsupported_by_client(&reason, call.method()),
                }
            }
            (ReplyFormat::Legacy(version), outcome) => downgrade::finish(outcome, call.method(), version),
        };
        let InFlight { id, batch, .. } = in_flight;
        self.answer(Received::Reply(Response { id: Some(id), outcome }), batch).into_actions()
    }

    /// Takes a response to a server request. Once a call has all of its responses, it runs again.
    fn response(&mut self, response: Response) -> Actions {
        self.server_requests.respond(response).map(Action::Run).into_iter().collect()
    }

    /// Fails the calls whose client has not responded in time. Once [`should_start_timer`](Self::should_start_timer) has
    /// returned `true`, a transport calls this periodically while [`has_waiting_calls`](Self::has_waiting_calls) is `true`.
    pub fn expire(&mut self) -> Actions {
        let (timeout, now) = (self.server.input_timeout(), self.server.runtime().now());
        let overdue = self.server_requests.overdue(timeout, now);
        let error = ErrorObject::internal("the client did not respond in time");
        let actions = self.fail_waiting(overdue, &error);
        self.has_timer = self.has_waiting_calls();
        actions
    }

    /// Returns `true` once when the transport must start calling [`expire`](Self::expire); again only after no call waits
    /// any more.
    pub fn should_start_timer(&mut self) -> bool {
        let starts = self.has_waiting_calls() && !self.has_timer;
        self.has_timer |= starts;
        starts
    }

    /// Fails calls that wait for the client.
    fn fail_waiting(&mut self, calls: impl IntoIterator<Item = CallId>, error: &ErrorObject) -> Actions {
        let mut actions = Actions::new();
        for id in calls {
            let Some((call, cancellations)) = self.server_requests.cancel(id) else { continue };
            actions.extend(
                cancellations
                    .into_iter()
                    .map(|notification| Action::SendFor { call: id, message: notification.into() }),
            );
            let finished = self.finished(&call, Outcome::Failed(error.clone()));
            actions.extend(finished.into_iter().map(|action| match action {
                Action::Send(message) => Action::SendFor { call: id, message },
                other => other,
            }));
        }
        actions
    }

    /// Returns `true` if any call waits for the client.
    pub fn has_waiting_calls(&self) -> bool {
        self.server_requests.len() > 0
    }

    /// Takes the pending changes, as far as the client listens and its caller may still receive them.
    pub fn changes(&mut self) -> Actions {
        let may_receive = |change: &Change| self.server.may_receive(&self.caller, change);
        let mut notifications = self.subscriptions.notifications(&may_receive);
        if let Some(session) = &self.session {
            notifications.extend(session.notifications(&may_receive));
        }
        notifications.into_iter().map(|notification| Action::Send(notification.into())).collect()
    }

    /// Ends the subscriptions, each with its last changes and its result, and fails the calls that wait for the client:
    /// the server is about to shut down.
    pub fn close(&mut self) -> Actions {
        let mut actions = self.changes();
        if let Some(session) = &mut self.session {
            session.close();
        }
        let responses = self.subscriptions.close(&self.server);
        actions.extend(responses.into_iter().map(|response| Action::Send(response.into())));
        let waiting = self.server_requests.overdue(Duration::ZERO, self.server.runtime().now());
        actions.extend(self.fail_waiting(waiting, &ErrorObject::internal("the server is shutting down")));
        actions
    }

    /// Returns the error response to bytes that are not a message. After 10 consecutive parse errors, they are dropped.
    fn reject_undecoded(&mut self, error: &DecodeError) -> Received {
        let Some(response) = error.to_response() else { return Received::Ignored(Actions::new()) };
        if response.outcome.as_ref().is_err_and(|error| error.code == ErrorCode::PARSE_ERROR) {
            self.unreadable = self.unreadable.saturating_add(1);
            if self.unreadable > MAX_UNREADABLE_MESSAGES {
                tracing::warn!("dropping a message that is not JSON: there were too many in a row");
                return Received::Ignored(Actions::new());
            }
        }
        Received::Reply(response)
    }

    fn request(
        &mut self,
        request: Request,
        batch: Option<BatchId>,
        metadata: &dyn TransportMetadata,
    ) -> Received {
        let received = match self.check_limits(&request).and_then(|()| self.route(&request, metadata)) {
            Err(rejection) => rejection.into_received(request.id),
            Ok((Routed::Reply(result), _)) => Received::Reply(Response::ok(request.id, result)),
            Ok((Routed::Subscribed(acknowledgement), _)) => Received::Subscribed(acknowledgement),
            Ok((Routed::Call(client, state), format)) => {
                let call_id = CallId(self.next_call_id);
                self.next_call_id += 1;
                self.in_flight.push(InFlight { id: request.id.clone(), call_id, format, batch });
                let call = Call::from_request(request, client, self.caller.clone(), call_id);
                return Received::Call(call.with_round_state(state));
            }
        };
        self.answer(received, batch)
    }

    /// Rejects a request whose id is in use, and one above the limit of calls.
    fn check_limits(&self, request: &Request) -> Result<(), Rejection> {
        if self.in_flight.iter().any(|in_flight| in_flight.id == request.id)
            || self.subscriptions.contains(&request.id)
        {
            return Err(ErrorObject::invalid_request("a request with this id is still being answered").into());
        }
        if self.in_flight.len() >= MAX_CALLS_PER_CONNECTION {
            return Err(Overloaded::too_many_calls().into());
        }
        Ok(())
    }

    /// Finds the era of a request and has it routed there.
    fn route(
        &mut self,
        request: &Request,
        metadata: &dyn TransportMetadata,
    ) -> Result<(Routed, ReplyFormat), Rejection> {
        let check = ClientCheck { metadata, header_params: &[] };
        let client = match modern::cached(request, &self.server) {
            Some(parsed) => check.check_cached(request, parsed)?,
            None => {
                let meta = RequestMeta::of(request)?;
                match meta.era(request, self.legacy_context()) {
                    Era::Modern => check.check_parsed(request, &meta, &self.server)?,
                    Era::Legacy => return self.route_legacy(request, &meta, metadata),
                }
            }
        };
        let Self { server, caller, subscriptions, wake, .. } = self;
        let routed = modern::route(request, client, server, caller, |client| {
            subscriptions.open(request, client, server, caller, wake.as_ref())
        })?;
        Ok((routed, ReplyFormat::Modern))
    }

    fn legacy_context(&self) -> LegacyContext {
        match &self.session {
            Some(session) if session.is_open() => LegacyContext::Handshake,
            Some(_) => LegacyContext::Metadata,
            None => LegacyContext::None,
        }
    }

    /// Opens a subscription and returns its acknowledgement.
    pub(crate) fn subscribe(
        &mut self,
        request: &Request,
        client: &Client,
    ) -> Result<Notification, Rejection> {
        self.subscriptions.open(request, client, &self.server, &self.caller, self.wake.as_ref())
    }

    fn route_legacy(
        &mut self,
        request: &Request,
        meta: &RequestMeta<'_>,
        metadata: &dyn TransportMetadata,
    ) -> Result<(Routed, ReplyFormat), Rejection> {
        let (server, caller) = (&self.server, &self.caller);
        let routed = match (&*request.method, &mut self.session) {
            (method::PING, _) => Routed::Reply(json::empty_object()),
            (method::INITIALIZE, session) if !session.as_ref().is_some_and(Session::is_open) => {
                let (mut opened, result) = Session::open(request, server)?;
                if let Some(wake) = &self.wake {
                    opened.listen(server, caller, wake)?;
                }
                *session = Some(opened);
                Routed::Reply(result)
            }
            (method::INITIALIZE, _) => {
                return Err(ErrorObject::invalid_request("the session is already open").into());
            }
            (_, Some(session)) => session.route(request, meta, metadata, server, caller)?,
            (_, None) => return Err(modern::error::missing_meta().into()),
        };
        let version = self.session.as_ref().map(|session| session.version().clone());
        Ok((routed, ReplyFormat::Legacy(version.unwrap_or(ProtocolVersion::LATEST_LEGACY))))
    }

    fn notification(&mut self, notification: &Notification) -> Actions {
        if notification.method != method::CANCELLED {
            return Actions::new();
        }
        // A malformed cancellation is ignored, as one that comes too late is.
        let params =
            notification.params.as_ref().and_then(|params| params.decode_owned::<CancelledParams>().ok());
        let Some(id) = params.and_then(|params| params.request_id) else { return Actions::new() };
        if self.subscriptions.cancel(&id) {
            return Actions::new();
        }
        let Some(index) = self.in_flight.iter().position(|in_flight| in_flight.id == id) else {
            return Actions::new();
        };
        let InFlight { call_id: call, batch, .. } = self.in_flight.swap_remove(index);
        let rest_of_batch = batch.and_then(|batch| self.batches.skip(&batch));
        let cancellations = self.server_requests.cancel(call).map(|(_, notifications)| notifications);
        let mut actions: Actions = cancellations
            .into_iter()
            .flatten()
            .map(|notification| Action::SendFor { call, message: notification.into() })
            .collect();
        actions.push(Action::Cancel { call, rest_of_batch });
        actions
    }

    /// Handles the messages of a batch, where the session's revision has batches.
    fn batch(
        &mut self,
        messages: Vec<Result<Message, DecodeError>>,
        metadata: &dyn TransportMetadata,
    ) -> Received {
        if !self.session.as_ref().is_some_and(Session::has_batches) {
            let error = ErrorObject::invalid_request("this revision has no batches");
            return Received::Reply(Response::error(None, error));
        }
        let (batch, expects_answer) = self.batches.open(&messages);
        let mut ids = HashSet::new();
        let mut actions = Actions::new();
        for message in messages {
            let received = match message {
                Ok(Message::Request(request))
                    if !may_be_in_batch(&request) || !ids.insert(request.id.clone()) =>
                {
                    let error = ErrorObject::invalid_request("this request must not be part of the batch");
                    self.answer(Received::Reply(Response::error(request.id, error)), Some(batch.clone()))
                }
                Ok(Message::Request(request)) => self.request(request, Some(batch.clone()), metadata),
                Ok(Message::Notification(notification)) => {
                    Received::Ignored(self.notification(&notification))
                }
                Ok(Message::Response(response)) => Received::Ignored(self.response(response)),
                Ok(Message::Batch(_)) => continue,
                Err(error) => match error.to_response() {
                    Some(response) => self.answer(Received::Reply(response), Some(batch.clone())),
                    None => continue,
                },
            };
            actions.extend(received.into_actions());
        }
        if expects_answer { Received::Batch(actions) } else { Received::Ignored(actions) }
    }

    /// Returns an answer by itself, or adds it to the answers of its batch.
    fn answer(&mut self, received: Received, batch: Option<BatchId>) -> Received {
        match (received, batch) {
            (Received::Reply(response) | Received::Overloaded(response), Some(batch)) => {
                Received::Batch(self.batches.add(&batch, response).map(Action::Send).into_iter().collect())
            }
            (received, _) => received,
        }
    }
}

impl Server {
    /// Creates a connection to a client that has sent nothing yet.
    pub fn connect(&self, caller: Caller) -> Connection {
        Connection::new(self.clone(), caller)
    }
}

/// Returns `true` if a request can be part of a batch: neither a handshake nor a modern request can.
fn may_be_in_batch(request: &Request) -> bool {
    // A `_meta` that cannot be read has an answer of its own.
    let is_legacy = |meta: RequestMeta<'_>| meta.era(request, LegacyContext::Handshake) == Era::Legacy;
    request.method != method::INITIALIZE && RequestMeta::of(request).map_or(true, is_legacy)
}
