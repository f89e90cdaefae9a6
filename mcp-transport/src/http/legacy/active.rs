//! What lives of a session in one process: calls, streams, and wishes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use http::StatusCode;
use http::request::Parts;
use mcpwright_core::{DecodeError, Era, ErrorObject, Message, Notification, ProtocolVersion, Request};
use mcpwright_server::{
    Action, Actions, Call, Caller, Connection, Deliver, Few, NotificationSender, Outcome, Server,
    TransportMetadata,
};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::http::edge::answer;
use crate::http::edge::answer::Decided;
use crate::http::legacy::session::SessionGuard;
use crate::http::legacy::stream::{EventId, Kind, Stream};
use crate::http::limiter::{Permit, wait_true};
use crate::http::limits::Limits;
use crate::http::router::Endpoint;
use crate::input_timeouts;
use crate::runtime::TokioRuntime;

/// How long a stream whose client has gone is kept for it to come back.
const RESUME_WINDOW: Duration = Duration::from_secs(60);

/// How many streams of one session are kept that owe no answer: those that are over, or that nobody asked for.
const MAX_IDLE_STREAMS: usize = 16;

/// What everything that lives of a server needs.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) server: Server,
    pub(crate) host: TokioRuntime,
    pub(crate) limits: Limits,
    /// Says true once the server has ended.
    pub(crate) over: watch::Receiver<bool>,
}

/// What lives of a session in one process.
#[derive(Debug)]
pub(crate) struct ActiveSession {
    shared: Arc<Shared>,
    /// The client knows how to come back to a stream, and has a session by which it is known again.
    resumable: bool,
    connection: Mutex<Connection>,
    /// The calls that run: few enough to look one up by going through them.
    running: Mutex<Few<Running>>,
    /// Whoever holds them waits for nothing else than one of them: they are looked at by whoever tells of a change.
    streams: Mutex<Vec<Arc<Stream>>>,
    /// The client has, or had, a stream for what it is told without having asked.
    listens: AtomicBool,
    /// There is something to tell, and nobody has taken it.
    has_changes: AtomicBool,
    /// How many requests, calls and open streams use it.
    users: AtomicUsize,
    /// When it was used last: a number that grows.
    used: AtomicU64,
    idle_since: Mutex<Instant>,
}

#[derive(Debug)]
struct Running {
    /// Of its call: a client may use an id again.
    serial: u64,
    task: Option<AbortHandle>,
    way: Arc<CallGate>,
}

/// The way back of a call: the stream of its request, until the call has ended.
#[derive(Debug)]
struct CallGate {
    is_open: Mutex<bool>,
    stream: Arc<Stream>,
}

/// The request that brought a message.
pub(crate) struct Arrival<'a> {
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) parts: &'a Parts,
    /// The session is in use for as long as its calls run.
    pub(crate) session: Option<&'a SessionGuard>,
}

impl ActiveSession {
    pub(crate) fn new(shared: &Arc<Shared>, connection: Connection) -> Arc<Self> {
        let resumable = connection.handshake().is_some_and(|handshake| knows_priming(handshake.version()));
        Arc::new(Self {
            shared: Arc::clone(shared),
            resumable,
            connection: Mutex::new(connection),
            running: Mutex::default(),
            streams: Mutex::default(),
            listens: AtomicBool::new(false),
            has_changes: AtomicBool::new(false),
            users: AtomicUsize::new(0),
            used: AtomicU64::new(0),
            idle_since: Mutex::new(Instant::now()),
        })
    }

    /// Takes a message of the client; what it is answered with goes on the stream, and so does what its calls say.
    /// Returns the status of what was decided without a call.
    pub(crate) fn receive(
        self: &Arc<Self>,
        caller: Caller,
        message: Result<Message, DecodeError>,
        stream: &Arc<Stream>,
        arrival: &Arrival<'_>,
    ) -> StatusCode {
        let status = self.act(|connection| receive(connection, caller, message, stream), stream, arrival);
        stream.answer_done();
        status
    }

    /// The same, on a stream for everything that the client is told, which does not end with an answer.
    pub(crate) fn receive_on(
        self: &Arc<Self>,
        caller: Caller,
        message: Result<Message, DecodeError>,
        stream: &Arc<Stream>,
        arrival: &Arrival<'_>,
    ) {
        self.act(|connection| receive(connection, caller, message, stream), stream, arrival);
    }

    /// Does what the connection wants done.
    pub(crate) fn perform(
        self: &Arc<Self>,
        actions: Actions,
        stream: &Arc<Stream>,
        arrival: &Arrival<'_>,
    ) -> StatusCode {
        let status = self.act(|_| actions, stream, arrival);
        stream.answer_done();
        status
    }

    fn act(
        self: &Arc<Self>,
        decide: impl FnOnce(&mut Connection) -> Actions,
        stream: &Arc<Stream>,
        arrival: &Arrival<'_>,
    ) -> StatusCode {
        // Held until each call has its way: a cancellation on another thread finds it, and finds the right one.
        let mut connection = self.connection();
        let (mut calls, mut status) = (Few::none(), StatusCode::OK);
        for action in decide(&mut connection) {
            match action {
                Action::Send(message) => {
                    if let Message::Response(response) = &message {
                        let error = response.outcome.as_ref().err();
                        status = answer::status(error, Era::Legacy, Decided::Before);
                    }
                    stream.push(&message);
                }
                Action::Tell(serial, message) => {
                    self.way_of(serial).as_ref().map_or(stream, |way| &way.stream).push(&message);
                }
                Action::Run(call) => {
                    // One that has waited for the client has its way already: to the stream of its own request.
                    let way = self.way_of(call.serial()).unwrap_or_else(|| self.way_back(&call, stream));
                    calls.push((call, way));
                }
                Action::Cancel(serial, others) => {
                    let cancelled = self.cancel(serial);
                    if let Some(others) = others {
                        cancelled.as_ref().unwrap_or(stream).push(&others);
                    }
                    // Only now: it may have been the last one that was missing there.
                    if let Some(stream) = cancelled {
                        stream.answer_done();
                    }
                }
            }
        }
        drop(connection);
        for (call, way) in calls {
            // Another message of its batch may have cancelled it already.
            if way.is_open() && !self.run(call, way, arrival) {
                status = StatusCode::TOO_MANY_REQUESTS;
            }
        }
        status
    }

    /// The way back of a call that has begun.
    fn way_of(&self, serial: u64) -> Option<Arc<CallGate>> {
        let running = lock(&self.running);
        running.iter().find(|running| running.serial == serial).map(|running| Arc::clone(&running.way))
    }

    /// The way back of a call that is about to begin.
    fn way_back(&self, call: &Call, stream: &Arc<Stream>) -> Arc<CallGate> {
        stream.expect_answer();
        let way = Arc::new(CallGate { is_open: Mutex::new(true), stream: Arc::clone(stream) });
        let running = Running { serial: call.serial(), task: None, way: Arc::clone(&way) };
        lock(&self.running).push(running);
        way
    }

    /// Begins a call here, and leaves the rest to a task of its own if it does not end at once: a client that goes away
    /// does not cancel it. Says whether there was room for it.
    fn run(self: &Arc<Self>, mut call: Call, way: Arc<CallGate>, arrival: &Arrival<'_>) -> bool {
        let Some(counted) = arrival.admit(&mut call) else {
            self.finish(&call, answer::too_many_calls().into(), &way);
            return false;
        };
        let (serial, live) = (call.serial(), Arc::clone(self));
        let mut answering: BoxFuture<'static, ()> = Box::pin(async move {
            let outbox = NotificationSender::from(Arc::clone(&way));
            let outcome = live.shared.server.call(&call, &outbox).await;
            live.finish(&call, outcome, &way);
        });
        // A task polls its future once more as soon as it is spawned: no wake-up is lost.
        if answering.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
            return true;
        }
        let mut table = lock(&self.running);
        // It may have been cancelled meanwhile, by a request on another thread.
        let Some(running) = table.iter_mut().find(|running| running.serial == serial) else { return true };
        let (over, session) = (wait_true(self.shared.over.clone()), arrival.session.cloned());
        let task = self.shared.host.handle().spawn(async move {
            let _keep = (counted, session);
            tokio::select! {
                () = answering => {}
                () = over => {}
            }
        });
        running.task = Some(task.abort_handle());
        true
    }

    fn finish(self: &Arc<Self>, call: &Call, outcome: Outcome, way: &CallGate) {
        let mut connection = self.connection();
        let actions = connection.finished(call, outcome);
        let waits = connection.is_waiting(call.serial());
        if !waits {
            drop(connection);
            way.close();
            let is_running = self.no_longer_running(call.serial()).is_some();
            way.stream.push_all(actions);
            if is_running {
                way.stream.answer_done();
            }
            return;
        }
        // Held until the client has the questions: it may answer at once.
        way.stream.push_all(actions);
        let should_start_timer = connection.should_start_timer();
        drop(connection);
        if should_start_timer {
            input_timeouts::expire(&self.shared.host, self, Self::expire);
        }
    }

    /// Fails the calls whose client has not answered in time what it was asked; tells whether others still wait.
    fn expire(self: &Arc<Self>) -> bool {
        let mut connection = self.connection();
        let mut failed = BTreeMap::new();
        for action in connection.expire() {
            if let Action::Tell(serial, message) = action
                && let Some(way) = self.way_of(serial)
            {
                way.stream.push(&message);
                failed.insert(serial, way);
            }
        }
        for (serial, way) in failed {
            way.close();
            if self.no_longer_running(serial).is_some() {
                way.stream.answer_done();
            }
        }
        connection.has_questions()
    }

    fn no_longer_running(&self, serial: u64) -> Option<Running> {
        lock(&self.running).take(|running| running.serial == serial)
    }

    /// Cancels a call, and returns where its answer is missing: whoever calls this expects one less there.
    fn cancel(&self, serial: u64) -> Option<Arc<Stream>> {
        self.no_longer_running(serial).map(Running::cancel)
    }

    /// A stream of this session that nothing has been said on yet.
    pub(crate) fn stream(&self, kind: Kind, takes_events: bool) -> Arc<Stream> {
        Arc::new(Stream::new(kind, random(), self.resumable, takes_events))
    }

    /// Keeps a stream, for a client that comes back to it; where there are too many, an old one goes.
    pub(crate) fn keep(&self, stream: &Arc<Stream>) {
        let mut streams = lock(&self.streams);
        // One that owes an answer stays, whether or not its client is there: of those, there are no more than calls.
        let others = || streams.iter().enumerate().filter(|(_, stream)| !stream.owes_answer());
        if others().count() >= MAX_IDLE_STREAMS {
            let place = others().find(|(_, stream)| !stream.is_attached()).or_else(|| others().next());
            if let Some(place) = place.map(|(place, _)| place) {
                streams.remove(place).end();
            }
        }
        streams.push(Arc::clone(stream));
    }

    /// The stream of an event.
    pub(crate) fn find(&self, id: EventId) -> Option<Arc<Stream>> {
        let streams = lock(&self.streams);
        streams.iter().find(|stream| stream.number == id.stream && stream.kind == id.kind).cloned()
    }

    /// A stream for what the session is told without having asked.
    ///
    /// # Errors
    ///
    /// Its caller listens in too many places.
    pub(crate) fn standing(self: &Arc<Self>) -> Result<Arc<Stream>, ErrorObject> {
        if !self.listens.swap(true, Ordering::AcqRel) {
            let weak = Arc::downgrade(self);
            // Whoever tells of a change may be in the middle of the connection, whose lock is not taken here.
            let listened = self.connection().listen(move || {
                if let Some(live) = weak.upgrade() {
                    live.has_changes.store(true, Ordering::Release);
                    live.wake();
                }
            });
            listened.inspect_err(|_| self.listens.store(false, Ordering::Release))?;
        }
        let stream = self.stream(Kind::StandaloneStream, true);
        self.keep(&stream);
        Ok(stream)
    }

    /// Wakes whoever sends the stream on which changes are told, if there are any. Without one that somebody reads, they
    /// wait for whoever comes back.
    pub(crate) fn wake(&self) {
        if self.has_changes.load(Ordering::Acquire)
            && let Some(stream) = self.told()
        {
            stream.wake();
        }
    }

    /// Puts what has changed on a stream, for whoever sends it, if it is the one on which changes are told; says whether
    /// there was anything.
    pub(crate) fn tell(&self, stream: &Arc<Stream>) -> bool {
        let is_told = || self.told().is_some_and(|told| Arc::ptr_eq(&told, stream));
        if !self.has_changes.load(Ordering::Acquire) || !is_told() {
            return false;
        }
        // VersionHeader before they are taken: what changes from here on is taken now, or says again that it is there.
        if !self.has_changes.swap(false, Ordering::AcqRel) {
            return false;
        }
        // The connection is released before anybody is woken.
        let changes = self.connection().changes();
        stream.tell(changes)
    }

    /// The stream on which changes are told: the last one that somebody reads. The connection of an earlier one may have
    /// been lost without anybody having noticed.
    fn told(&self) -> Option<Arc<Stream>> {
        let streams = lock(&self.streams);
        let mut standing = streams.iter().rev().filter(|stream| stream.kind == Kind::StandaloneStream);
        standing.find(|stream| stream.is_attached()).cloned()
    }

    /// Ends the streams on which nobody waits for an answer: the process is about to end.
    pub(crate) fn close_standing(&self) {
        let streams = lock(&self.streams);
        streams.iter().filter(|stream| stream.kind == Kind::StandaloneStream).for_each(|stream| stream.end());
    }

    /// Cancels what runs, and ends all streams.
    pub(crate) fn end(&self) {
        for action in self.connection().close() {
            if let Action::Tell(serial, message) = action
                && let Some(way) = self.way_of(serial)
            {
                way.stream.push(&message);
            }
        }
        let left = std::mem::take(&mut *lock(&self.running));
        left.into_iter().for_each(|running| running.cancel().answer_done());
        lock(&self.streams).drain(..).for_each(|stream| stream.end());
    }

    pub(crate) fn enter(&self, now: u64) {
        self.users.fetch_add(1, Ordering::AcqRel);
        self.used.fetch_max(now, Ordering::AcqRel);
    }

    /// One user less; says whether it was the last.
    pub(crate) fn leave(&self) -> bool {
        let is_last = self.users.fetch_sub(1, Ordering::AcqRel) == 1;
        if is_last {
            *lock(&self.idle_since) = Instant::now();
        }
        is_last
    }

    pub(crate) fn used(&self) -> u64 {
        self.used.load(Ordering::Acquire)
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.users.load(Ordering::Acquire) == 0
    }

    pub(crate) fn idle_time(&self) -> Duration {
        lock(&self.idle_since).elapsed()
    }

    /// Whether nothing would be lost without it.
    pub(crate) fn is_empty(&self) -> bool {
        // The one is released before the other is taken.
        let has_streams = !lock(&self.streams).is_empty();
        !has_streams && !self.connection().has_session_state()
    }

    /// Forgets streams to which nobody came back; says whether nothing would be lost without the rest.
    pub(crate) fn tidy(&self) -> bool {
        lock(&self.streams)
            .retain(|stream| !stream.is_abandoned(RESUME_WINDOW.min(self.shared.limits.session_idle)));
        self.is_empty()
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        lock(&self.connection)
    }
}

impl Arrival<'_> {
    /// Prepares a call; nothing where there is no room for it.
    fn admit(&self, call: &mut Call) -> Option<Permit> {
        self.endpoint.extract(self.parts, call);
        self.endpoint.calls.try_acquire()
    }
}

impl Running {
    /// Cancels it, and returns where its answer is missing.
    fn cancel(self) -> Arc<Stream> {
        self.way.close();
        if let Some(task) = self.task {
            task.abort();
        }
        Arc::clone(&self.way.stream)
    }
}

impl CallGate {
    fn close(&self) {
        *lock(&self.is_open) = false;
    }
}

impl Deliver for CallGate {
    fn deliver(&self, notification: Notification) {
        let is_open = lock(&self.is_open);
        // Held while pushing: after the call has ended, nothing more is sent for it.
        if *is_open {
            self.stream.push(&notification.into());
        }
    }

    fn is_open(&self) -> bool {
        *lock(&self.is_open)
    }

    fn close_stream(&self) {
        self.stream.close_stream();
    }
}

/// Takes a message of whom the request says who calls, and not the one that was first.
fn receive(
    connection: &mut Connection,
    caller: Caller,
    message: Result<Message, DecodeError>,
    stream: &Stream,
) -> Actions {
    connection.set_caller(caller);
    connection.receive_with(message, stream)
}

impl TransportMetadata for Stream {
    fn agrees(&self, _: &Request, _: &str) -> Result<(), ErrorObject> {
        Ok(())
    }

    /// A client that wants one object for an answer has no place for a request.
    fn takes_requests(&self) -> bool {
        self.takes_events
    }
}

/// Whether clients of a revision know events without a message, and connections that end before their stream.
fn knows_priming(version: &ProtocolVersion) -> bool {
    *version == ProtocolVersion::V2025_11_25
}

/// A number nobody can guess, so that a stream is found by whoever was told of it.
fn random() -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).expect("the operating system has random numbers");
    u64::from_ne_bytes(bytes)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
