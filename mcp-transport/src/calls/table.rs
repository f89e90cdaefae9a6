//! The table of the calls of one connection.

use std::fmt;
use std::sync::{Arc, Mutex};

use mcpwright_server::{Call, CallId};
use smallvec::SmallVec;
use tokio::task::AbortHandle;

use crate::calls::gate::{CallGate, CallSink};
use crate::sync::lock;

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

    /// Removes a call that has ended. Returns `None` if it was not registered, and otherwise `true` if a task ran it.
    pub(super) fn end(&self, id: CallId) -> Option<bool> {
        self.remove(id).map(|entry| entry.task.is_some())
    }

    /// Spawns the task of a call with `spawn`, unless another thread has cancelled the call.
    pub(super) fn register_task(&self, id: CallId, spawn: impl FnOnce() -> AbortHandle) {
        // Locked until the task is in the table: a call that ends removes itself.
        let mut entries = lock(&self.0);
        if let Some(entry) = entries.iter_mut().find(|entry| entry.id == id) {
            entry.task = Some(spawn());
        }
    }

    /// Marks a call as waiting. Returns `true` if a task ran it until now.
    pub(super) fn suspend(&self, id: CallId) -> bool {
        let mut entries = lock(&self.0);
        entries.iter_mut().find(|entry| entry.id == id).is_some_and(|entry| entry.task.take().is_some())
    }

    fn remove(&self, id: CallId) -> Option<Entry<S>> {
        let mut entries = lock(&self.0);
        // The call that ends is usually the one that was registered first, so the order is kept.
        let index = entries.iter().position(|entry| entry.id == id)?;
        Some(entries.remove(index))
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
