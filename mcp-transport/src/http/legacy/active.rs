//! The part of a session that one process holds: its connection, its calls, and its streams.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use http::StatusCode;
use http::request::Parts;
use mcpwright_core::{DecodeError, Era, Message, Notification, ProtocolVersion, Response};
use mcpwright_server::{
    Action, Caller, CloseReason, Connection, Extensions, Overloaded, Received, Server, TransportMetadata,
};

use crate::calls::gate::CallSink;
use crate::calls::owner::{CallOwner, RunEnd};
use crate::calls::run;
use crate::calls::table::{Calls, PendingCall};
use crate::http::edge::answer;
use crate::http::edge::answer::Stage;
use crate::http::legacy::event_id::{EventId, StreamKind};
use crate::http::legacy::stream::Stream;
use crate::http::legacy::streams::Streams;
use crate::http::random::random_bytes;
use crate::http::state::{HttpState, is_set};
use crate::runtime::TokioRuntime;
use crate::sync::lock;

/// The part of a session that one process holds: its connection, its calls, and its streams.
pub(crate) struct ActiveSession {
    state: Arc<HttpState>,
    /// The client can resume a stream: its revision has priming events, and it has a session.
    is_resumable: bool,
    connection: Mutex<Connection>,
    calls: Calls<StreamSink>,
    streams: Streams,
    /// The client has, or had, a standalone stream.
    is_listening: AtomicBool,
    /// There are changes that have not been sent.
    has_changes: AtomicBool,
    /// The number of requests, calls and open streams that use the session.
    users: AtomicUsize,
    /// The time of the last use, as a growing number.
    last_use: AtomicU64,
    idle_since: Mutex<Instant>,
}

/// The destination of a call's notifications: the stream of its request.
#[derive(Debug)]
pub(crate) struct StreamSink(Arc<Stream>);

/// The metadata of a request of a session.
struct SessionRequest<'a> {
    state: &'a HttpState,
    parts: &'a Parts,
    stream: &'a Stream,
}

impl ActiveSession {
    pub(crate) fn new(state: &Arc<HttpState>, connection: Connection) -> Arc<Self> {
        let is_resumable =
            connection.handshake().is_some_and(|handshake| supports_resumption(handshake.version()));
        Arc::new(Self {
            state: Arc::clone(state),
            is_resumable,
            connection: Mutex::new(connection),
            calls: Calls::default(),
            streams: Streams::default(),
            is_listening: AtomicBool::new(false),
            has_changes: AtomicBool::new(false),
            users: AtomicUsize::new(0),
            last_use: AtomicU64::new(0),
            idle_since: Mutex::new(Instant::now()),
        })
    }

    /// Handles a message of the client. Its answer and the notifications of its calls go to the stream.
    pub(crate) fn receive<G: Clone + Send + 'static>(
        self: &Arc<Self>,
        caller: Caller,
        message: Result<Message, DecodeError>,
        stream: &Arc<Stream>,
        parts: &Parts,
        guard: &G,
    ) -> Reply {
        let request = SessionRequest { state: &self.state, parts, stream };
        self.execute(
            |connection| {
                connection.set_caller(caller);
                connection.receive_with(message, &request)
            },
            stream,
            guard,
        )
    }

    /// Executes the actions that a decision of the connection returns.
    pub(crate) fn execute<G: Clone + Send + 'static>(
        self: &Arc<Self>,
        decide: impl FnOnce(&mut Connection) -> Received,
        stream: &Arc<Stream>,
        guard: &G,
    ) -> Reply {
        // Locked until each call is registered: a cancellation on another thread finds the right one.
        let mut connection = self.connection();
        let received = decide(&mut connection);
        let (mut reply, actions) = match received {
            Received::Call(call) => {
                let call = self.calls.register(call, StreamSink::expecting(stream));
                drop(connection);
                let has_started = self.start(call, guard);
                return if has_started { Reply::Status(StatusCode::OK) } else { Reply::Overloaded };
            }
            Received::Reply(response) => {
                let status = status_of(&response);
                stream.push(&response.into());
                return Reply::Status(status);
            }
            Received::Overloaded(_) => (Reply::Overloaded, received.into_actions()),
            Received::Ignored(actions) => (Reply::None, actions),
            received => (Reply::Status(StatusCode::OK), received.into_actions()),
        };
        let mut pending = Vec::new();
        for action in actions {
            match action {
                Action::Send(message) => stream.push(&message),
                Action::Overloaded(response) => stream.push(&response.into()),
                Action::SendFor { call, message } => match self.calls.gate(call) {
                    Some(gate) => gate.sink().0.push(&message),
                    None => stream.push(&message),
                },
                Action::Run(call) => {
                    let sink = || StreamSink::expecting(stream);
                    pending.push(self.calls.register_or_resume(call, sink));
                }
                Action::Cancel { call, rest_of_batch } => {
                    let cancelled = self.calls.cancel(call);
                    let stream = cancelled.as_ref().map_or(stream, |gate| &gate.sink().0);
                    rest_of_batch.iter().for_each(|message| stream.push(message));
                    // Only now: it may have been the last answer that was missing there.
                    if cancelled.is_some() {
                        stream.answer_done();
                    }
                }
                _ => {}
            }
        }
        drop(connection);
        for call in pending {
            // Another message of its batch may have cancelled it.
            if call.gate.is_open() && !self.start(call, guard) && reply != Reply::None {
                reply = Reply::Overloaded;
            }
        }
        reply
    }

    /// Starts a call. Returns `false` if there are too many.
    fn start<G: Clone + Send + 'static>(
        self: &Arc<Self>,
        pending: PendingCall<StreamSink>,
        guard: &G,
    ) -> bool {
        let Some(permit) = self.state.calls.try_acquire() else {
            let PendingCall { call, gate } = pending;
            let outcome = mcpwright_core::ErrorObject::from(Overloaded::too_many_calls()).into();
            run::finish(self, &call, outcome, &gate);
            return false;
        };
        run::start(self, pending, || (permit, guard.clone()));
        true
    }

    /// Creates a stream of this session.
    pub(crate) fn new_stream(&self, kind: StreamKind, accepts_events: bool) -> Arc<Stream> {
        // It cannot be guessed, so that only the client that received it finds the stream.
        let number = u64::from_ne_bytes(random_bytes());
        Arc::new(Stream::new(kind, number, self.is_resumable, accepts_events))
    }

    pub(crate) fn streams(&self) -> &Streams {
        &self.streams
    }

    /// Returns the stream of an event.
    pub(crate) fn find_stream(&self, id: EventId) -> Option<Arc<Stream>> {
        self.streams.find(id)
    }

    /// Takes the values for rules from a request without a message.
    pub(crate) fn update_extensions(&self, parts: &Parts) {
        self.connection().set_extensions(self.state.extensions(parts));
    }

    /// Opens a standalone stream, for messages that answer no request.
    ///
    /// # Errors
    ///
    /// Returns [`Overloaded`] if the caller has too many subscriptions.
    pub(crate) fn open_standalone(self: &Arc<Self>) -> Result<Arc<Stream>, Overloaded> {
        if !self.is_listening.swap(true, Ordering::AcqRel) {
            let weak = Arc::downgrade(self);
            // A change may be published while the connection is locked, so this does not lock it.
            let listening = self.connection().listen(move || {
                if let Some(session) = weak.upgrade() {
                    session.has_changes.store(true, Ordering::Release);
                    session.wake();
                }
            });
            listening.inspect_err(|_| self.is_listening.store(false, Ordering::Release))?;
        }
        let stream = self.new_stream(StreamKind::Standalone, true);
        self.streams.keep(&stream);
        Ok(stream)
    }

    /// Wakes the standalone stream that changes go to, if there are any. Without an attached stream, they wait for the
    /// client to reconnect.
    pub(crate) fn wake(&self) {
        if self.has_changes.load(Ordering::Acquire)
            && let Some(stream) = self.streams.for_changes()
        {
            stream.wake();
        }
    }

    /// Puts the pending changes on a stream, if it is the one that changes go to. Returns `true` if there were any.
    pub(crate) fn send_changes(&self, stream: &Arc<Stream>) -> bool {
        let is_current = || self.streams.for_changes().is_some_and(|current| Arc::ptr_eq(&current, stream));
        if !self.has_changes.load(Ordering::Acquire) || !is_current() {
            return false;
        }
        // Cleared before the changes are taken: a later change is taken now or sets it again.
        if !self.has_changes.swap(false, Ordering::AcqRel) {
            return false;
        }
        // The connection is unlocked before the stream is woken.
        let changes = self.connection().changes();
        stream.push_changes(changes)
    }

    /// Cancels the calls and ends all streams and subscriptions.
    pub(crate) fn end(&self, reason: CloseReason) {
        for action in self.connection().close(reason) {
            if let Action::SendFor { call, message } = action
                && let Some(gate) = self.calls.gate(call)
            {
                gate.sink().0.push(&message);
            }
        }
        let (gates, _) = self.calls.cancel_all();
        gates.iter().for_each(|gate| gate.sink().0.answer_done());
        self.streams.end_all();
    }

    /// Adds a user.
    pub(crate) fn enter(&self, now: u64) {
        self.users.fetch_add(1, Ordering::AcqRel);
        self.last_use.fetch_max(now, Ordering::AcqRel);
    }

    /// Removes a user. Returns `true` if it was the last.
    pub(crate) fn leave(&self) -> bool {
        let is_last = self.users.fetch_sub(1, Ordering::AcqRel) == 1;
        if is_last {
            *lock(&self.idle_since) = Instant::now();
        }
        is_last
    }

    pub(crate) fn last_use(&self) -> u64 {
        self.last_use.load(Ordering::Acquire)
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.users.load(Ordering::Acquire) == 0
    }

    pub(crate) fn idle_time(&self) -> Duration {
        lock(&self.idle_since).elapsed()
    }

    /// Returns `true` if dropping the session would lose nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.streams.is_empty() && !self.connection().has_session_state()
    }

    /// Drops streams that no client has resumed in time. Returns `true` if dropping the session would lose nothing.
    pub(crate) fn drop_abandoned_streams(&self) -> bool {
        self.streams.drop_abandoned(self.state.limits.session_idle_timeout);
        self.is_empty()
    }
}

/// The reply that a message gets before its calls have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// An answer with this status.
    Status(StatusCode),
    /// The answer to a request above a limit.
    Overloaded,
    /// No answer.
    None,
}

fn status_of(response: &Response) -> StatusCode {
    answer::status(response.outcome.as_ref().err(), Era::Legacy, Stage::BeforeCall)
}

impl CallOwner for ActiveSession {
    type Sink = StreamSink;

    fn server(&self) -> &Server {
        &self.state.server
    }

    fn runtime(&self) -> &TokioRuntime {
        &self.state.runtime
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        lock(&self.connection)
    }

    fn calls(&self) -> &Calls<StreamSink> {
        &self.calls
    }

    fn send(&self, sink: &StreamSink, message: &Message) {
        sink.0.push(message);
    }

    fn shutdown(&self) -> BoxFuture<'static, ()> {
        Box::pin(is_set(self.state.ended.subscribe()))
    }

    fn run_ended(&self, sink: &StreamSink, end: RunEnd) {
        if end.has_ended {
            sink.0.answer_done();
        }
    }
}

impl StreamSink {
    /// Makes the stream expect the answer of a call.
    fn expecting(stream: &Arc<Stream>) -> Self {
        stream.expect_answer();
        Self(Arc::clone(stream))
    }
}

impl CallSink for StreamSink {
    fn notify(&self, notification: Notification) {
        self.0.push(&notification.into());
    }

    fn close_stream(&self) {
        self.0.close_connection();
    }
}

impl TransportMetadata for SessionRequest<'_> {
    fn accepts_server_requests(&self) -> bool {
        self.stream.accepts_events
    }

    fn extensions(&self) -> Extensions {
        self.state.extensions(self.parts)
    }
}

/// Returns `true` if the revision has priming events, and lets a server close a connection before its stream ends.
fn supports_resumption(version: &ProtocolVersion) -> bool {
    *version == ProtocolVersion::V2025_11_25
}
