//! What lives of a session in one process: calls, streams, and wishes.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use http::StatusCode;
use mcpwright_core::{DecodeError, Era, ErrorObject, Message, Notification, ProtocolVersion, Request};
use mcpwright_server::{
    Action, Actions, Beside, Call, Caller, Change, Connection, Deliver, Listener, Outbox, Outcome, Server,
};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::Limits;
use super::answer::{self, Decided};
use super::guard::is_said;
use super::service::Endpoint;
use super::stream::{EventId, Kind, Stream};
use crate::host::Tokio;
use crate::questions;

/// How long a stream whose client has gone is kept for it to come back.
const COMES_BACK: Duration = Duration::from_secs(60);

/// How many streams of one session are kept that owe no answer: those that are over, or that nobody asked for.
const MOST_STREAMS: usize = 16;

/// What lives of a session in one process.
#[derive(Debug)]
pub(super) struct Live {
    server: Server,
    host: Tokio,
    /// The client knows how to come back to a stream, and has a session by which it is known again.
    comes_back: bool,
    limits: Limits,
    /// Says true once the server has ended.
    over: watch::Receiver<bool>,
    connection: Mutex<Connection>,
    /// The calls that run, by their serials: a client may use an id again.
    running: Mutex<HashMap<u64, Running>>,
    streams: Mutex<Vec<Arc<Stream>>>,
    listener: Mutex<Option<Arc<Listener>>>,
    /// How many requests, calls and open streams use it.
    users: AtomicUsize,
    /// When it was used last: a number that grows.
    used: AtomicU64,
    idle_since: Mutex<Instant>,
}

#[derive(Debug)]
struct Running {
    task: Option<AbortHandle>,
    way: Arc<Way>,
}

/// The way back of a call: the stream of its request, until the call has ended.
#[derive(Debug)]
struct Way {
    is_open: Mutex<bool>,
    answers: Arc<Answers>,
}

/// The stream that answers one request or batch, and how many of its calls still run.
#[derive(Debug)]
struct Answers {
    stream: Arc<Stream>,
    missing: AtomicUsize,
    /// The stream is for these answers, and ends with the last of them.
    ends: bool,
}

impl Answers {
    fn push(&self, actions: Actions) {
        for action in actions {
            if let Action::Send(message) = action {
                self.stream.push(&message);
            }
        }
    }

    /// Expects one answer less.
    fn one_less(&self) {
        if self.missing.fetch_sub(1, Ordering::AcqRel) == 1 && self.ends {
            self.stream.end();
        }
    }
}

type Answering = BoxFuture<'static, (Call, Outcome)>;

impl Live {
    /// What lives of a client that has no session.
    pub(super) fn of(endpoint: &Endpoint, connection: Connection) -> Arc<Self> {
        let over = endpoint.over.subscribe();
        Self::new(endpoint.server.clone(), endpoint.host.clone(), connection, endpoint.limits, over)
    }

    pub(super) fn new(
        server: Server,
        host: Tokio,
        connection: Connection,
        limits: Limits,
        over: watch::Receiver<bool>,
    ) -> Arc<Self> {
        let comes_back = connection.handshake().is_some_and(|handshake| knows_priming(handshake.version()));
        Arc::new(Self {
            server,
            host,
            comes_back,
            limits,
            over,
            connection: Mutex::new(connection),
            running: Mutex::default(),
            streams: Mutex::default(),
            listener: Mutex::default(),
            users: AtomicUsize::new(0),
            used: AtomicU64::new(0),
            idle_since: Mutex::new(Instant::now()),
        })
    }

    /// Takes a message of the client; what it is answered with goes on the stream, and so does what its calls say.
    /// Returns the status of what was decided without a call.
    pub(super) fn receive<K: Send + 'static>(
        self: &Arc<Self>,
        caller: Caller,
        message: Result<Message, DecodeError>,
        stream: &Arc<Stream>,
        admit: impl FnMut(&mut Call) -> Option<K>,
    ) -> StatusCode {
        self.act(|connection| receive(connection, caller, message, stream), stream, true, admit)
    }

    /// The same, on a stream for everything that the client is told, which does not end with an answer.
    pub(super) fn receive_on<K: Send + 'static>(
        self: &Arc<Self>,
        caller: Caller,
        message: Result<Message, DecodeError>,
        stream: &Arc<Stream>,
        admit: impl FnMut(&mut Call) -> Option<K>,
    ) {
        self.act(|connection| receive(connection, caller, message, stream), stream, false, admit);
    }

    /// Does what the connection wants done.
    ///
    /// `admit` prepares a call, and keeps what it needs for as long as it runs; it returns nothing where there is no room
    /// for the call.
    pub(super) fn perform<K: Send + 'static>(
        self: &Arc<Self>,
        actions: Actions,
        stream: &Arc<Stream>,
        admit: impl FnMut(&mut Call) -> Option<K>,
    ) -> StatusCode {
        self.act(|_| actions, stream, true, admit)
    }

    fn act<K: Send + 'static>(
        self: &Arc<Self>,
        decide: impl FnOnce(&mut Connection) -> Actions,
        stream: &Arc<Stream>,
        ends: bool,
        mut admit: impl FnMut(&mut Call) -> Option<K>,
    ) -> StatusCode {
        // Held until each call has its way: a cancellation on another thread finds it, and finds the right one.
        let mut connection = self.connection();
        let (mut calls, mut status) = (Vec::new(), StatusCode::OK);
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
                    let way = self.way_of(serial);
                    way.as_ref().map_or(stream, |way| &way.answers.stream).push(&message);
                }
                Action::Run(call) => calls.push(call),
                Action::Cancel(serial, others) => {
                    calls.retain(|call: &Call| call.serial() != serial);
                    let cancelled = self.cancel(serial);
                    if let Some(others) = others {
                        cancelled.as_ref().map_or(stream, |answers| &answers.stream).push(&others);
                    }
                    // Only now: it may have been the last one that was missing there.
                    if let Some(answers) = cancelled {
                        answers.one_less();
                    }
                }
            }
        }
        // One that has waited for the client has its way already: to the stream of its own request.
        let ways: Vec<_> = calls.iter().map(|call| self.way_of(call.serial())).collect();
        // The one that is missing last is this function itself.
        let missing = AtomicUsize::new(ways.iter().filter(|way| way.is_none()).count() + 1);
        let answers = Arc::new(Answers { stream: Arc::clone(stream), missing, ends });
        let ways: Vec<_> = calls
            .iter()
            .zip(ways)
            .map(|(call, way)| way.unwrap_or_else(|| self.way_back(call, &answers)))
            .collect();
        drop(connection);
        for (mut call, way) in calls.into_iter().zip(ways) {
            match admit(&mut call) {
                Some(kept) => self.run(call, way, kept),
                None => {
                    status = StatusCode::TOO_MANY_REQUESTS;
                    self.finish(&call, answer::too_many_calls().into(), &way);
                }
            }
        }
        answers.one_less();
        status
    }

    /// The way back of a call that has begun.
    fn way_of(&self, serial: u64) -> Option<Arc<Way>> {
        lock(&self.running).get(&serial).map(|running| Arc::clone(&running.way))
    }

    /// The way back of a call that is about to begin.
    fn way_back(&self, call: &Call, answers: &Arc<Answers>) -> Arc<Way> {
        let way = Arc::new(Way { is_open: Mutex::new(true), answers: Arc::clone(answers) });
        let running = Running { task: None, way: Arc::clone(&way) };
        lock(&self.running).insert(call.serial(), running);
        way
    }

    /// Begins a call here, and leaves the rest to a task of its own if it does not end at once: a client that goes away
    /// does not cancel it.
    fn run<K: Send + 'static>(self: &Arc<Self>, call: Call, way: Arc<Way>, keep: K) {
        if !way.is_open() {
            return;
        }
        let serial = call.serial();
        let (server, outbox) = (self.server.clone(), Outbox::from(Arc::clone(&way)));
        let mut answering: Answering = Box::pin(async move {
            let outcome = server.call(&call, &outbox).await;
            (call, outcome)
        });
        // A task polls its future once more as soon as it is spawned: no wake-up is lost.
        if let Poll::Ready((call, outcome)) = answering.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        {
            self.finish(&call, outcome, &way);
            return;
        }
        let live = Arc::clone(self);
        let mut table = lock(&self.running);
        // It may have been cancelled meanwhile, by a request on another thread.
        let Some(running) = table.get_mut(&serial) else { return };
        let over = is_said(self.over.clone());
        let task = self.host.handle().spawn(async move {
            let _keep = keep;
            tokio::select! {
                (call, outcome) = answering => live.finish(&call, outcome, &way),
                () = over => {}
            }
        });
        running.task = Some(task.abort_handle());
    }

    fn finish(self: &Arc<Self>, call: &Call, outcome: Outcome, way: &Way) {
        let mut connection = self.connection();
        let had_questions = connection.has_questions();
        let actions = connection.finished(call, outcome);
        if connection.is_waiting(call.serial()) {
            // Pushed before anybody can answer.
            way.answers.push(actions);
            drop(connection);
            if !had_questions {
                questions::expire(&self.host, self, Self::expire);
            }
            return;
        }
        drop(connection);
        way.close();
        let is_running = lock(&self.running).remove(&call.serial()).is_some();
        way.answers.push(actions);
        if is_running {
            way.answers.one_less();
        }
    }

    /// Fails the calls whose clients have not answered in time what they were asked; tells whether others still wait.
    fn expire(self: &Arc<Self>) -> bool {
        let mut connection = self.connection();
        let mut failed = BTreeMap::new();
        for action in connection.expire() {
            if let Action::Tell(serial, message) = action
                && let Some(way) = self.way_of(serial)
            {
                way.answers.stream.push(&message);
                failed.insert(serial, way);
            }
        }
        for (serial, way) in failed {
            way.close();
            lock(&self.running).remove(&serial);
            way.answers.one_less();
        }
        connection.has_questions()
    }

    /// Cancels a call, and returns where its answer is missing: whoever calls this expects one less there.
    fn cancel(&self, serial: u64) -> Option<Arc<Answers>> {
        let running = lock(&self.running).remove(&serial)?;
        running.way.close();
        if let Some(task) = running.task {
            task.abort();
        }
        Some(Arc::clone(&running.way.answers))
    }

    /// A stream of this session that nothing has been said on yet.
    pub(super) fn stream(&self, kind: Kind, takes_events: bool) -> Arc<Stream> {
        Arc::new(Stream::new(kind, random(), self.comes_back, takes_events))
    }

    /// Keeps a stream, for a client that comes back to it; where there are too many, an old one goes.
    pub(super) fn keep(&self, stream: &Arc<Stream>) {
        let mut streams = lock(&self.streams);
        // One that owes an answer stays, whether or not its client is there: of those, there are no more than calls.
        let others = || streams.iter().enumerate().filter(|(_, stream)| !stream.owes_answer());
        if others().count() >= MOST_STREAMS {
            let place = others().find(|(_, stream)| !stream.is_attached()).or_else(|| others().next());
            if let Some(place) = place.map(|(place, _)| place) {
                streams.remove(place).end();
            }
        }
        streams.push(Arc::clone(stream));
    }

    /// The stream of an event.
    pub(super) fn find(&self, id: EventId) -> Option<Arc<Stream>> {
        let streams = lock(&self.streams);
        streams.iter().find(|stream| stream.number == id.stream && stream.kind == id.kind).cloned()
    }

    /// A stream for what the session is told without having asked.
    pub(super) fn standing(self: &Arc<Self>) -> Arc<Stream> {
        let stream = self.stream(Kind::Standing, true);
        self.keep(&stream);
        let mut listener = lock(&self.listener);
        if listener.is_none() {
            let weak = Arc::downgrade(self);
            *listener = Some(self.server.changes().listen(move |change| {
                if let Some(live) = weak.upgrade() {
                    live.tell(change);
                }
            }));
        }
        stream
    }

    /// Tells of a change, on one stream: one that is read, or else the newest.
    fn tell(&self, change: &Change) {
        let stream = {
            let streams = lock(&self.streams);
            let standing = || streams.iter().rev().filter(|stream| stream.kind == Kind::Standing);
            standing().find(|stream| stream.is_attached()).or_else(|| standing().next()).cloned()
        };
        let Some(stream) = stream else { return };
        let mut connection = self.connection();
        for action in connection.changed(change) {
            if let Action::Send(message) = action {
                stream.push_once(&message);
            }
        }
    }

    /// Ends the streams on which nobody waits for an answer: the process is about to end.
    pub(super) fn close_standing(&self) {
        let streams = lock(&self.streams);
        streams.iter().filter(|stream| stream.kind == Kind::Standing).for_each(|stream| stream.end());
    }

    /// Cancels what runs, and ends all streams.
    pub(super) fn end(&self) {
        let left: Vec<_> = lock(&self.running).keys().copied().collect();
        left.iter().filter_map(|serial| self.cancel(*serial)).for_each(|answers| answers.one_less());
        lock(&self.listener).take();
        lock(&self.streams).drain(..).for_each(|stream| stream.end());
    }

    pub(super) fn enter(&self, now: u64) {
        self.users.fetch_add(1, Ordering::AcqRel);
        self.used.fetch_max(now, Ordering::AcqRel);
    }

    /// One user less; says whether it was the last.
    pub(super) fn leave(&self) -> bool {
        let is_last = self.users.fetch_sub(1, Ordering::AcqRel) == 1;
        if is_last {
            *lock(&self.idle_since) = Instant::now();
        }
        is_last
    }

    pub(super) fn used(&self) -> u64 {
        self.used.load(Ordering::Acquire)
    }

    pub(super) fn is_idle(&self) -> bool {
        self.users.load(Ordering::Acquire) == 0
    }

    pub(super) fn idle_time(&self) -> Duration {
        lock(&self.idle_since).elapsed()
    }

    /// Whether nothing would be lost without it.
    pub(super) fn is_empty(&self) -> bool {
        lock(&self.streams).is_empty() && !self.connection().has_wishes()
    }

    /// Forgets streams to which nobody came back; says whether nothing would be lost without the rest.
    pub(super) fn tidy(&self) -> bool {
        lock(&self.streams).retain(|stream| !stream.is_abandoned(COMES_BACK.min(self.limits.session_idle)));
        self.is_empty()
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        lock(&self.connection)
    }
}

impl Way {
    fn close(&self) {
        *lock(&self.is_open) = false;
    }
}

impl Deliver for Way {
    fn deliver(&self, notification: Notification) {
        let is_open = lock(&self.is_open);
        // Held while pushing: after the call has ended, nothing more is sent for it.
        if *is_open {
            self.answers.stream.push(&notification.into());
        }
    }

    fn is_open(&self) -> bool {
        *lock(&self.is_open)
    }

    fn let_go(&self) {
        self.answers.stream.let_go();
    }
}

/// Takes a message of whom the request says who calls, and not the one that was first.
fn receive(
    connection: &mut Connection,
    caller: Caller,
    message: Result<Message, DecodeError>,
    stream: &Stream,
) -> Actions {
    connection.called_by(caller);
    connection.receive_beside(message, stream)
}

impl Beside for Stream {
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
