//! A connection: the state machine between the messages of one client and the calls of a server.
//!
//! It does no I/O: whole conversations are tested as text.

mod batches;
mod in_flight;
mod routing;
mod waiting;

use std::time::Duration;

use mcpwright_core::{DecodeError, ErrorCode, Message, ProtocolVersion, Response};

use crate::call::Call;
use crate::call::outcome::Outcome;
use crate::caller::Caller;
use crate::extensions::Extensions;
use crate::limits::MAX_UNREADABLE_MESSAGES;
use crate::observer::CloseReason;
use crate::overloaded::Overloaded;
use crate::protocol::action::{Action, Actions, Received};
use crate::protocol::connection::in_flight::{InFlight, InFlightCalls, ReplyFormat};
use crate::protocol::legacy::batch::{BatchId, Batches};
use crate::protocol::legacy::downgrade;
use crate::protocol::legacy::handshake::Handshake;
use crate::protocol::legacy::server_requests::ServerRequests;
use crate::protocol::legacy::session::LegacySession;
use crate::protocol::modern;
use crate::protocol::modern::subscriptions::Subscriptions;
use crate::protocol::transport_metadata::TransportMetadata;
use crate::server::Server;
use crate::server::shutdown::shutting_down;
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
    /// The values that the transport took from the latest request.
    extensions: Extensions,
    session: Option<LegacySession>,
    in_flight: InFlightCalls,
    subscriptions: Subscriptions,
    /// The calls in flight that wait for responses of the client.
    server_requests: ServerRequests,
    /// The transport calls [`expire`](Self::expire) from time to time.
    has_timer: bool,
    /// Called when there are changes to send.
    wake: Option<Wake>,
    batches: Batches,
    /// The number of consecutive messages that were not JSON.
    unreadable: u32,
    /// A session that this connection opens continues elsewhere.
    is_detached: bool,
    /// A client has introduced itself: with a handshake, or with a modern request.
    has_client: bool,
}

impl Connection {
    /// Creates a connection on which no message has been exchanged yet.
    pub fn new(server: Server, caller: Caller) -> Self {
        Self {
            server,
            caller,
            extensions: Extensions::default(),
            session: None,
            in_flight: InFlightCalls::default(),
            subscriptions: Subscriptions::default(),
            server_requests: ServerRequests::default(),
            has_timer: false,
            wake: None,
            batches: Batches::default(),
            unreadable: 0,
            is_detached: false,
            has_client: false,
        }
    }

    /// Creates a connection that continues the session of a handshake on another connection.
    pub fn resume(server: Server, caller: Caller, handshake: Handshake) -> Self {
        Self { session: Some(LegacySession::resume(handshake)), ..Self::new(server, caller) }
    }

    /// Creates a connection to a client of an earlier revision that sends requests without a handshake, where the
    /// transport declares the revision. Requests that need a session are rejected.
    pub fn without_session(server: Server, caller: Caller, version: ProtocolVersion) -> Self {
        Self { session: Some(LegacySession::without_handshake(version)), ..Self::new(server, caller) }
    }

    /// Replaces the caller: the same client with other grants.
    pub fn set_caller(&mut self, caller: Caller) {
        self.caller = caller;
    }

    /// Sets the values that the transport took from the latest request, when it arrives without a message.
    pub fn set_extensions(&mut self, extensions: Extensions) {
        self.extensions = extensions;
    }

    /// Returns the handshake on this connection, if there was one.
    pub fn handshake(&self) -> Option<&Handshake> {
        self.session.as_ref()?.handshake()
    }

    /// Returns `true` if a client has introduced itself: with a handshake, or with a request that describes it.
    pub fn has_client(&self) -> bool {
        self.has_client || self.handshake().is_some()
    }

    /// Marks the connection as one whose session continues elsewhere: the transport reports it to observers.
    pub(crate) fn detach_session(&mut self) {
        self.is_detached = true;
    }

    /// Sets a function to call when there are changes to send, which [`changes`](Self::changes) then returns.
    ///
    /// Whatever publishes a change calls `wake`, possibly on the thread that uses the connection, so `wake` must not block: in
    /// particular, it must not wait for a lock that is held while the connection is used.
    ///
    /// # Errors
    ///
    /// Returns [`Overloaded`] if there is a session already and its caller has too many subscriptions.
    pub fn listen(&mut self, wake: impl Fn() + Send + Sync + 'static) -> Result<(), Overloaded> {
        let wake = self.wake.insert(Wake::new(wake));
        self.subscriptions.set_wake(wake);
        match &mut self.session {
            Some(session) => session.listen(&self.server, &self.caller, &self.extensions, wake),
            None => Ok(()),
        }
    }

    /// Returns `true` if the session holds state that is not in its handshake (subscriptions, a log level), so that the
    /// connection must stay in memory.
    pub fn has_session_state(&self) -> bool {
        self.session.as_ref().is_some_and(LegacySession::has_session_state)
    }

    /// Returns `true` if no call runs. A call that waits for the client does not run, and a subscription is not a call.
    pub fn is_idle(&self) -> bool {
        self.in_flight.len() == self.server_requests.len()
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
        self.extensions = metadata.extensions();
        match message {
            Message::Request(request) => self.request(request, None, metadata),
            Message::Notification(notification) => Received::Ignored(self.notification(&notification)),
            Message::Response(response) => Received::Ignored(self.response(response)),
            Message::Batch(messages) => self.batch(messages, metadata),
        }
    }

    /// Takes the outcome of a call and returns its answer. The outcome of a call that was cancelled is dropped.
    pub fn finished(&mut self, call: &Call, outcome: Outcome) -> Actions {
        let Some(in_flight) = self.in_flight.take(call.call_id()) else { return Actions::new() };
        let outcome = match (&in_flight.format, outcome) {
            (ReplyFormat::Modern, outcome) => modern::finish(outcome, call, &self.server),
            (ReplyFormat::Legacy(version), Outcome::InputRequired(pending)) => {
                let now = self.server.runtime().now();
                match self.server_requests.send(call, *pending, version, now) {
                    Ok(requests) => {
                        self.in_flight.put_back(in_flight);
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

    /// Takes the pending changes, as far as the client listens and its caller may still receive them.
    pub fn changes(&mut self) -> Actions {
        let Self { server, caller, extensions, .. } = self;
        let mut notifications = self.subscriptions.notifications(server, caller, extensions);
        if let Some(session) = &self.session {
            notifications.extend(session.notifications(server, caller, extensions));
        }
        notifications.into_iter().map(|notification| Action::Send(notification.into())).collect()
    }

    /// Ends the subscriptions, each with its last changes and its result, and fails the calls that wait for the client:
    /// the connection is about to end. Observers receive the reason.
    pub fn close(&mut self, reason: CloseReason) -> Actions {
        let mut actions = self.changes();
        if let Some(session) = &mut self.session {
            session.close(reason);
        }
        let responses = self.subscriptions.close(reason, &self.server);
        actions.extend(responses.into_iter().map(|response| Action::Send(response.into())));
        let waiting = self.server_requests.overdue(Duration::ZERO, self.server.runtime().now());
        actions.extend(self.fail_waiting(waiting, &shutting_down()));
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
    ///
    /// ```
    /// use mcpwright_core::message;
    /// use mcpwright_server::{Caller, Received, Server};
    ///
    /// let server = Server::builder("clock", "1.0.0").build();
    /// let mut connection = server.connect(Caller::anonymous());
    /// let received = connection.receive(message::decode(br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#));
    /// assert!(matches!(received, Received::Reply(_)));
    /// ```
    pub fn connect(&self, caller: Caller) -> Connection {
        Connection::new(self.clone(), caller)
    }
}
