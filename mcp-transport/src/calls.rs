//! The life of a call on a transport, from its first poll to its answer.
//!
//! ```text
//! Run ─► registered ─► first poll ─► answered                     most calls
//!                          └─► task ─► answered
//!                                └─► waiting (input requests) ─► Run again, with the same gate
//!            any of these ─► cancelled
//! ```
//!
//! Lock order: the connection, then the table of calls, then a gate, then what the gate's sink locks.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::task::{Context, Waker};
use std::time::Duration;

use futures::future::BoxFuture;
use mcpwright_core::{Message, Notification};
use mcpwright_server::{Action, Call, CallId, Connection, Deliver, NotificationSender, Outcome, Server};
use smallvec::SmallVec;
use tokio::task::AbortHandle;

use crate::runtime::TokioRuntime;
use crate::sync::lock;

/// Interval at which input requests are checked for their timeout.
const EXPIRY_INTERVAL: Duration = Duration::from_secs(1);

/// The destination of a call's notifications.
pub(crate) trait CallSink: Send + Sync + 'static {
    /// Sends a notification, or drops it if the client does not keep up.
    fn notify(&self, notification: Notification);

    /// Closes the stream on which the client waits; the client reconnects for the rest.
    fn close_stream(&self) {}
}

/// Passes the notifications of a call to their sink until the call has ended.
#[derive(Debug)]
pub(crate) struct CallGate<S> {
    is_open: Mutex<bool>,
    sink: S,
}

impl<S: CallSink> CallGate<S> {
    pub(crate) fn new(sink: S) -> Arc<Self> {
        Arc::new(Self { is_open: Mutex::new(true), sink })
    }

    pub(crate) fn sink(&self) -> &S {
        &self.sink
    }

    /// Drops every later notification.
    pub(crate) fn close(&self) {
        *lock(&self.is_open) = false;
    }

    pub(crate) fn is_open(&self) -> bool {
        *lock(&self.is_open)
    }
}

impl<S: CallSink> Deliver for CallGate<S> {
    fn deliver(&self, notification: Notification) {
        let is_open = lock(&self.is_open);
        // Held while sending: after the call has ended, nothing more is sent for it.
        if *is_open {
            self.sink.notify(notification);
        }
    }

    fn is_open(&self) -> bool {
        Self::is_open(self)
    }

    fn close_stream(&self) {
        self.sink.close_stream();
    }
}

/// The calls of one connection that run or wait for the client.
pub(crate) struct Calls<S>(Mutex<SmallVec<[Entry<S>; 1]>>);

struct Entry<S> {
    id: CallId,
    gate: Arc<CallGate<S>>,
    /// The task that runs the call, unless it is polled for the first time or waits.
    task: Option<AbortHandle>,
}

/// A call that is registered and has not been polled yet.
#[derive(Debug)]
pub(crate) struct PendingCall<S> {
    pub(crate) call: Call,
    pub(crate) gate: Arc<CallGate<S>>,
}

impl<S: CallSink> Calls<S> {
    /// Registers a call that is about to run for the first time.
    pub(crate) fn register(&self, call: Call, sink: S) -> PendingCall<S> {
        let gate = CallGate::new(sink);
        lock(&self.0).push(Entry { id: call.call_id(), gate: Arc::clone(&gate), task: None });
        PendingCall { call, gate }
    }

    /// Registers a call that is about to run, unless it has waited: then it keeps its gate.
    pub(crate) fn register_or_resume(&self, call: Call, sink: impl FnOnce() -> S) -> PendingCall<S> {
        match self.gate(call.call_id()) {
            Some(gate) => PendingCall { call, gate },
            None => self.register(call, sink()),
        }
    }

    /// Returns the gate of a call.
    pub(crate) fn gate(&self, id: CallId) -> Option<Arc<CallGate<S>>> {
        lock(&self.0).iter().find(|entry| entry.id == id).map(|entry| Arc::clone(&entry.gate))
    }

    /// Cancels a call. Returns its gate if it was registered.
    pub(crate) fn cancel(&self, id: CallId) -> Option<Arc<CallGate<S>>> {
        self.remove(id).map(Entry::cancel)
    }

    /// Cancels all calls. Returns their gates, and the number of calls that ran.
    pub(crate) fn cancel_all(&self) -> (Vec<Arc<CallGate<S>>>, usize) {
        let entries = std::mem::take(&mut *lock(&self.0));
        let running = entries.iter().filter(|entry| entry.task.is_some()).count();
        (entries.into_iter().map(Entry::cancel).collect(), running)
    }

    fn remove(&self, id: CallId) -> Option<Entry<S>> {
        let mut entries = lock(&self.0);
        // The call that ends is usually the one that was registered first, so the order is kept.
        let index = entries.iter().position(|entry| entry.id == id)?;
        Some(entries.remove(index))
    }

    /// Returns `true` if the task of a call ran it until now.
    fn suspend(&self, id: CallId) -> bool {
        let mut entries = lock(&self.0);
        entries.iter_mut().find(|entry| entry.id == id).is_some_and(|entry| entry.task.take().is_some())
    }
}

impl<S: CallSink> Entry<S> {
    fn cancel(self) -> Arc<CallGate<S>> {
        self.gate.close();
        if let Some(task) = self.task {
            task.abort();
        }
        self.gate
    }
}

impl<S> Default for Calls<S> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<S> fmt::Debug for Calls<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Calls({})", lock(&self.0).len())
    }
}

/// The transport's end of a connection, which owns the calls on it.
pub(crate) trait CallOwner: Send + Sync + Sized + 'static {
    type Sink: CallSink;

    fn server(&self) -> &Server;
    fn runtime(&self) -> &TokioRuntime;
    fn connection(&self) -> MutexGuard<'_, Connection>;
    fn calls(&self) -> &Calls<Self::Sink>;

    /// Sends a message to where the answer of a call goes. The connection is locked.
    fn send(&self, sink: &Self::Sink, message: &Message);

    /// Returns a future that is ready when the tasks of calls must end.
    fn shutdown(&self) -> BoxFuture<'static, ()>;

    /// Called after the last message of a call, or after its input requests if it waits. The connection is not locked.
    fn call_left(&self, sink: &Self::Sink, left: Left);
}

/// The way in which a call left its thread.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    /// The call ended; otherwise it waits for the client.
    pub(crate) has_ended: bool,
    /// A task of its own ran the call; otherwise it ended at its first poll.
    pub(crate) in_task: bool,
}

/// Polls a call once, and leaves the rest to a task if it does not end at once. The task holds what `guard` returns.
pub(crate) fn start<O: CallOwner, G: Send + 'static>(
    owner: &Arc<O>,
    call: PendingCall<O::Sink>,
    guard: impl FnOnce() -> G,
) {
    let id = call.call.call_id();
    let mut answering = answer(Arc::clone(owner), call);
    // A task polls its future as soon as it is spawned: no wake-up is lost.
    if answering.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
        spawn_answering(owner, id, answering, guard());
    }
}

/// Runs a call in a task from its first poll on. The task holds `guard`.
pub(crate) fn spawn<O: CallOwner>(owner: &Arc<O>, call: PendingCall<O::Sink>, guard: impl Send + 'static) {
    let id = call.call.call_id();
    spawn_answering(owner, id, answer(Arc::clone(owner), call), guard);
}

fn spawn_answering<O: CallOwner>(
    owner: &Arc<O>,
    id: CallId,
    answering: BoxFuture<'static, ()>,
    guard: impl Send + 'static,
) {
    // Locked until the task is in the table: a call that ends takes itself out of it.
    let mut entries = lock(&owner.calls().0);
    // Another thread may have cancelled the call meanwhile.
    let Some(entry) = entries.iter_mut().find(|entry| entry.id == id) else { return };
    let shutdown = owner.shutdown();
    let task = owner.runtime().handle().spawn(async move {
        let _guard = guard;
        tokio::select! {
            () = answering => {}
            () = shutdown => {}
        }
    });
    entry.task = Some(task.abort_handle());
}

fn answer<O: CallOwner>(owner: Arc<O>, call: PendingCall<O::Sink>) -> BoxFuture<'static, ()> {
    let PendingCall { call, gate } = call;
    Box::pin(async move {
        let notifications = NotificationSender::from(Arc::clone(&gate));
        let outcome = owner.server().call(&call, &notifications).await;
        finish(&owner, &call, outcome, &gate);
    })
}

/// Sends the answer to a call, or its input requests.
pub(crate) fn finish<O: CallOwner>(owner: &Arc<O>, call: &Call, outcome: Outcome, gate: &CallGate<O::Sink>) {
    let id = call.call_id();
    let mut connection = owner.connection();
    let actions = connection.finished(call, outcome);
    let has_ended = !connection.is_waiting(id);
    let (in_task, was_registered) = if has_ended {
        gate.close();
        let entry = owner.calls().remove(id);
        (entry.as_ref().is_some_and(|entry| entry.task.is_some()), entry.is_some())
    } else {
        (owner.calls().suspend(id), true)
    };
    // The connection is locked until the messages are sent: nothing that happens to it later overtakes them, and the
    // client may respond to an input request at once.
    for action in actions {
        if let Action::Send(message) = action {
            owner.send(gate.sink(), &message);
        }
    }
    let starts_timer = connection.should_start_timer();
    drop(connection);
    if was_registered {
        owner.call_left(gate.sink(), Left { has_ended, in_task });
    }
    if starts_timer {
        expire_periodically(owner);
    }
}

/// Fails the calls whose client does not respond in time, until none waits or the owner is dropped.
fn expire_periodically<O: CallOwner>(owner: &Arc<O>) {
    let weak: Weak<O> = Arc::downgrade(owner);
    owner.runtime().handle().spawn(async move {
        loop {
            tokio::time::sleep(EXPIRY_INTERVAL).await;
            match weak.upgrade() {
                Some(owner) if expire(&*owner) => {}
                _ => return,
            }
        }
    });
}

/// Returns `true` if calls still wait.
fn expire<O: CallOwner>(owner: &O) -> bool {
    let mut connection = owner.connection();
    let mut failed: Vec<(CallId, Arc<CallGate<O::Sink>>)> = Vec::new();
    for action in connection.expire() {
        if let Action::SendFor { call, message } = action
            && let Some(gate) = owner.calls().gate(call)
        {
            owner.send(gate.sink(), &message);
            if failed.last().is_none_or(|(last, _)| *last != call) {
                failed.push((call, gate));
            }
        }
    }
    let calls_wait = connection.has_waiting_calls();
    drop(connection);
    for (call, gate) in failed {
        gate.close();
        if owner.calls().remove(call).is_some() {
            owner.call_left(gate.sink(), Left { has_ended: true, in_task: true });
        }
    }
    calls_wait
}
