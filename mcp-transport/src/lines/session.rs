//! One client on one stream of lines: what the transports of lines have in common.

use std::collections::{HashMap, VecDeque};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use mcpwright_core::message::Decoder;
use mcpwright_core::{DecodeError, Message, Notification};
use mcpwright_server::{
    Action, Actions, Call, Caller, Connection, Deliver, NotificationSender, Outcome, Server,
};
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use crate::input_timeouts;
use crate::lines::line_decoder::Frame;
use crate::lines::reader_lease::ReaderLease;
use crate::lines::write_buffer::WriteBuffer;
use crate::runtime::{TokioRuntime, end_tasks};

/// One client on one stream of lines.
#[derive(Debug)]
pub(crate) struct LineSession {
    server: Server,
    host: TokioRuntime,
    /// The tasks of calls that have not been dropped yet, whether or not anybody waits for them.
    tasks: Arc<()>,
    /// How often something was read.
    reads: AtomicU64,
    /// The process is about to end: nothing new is begun.
    is_stopping: AtomicBool,
    connection: Mutex<Connection>,
    /// The calls that have been read and not begun.
    queue: Mutex<VecDeque<Call>>,
    /// There are changes of which the client has not been told yet.
    has_changes: AtomicBool,
    /// The calls that did not end at once, by their serials: a client may use an id again.
    running: Mutex<HashMap<u64, Running>>,
    pub(crate) output: WriteBuffer,
    /// What was read is being answered, and not all of it waits to be written yet.
    busy: AtomicUsize,
    /// A call has ended, or all that was read has been answered.
    ended: Notify,
}

#[derive(Debug)]
struct Running {
    task: AbortHandle,
    gate: Arc<Gate>,
}

/// Lets a call's notifications through until the call has ended.
#[derive(Debug)]
struct Gate {
    is_open: Mutex<bool>,
    pipe: Arc<LineSession>,
}

type Answering = Pin<Box<dyn Future<Output = (Call, Outcome)> + Send>>;

impl LineSession {
    /// A pipe on which nothing has been said yet.
    pub(crate) fn new(server: Server, host: &TokioRuntime) -> Arc<Self> {
        let server = server.with_runtime(Arc::new(host.clone()));
        let pipe = Arc::new(Self {
            connection: Mutex::new(server.connect(Caller::anonymous())),
            host: host.clone(),
            tasks: Arc::default(),
            reads: AtomicU64::new(0),
            is_stopping: AtomicBool::new(false),
            queue: Mutex::default(),
            has_changes: AtomicBool::new(false),
            running: Mutex::default(),
            output: WriteBuffer::default(),
            busy: AtomicUsize::new(0),
            ended: Notify::new(),
            server,
        });
        let weak = Arc::downgrade(&pipe);
        let listened = pipe.connection().listen(move || {
            // Whoever writes takes them, as soon as the client reads: nobody waits for that here.
            if let Some(pipe) = weak.upgrade() {
                pipe.has_changes.store(true, Ordering::SeqCst);
                pipe.output.wake();
            }
        });
        debug_assert!(listened.is_ok(), "there is no session yet");
        pipe
    }

    /// Takes what was cut off. What is said at once waits to be written then, but nobody has been woken to write it.
    pub(crate) fn take(self: &Arc<Self>, frame: &Frame<'_>, decoder: &mut Decoder) {
        self.receive(match frame {
            Frame::Line(line) => decoder.decode(line),
            Frame::TooLong => Err(DecodeError::too_long()),
        });
    }

    /// Takes the last line, which has no end: half a message is nothing, and nobody is told of it.
    pub(crate) fn take_last(self: &Arc<Self>, frame: &Frame<'_>, decoder: &mut Decoder) {
        if let Frame::Line(line) = frame
            && let Ok(message) = decoder.decode(line)
        {
            self.receive(Ok(message));
        }
    }

    fn receive(self: &Arc<Self>, message: Result<Message, DecodeError>) {
        if self.is_stopping.load(Ordering::Acquire) {
            return;
        }
        let rest = self.say(|connection| connection.receive(message));
        for action in rest {
            match action {
                Action::Run(call) => lock(&self.queue).push_back(call),
                Action::Cancel(serial, _) => {
                    lock(&self.queue).retain(|call| call.serial() != serial);
                    self.cancel(serial);
                }
                Action::Send(_) | Action::Tell(..) => {}
            }
        }
    }

    /// Begins what has been read, until another thread takes over.
    pub(crate) fn begin(self: &Arc<Self>, turn: &ReaderLease) {
        // The queue is free again before a call begins.
        let next = || lock(&self.queue).pop_front();
        while let Some(call) = next() {
            turn.lend(|| self.run(call));
            if turn.is_over() {
                // Whoever has taken over may be waiting for the client, and not about to write.
                self.output.wake();
                return;
            }
        }
    }

    /// Leaves what has been read and not begun to the runtime: the thread that was to begin it is kept by a handler.
    pub(crate) fn leave_to_runtime(self: &Arc<Self>) {
        let calls = std::mem::take(&mut *lock(&self.queue));
        for call in calls {
            self.spawn(FirstPoll::new(self, call));
        }
    }

    /// Says what the connection wants said, and returns what else is to be done.
    ///
    /// The connection is held meanwhile, so that things are said in the order in which they happened to it: a change
    /// cannot overtake the acknowledgement of the subscription that it is told to.
    fn say(&self, decide: impl FnOnce(&mut Connection) -> Actions) -> Actions {
        let mut connection = self.connection();
        let actions = decide(&mut connection);
        let unsaid = |action| match action {
            Action::Send(message) | Action::Tell(_, message) => {
                self.output.append(|lines| message.encode(lines));
                None
            }
            Action::Cancel(id, Some(others)) => {
                self.output.append(|lines| others.encode(lines));
                Some(Action::Cancel(id, None))
            }
            other => Some(other),
        };
        actions.into_iter().filter_map(unsaid).collect()
    }

    /// Tells of what has changed, once all else has been written; says whether there was anything to tell of.
    pub(crate) fn tell_changes(&self) -> bool {
        if !self.output.has_room() || !self.has_changes.swap(false, Ordering::SeqCst) {
            return false;
        }
        self.say(Connection::changes);
        true
    }

    /// Says whether what was read is still being answered.
    pub(crate) fn busy(&self, is_busy: bool) {
        self.reads.fetch_add(1, Ordering::Relaxed);
        if is_busy {
            self.busy.fetch_add(1, Ordering::AcqRel);
        } else {
            self.busy.fetch_sub(1, Ordering::AcqRel);
            self.ended.notify_waiters();
        }
    }

    /// The runtime of the handlers, for the threads that are not its own.
    pub(crate) fn runtime(&self) -> &Handle {
        self.host.handle()
    }

    /// Begins a call here, and leaves the rest to the runtime if it does not end at once.
    fn run(self: &Arc<Self>, call: Call) {
        let mut begun = FirstPoll::new(self, call);
        // A task polls its future once more as soon as it is spawned: no wake-up is lost.
        let poll = begun.answering.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        match poll {
            Poll::Ready((call, outcome)) => self.finish(&call, outcome, &begun.gate),
            Poll::Pending => self.spawn(begun),
        }
    }

    fn spawn(self: &Arc<Self>, begun: FirstPoll) {
        let FirstPoll { serial, gate, answering } = begun;
        let (pipe, its_gate) = (Arc::clone(self), Arc::clone(&gate));
        // The lock is held until the call is in the map, so that it does not end before.
        let mut running = lock(&self.running);
        let alive = Arc::clone(&self.tasks);
        let task = self.host.handle().spawn(async move {
            let _alive = alive;
            let (call, outcome) = answering.await;
            pipe.finish(&call, outcome, &its_gate);
            pipe.output.wake();
            pipe.forget(&call, &its_gate);
        });
        running.insert(serial, Running { task: task.abort_handle(), gate });
    }

    fn finish(self: &Arc<Self>, call: &Call, outcome: Outcome, gate: &Gate) {
        gate.close();
        let mut should_start_timer = false;
        self.say(|connection| {
            let actions = connection.finished(call, outcome);
            should_start_timer = connection.should_start_timer();
            actions
        });
        if should_start_timer {
            input_timeouts::expire(&self.host, self, |pipe| {
                let mut is_left = false;
                pipe.say(|connection| {
                    let actions = connection.expire();
                    is_left = connection.has_questions();
                    actions
                });
                pipe.output.wake();
                is_left
            });
        }
    }

    /// Takes a call off the list of those that run, once its answer waits to be written. One that has asked may have been
    /// answered and run again meanwhile.
    fn forget(&self, call: &Call, gate: &Arc<Gate>) {
        let mut running = lock(&self.running);
        if running.get(&call.serial()).is_some_and(|running| Arc::ptr_eq(&running.gate, gate)) {
            running.remove(&call.serial());
        }
        drop(running);
        self.ended.notify_waiters();
    }

    fn cancel(&self, serial: u64) {
        let running = lock(&self.running).remove(&serial);
        if let Some(running) = running {
            running.gate.close();
            running.task.abort();
        }
        self.ended.notify_waiters();
    }

    /// Lets what runs finish for this long, cancels the rest, and ends the output. Tells whether all had finished.
    pub(crate) async fn drain(&self, time: Duration) -> bool {
        let finished = tokio::time::timeout(time, self.idle()).await.is_ok();
        let left = self.cancel_all();
        if left > 0 {
            tracing::warn!(calls = left, ?time, "calls that did not end in time are cancelled");
        }
        self.say(Connection::close);
        self.output.close();
        finished
    }

    /// Cancels what runs, and tells how much that was.
    pub(crate) fn cancel_all(&self) -> usize {
        let left: Vec<_> = lock(&self.running).keys().copied().collect();
        left.iter().for_each(|serial| self.cancel(*serial));
        left.len()
    }

    /// Cancels the tasks that still run: nobody is left who would ask for them here.
    pub(crate) async fn end_tasks(&self) {
        end_tasks(&self.server).await;
    }

    /// Begins nothing new.
    pub(crate) fn stop(&self) {
        self.is_stopping.store(true, Ordering::Release);
    }

    /// A number that is another one whenever something was read, or answered after it was read.
    pub(crate) fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    /// Whether a handler still runs, though perhaps nobody waits for it: a runtime would wait for it to end.
    pub(crate) fn has_work(&self) -> bool {
        Arc::strong_count(&self.tasks) > 1 || self.host.is_busy() || self.busy.load(Ordering::Acquire) > 0
    }

    async fn idle(&self) {
        loop {
            let ended = self.ended.notified();
            if self.busy.load(Ordering::Acquire) == 0
                && lock(&self.running).is_empty()
                && self.connection().is_idle()
            {
                return;
            }
            ended.await;
        }
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        lock(&self.connection)
    }
}

impl Gate {
    fn close(&self) {
        *lock(&self.is_open) = false;
    }
}

impl Deliver for Gate {
    fn deliver(&self, notification: Notification) {
        let is_open = lock(&self.is_open);
        // Held while pushing: after the call has ended, nothing more is sent for it.
        if *is_open && self.pipe.output.has_room() {
            self.pipe.output.append(|line| notification.encode(line));
            self.pipe.output.wake();
        }
    }

    fn is_open(&self) -> bool {
        *lock(&self.is_open)
    }
}

/// A call about to be answered.
struct FirstPoll {
    serial: u64,
    gate: Arc<Gate>,
    answering: Answering,
}

impl FirstPoll {
    fn new(pipe: &Arc<LineSession>, call: Call) -> Self {
        let gate = Arc::new(Gate { is_open: Mutex::new(true), pipe: Arc::clone(pipe) });
        let serial = call.serial();
        let answering = answer(Arc::clone(pipe), call, Arc::clone(&gate).into());
        Self { serial, gate, answering }
    }
}

/// Answers a call, and returns it with the outcome.
fn answer(pipe: Arc<LineSession>, call: Call, outbox: NotificationSender) -> Answering {
    Box::pin(async move {
        let outcome = pipe.server.call(&call, &outbox).await;
        (call, outcome)
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
