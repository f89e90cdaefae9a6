//! A stream of messages to a legacy client, which can reconnect and resume it.
//!
//! See [resumability](https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#resumability-and-redelivery).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures::task::AtomicWaker;
use mcpwright_core::Message;
use mcpwright_server::{Action, Actions};

use crate::http::legacy::event_id::{EventId, StreamKind};
use crate::http::legacy::replay_buffer::ReplayBuffer;
use crate::sync::lock;

/// A stream of messages to a client.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) kind: StreamKind,
    pub(crate) number: u64,
    /// The client supports priming events and connections that close before their stream ends.
    pub(super) is_resumable: bool,
    pub(crate) accepts_events: bool,
    /// The number of missing answers, plus one until all calls of the message are registered.
    missing: AtomicUsize,
    state: Mutex<StreamState>,
    waker: AtomicWaker,
}

#[derive(Debug)]
pub(super) struct StreamState {
    pub(super) buffer: ReplayBuffer,
    /// The number of the current attachment. Each reconnect increments it, so that the earlier attachment ends.
    pub(super) attachment: u64,
    pub(super) is_attached: bool,
    /// More messages follow.
    pub(super) is_open: bool,
    /// The connection closes, and the stream continues.
    pub(super) is_detached: bool,
    /// The time at which the stream ended or was detached.
    pub(super) changed: Instant,
}

/// The shape of the answer to a request.
pub(crate) enum FirstReply {
    /// One message, and nothing follows.
    Whole(Vec<u8>),
    /// An event stream.
    Events,
    /// No message: the call was cancelled.
    Nothing,
}

impl Stream {
    pub(crate) fn new(kind: StreamKind, number: u64, is_resumable: bool, accepts_events: bool) -> Self {
        let state = StreamState {
            buffer: ReplayBuffer::default(),
            attachment: 0,
            is_attached: false,
            is_open: true,
            is_detached: false,
            changed: Instant::now(),
        };
        let (missing, state, waker) = (AtomicUsize::new(1), Mutex::new(state), AtomicWaker::new());
        Self { kind, number, is_resumable, accepts_events, missing, state, waker }
    }

    /// Increments the number of missing answers.
    pub(crate) fn expect_answer(&self) {
        self.missing.fetch_add(1, Ordering::AcqRel);
    }

    /// Decrements the number of missing answers. At zero, the stream ends.
    pub(crate) fn answer_done(&self) {
        if self.missing.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.end();
        }
    }

    /// Adds a message. A notification is dropped if the client accepts none or does not keep up.
    pub(crate) fn push(&self, message: &Message) {
        let is_notification = matches!(message, Message::Notification(_));
        let mut state = self.state();
        if is_notification && !(self.accepts_events && state.is_open && state.buffer.has_room()) {
            return;
        }
        state.buffer.push(message);
        drop(state);
        self.wake();
    }

    /// Adds changes. They are taken only when they can be sent, so none is dropped, even if the stream ends meanwhile, and no
    /// more are pending than the client subscribed to. Returns `true` if there were any.
    pub(crate) fn push_changes(&self, changes: Actions) -> bool {
        let mut state = self.state();
        let mut are_any = false;
        for action in changes {
            if let Action::Send(message) = action {
                state.buffer.push(&message);
                are_any = true;
            }
        }
        drop(state);
        if are_any {
            // Another attachment may have started to send.
            self.wake();
        }
        are_any
    }

    /// Wakes the attachment that sends.
    pub(crate) fn wake(&self) {
        self.waker.wake();
    }

    /// Registers the waker of the attachment that sends.
    pub(super) fn register(&self, context: &Context<'_>) {
        self.waker.register(context.waker());
    }

    /// Ends the stream: no message follows.
    pub(crate) fn end(&self) {
        let mut state = self.state();
        state.is_open = false;
        state.changed = Instant::now();
        drop(state);
        self.wake();
    }

    /// Closes the connection, if the client supports reconnecting.
    pub(crate) fn close_connection(&self) {
        if self.is_resumable && self.accepts_events {
            self.state().is_detached = true;
            self.wake();
        }
    }

    /// Polls for the shape of the answer.
    pub(crate) fn poll_first(&self, context: &Context<'_>) -> Poll<FirstReply> {
        self.register(context);
        let mut state = self.state();
        if !state.is_open {
            if let Some(answer) = state.buffer.take_single_answer() {
                return Poll::Ready(FirstReply::Whole(answer));
            }
            let is_empty = state.buffer.is_empty();
            return Poll::Ready(if is_empty { FirstReply::Nothing } else { FirstReply::Events });
        }
        let is_stream = state.is_detached || state.buffer.has_other_than_answers();
        if is_stream { Poll::Ready(FirstReply::Events) } else { Poll::Pending }
    }

    /// Returns `true` if nothing follows this event: the stream ended with it, or its call was cancelled.
    pub(crate) fn is_over(&self, after: EventId) -> bool {
        let state = self.state();
        !state.is_open && after.message >= state.buffer.last()
    }

    /// Returns `true` if the client waits for an answer.
    pub(crate) fn has_missing_answer(&self) -> bool {
        self.kind == StreamKind::Answer && self.state().is_open
    }

    /// Returns `true` if a connection sends the stream.
    pub(crate) fn is_attached(&self) -> bool {
        self.state().is_attached
    }

    /// Returns `true` if the stream has been without a connection for too long.
    pub(crate) fn is_abandoned(&self, timeout: Duration) -> bool {
        let state = self.state();
        !state.is_attached
            && (self.kind == StreamKind::Standalone || !state.is_open)
            && state.changed.elapsed() > timeout
    }

    /// Returns the id of a message.
    pub(super) fn event_id(&self, message: u64) -> EventId {
        EventId { kind: self.kind, stream: self.number, message }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, StreamState> {
        lock(&self.state)
    }
}
