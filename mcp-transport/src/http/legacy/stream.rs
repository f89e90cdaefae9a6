//! A stream of messages to a legacy client, which can reconnect and resume it.
//!
//! See [resumability](https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#resumability-and-redelivery).

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::task::AtomicWaker;
use mcpwright_core::Message;
use mcpwright_server::{Action, Actions};

use crate::http::edge::answer::encoded;
use crate::http::edge::body::Events;
use crate::http::modern::exchange::MAX_PENDING_NOTIFICATIONS;
use crate::http::sse;
use crate::http::sse::{COMMENT, KeepAlive};

/// Maximum number of sent messages that are retained for replay, and of their bytes.
const MAX_RETAINED: (usize, usize) = (1000, 1 << 20);

/// Maximum number of bytes that are retained of a stream that has ended: its client may have lost the last messages.
const MAX_RETAINED_AFTER_END: usize = 64 << 10;

/// The purpose of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The answer to one request, or to a batch.
    Answer,
    /// Messages that answer no request.
    Standalone,
}

/// A stream of messages to a client.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) kind: Kind,
    pub(crate) number: u64,
    /// The client knows events without a message, and connections that close before their stream ends.
    is_resumable: bool,
    pub(crate) takes_events: bool,
    /// The number of missing answers, plus one while more may be expected.
    missing: AtomicUsize,
    state: Mutex<StreamState>,
    waker: AtomicWaker,
}

#[derive(Debug)]
struct StreamState {
    /// The messages that are retained; `first` is the number of the first.
    retained: VecDeque<RetainedMessage>,
    first: u64,
    bytes: usize,
    /// The number of the last message that was sent.
    sent: u64,
    /// The attachment that sends: a reconnect takes over from the lost connection.
    turn: u64,
    is_attached: bool,
    /// More messages follow.
    is_open: bool,
    /// The connection closes, and the stream continues.
    is_detached: bool,
    changed: Instant,
}

#[derive(Debug)]
struct RetainedMessage {
    message: Vec<u8>,
    is_answer: bool,
}

/// The id of an event, from which a client can resume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EventId {
    pub(crate) kind: Kind,
    pub(crate) stream: u64,
    message: u64,
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.kind == Kind::Answer { 'a' } else { 's' };
        write!(f, "{kind}{:016x}-{}", self.stream, self.message)
    }
}

impl EventId {
    /// Parses an id. Returns `None` for any other text.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_at_checked(1)?;
        let kind = match kind {
            "a" => Kind::Answer,
            "s" => Kind::Standalone,
            _ => return None,
        };
        let (stream, message) = rest.split_once('-')?;
        let is_canonical = stream.len() == 16 && message.bytes().all(|byte| byte.is_ascii_digit());
        let stream = u64::from_str_radix(stream, 16).ok().filter(|_| is_canonical)?;
        Some(Self { kind, stream, message: message.parse().ok()? })
    }
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
    pub(crate) fn new(kind: Kind, number: u64, is_resumable: bool, takes_events: bool) -> Self {
        let state = StreamState {
            retained: VecDeque::new(),
            first: 1,
            bytes: 0,
            sent: 0,
            turn: 0,
            is_attached: false,
            is_open: true,
            is_detached: false,
            changed: Instant::now(),
        };
        let (missing, state, waker) = (AtomicUsize::new(1), Mutex::new(state), AtomicWaker::new());
        Self { kind, number, is_resumable, takes_events, missing, state, waker }
    }

    /// Expects one more answer.
    pub(crate) fn expect_answer(&self) {
        self.missing.fetch_add(1, Ordering::AcqRel);
    }

    /// Expects one answer less, or no further ones. When none is missing, the stream ends.
    pub(crate) fn answer_done(&self) {
        if self.missing.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.end();
        }
    }

    /// Adds a message. A notification is dropped if the client accepts none or does not keep up.
    pub(crate) fn push(&self, message: &Message) {
        let is_notification = matches!(message, Message::Notification(_));
        let mut state = self.state();
        if is_notification && !(self.takes_events && state.is_open && state.has_room()) {
            return;
        }
        state.retain(message);
        drop(state);
        self.waker.wake();
    }

    /// Adds changes. They are taken only when they can be sent, so none is dropped, even if the stream ends meanwhile, and no
    /// more are pending than the client subscribed to. Returns `true` if there were any.
    pub(crate) fn push_changes(&self, changes: Actions) -> bool {
        let mut state = self.state();
        let mut are_any = false;
        for action in changes {
            if let Action::Send(message) = action {
                state.retain(&message);
                are_any = true;
            }
        }
        drop(state);
        if are_any {
            // Another attachment may have started to send.
            self.waker.wake();
        }
        are_any
    }

    /// Wakes the attachment that sends.
    pub(crate) fn wake(&self) {
        self.waker.wake();
    }

    /// Ends the stream: no message follows.
    pub(crate) fn end(&self) {
        let mut state = self.state();
        state.is_open = false;
        state.changed = Instant::now();
        drop(state);
        self.waker.wake();
    }

    /// Closes the connection, if the client knows to reconnect.
    pub(crate) fn close_connection(&self) {
        if self.is_resumable && self.takes_events {
            self.state().is_detached = true;
            self.waker.wake();
        }
    }

    /// Polls for the shape of the answer.
    pub(crate) fn poll_first(&self, context: &Context<'_>) -> Poll<FirstReply> {
        self.waker.register(context.waker());
        let mut state = self.state();
        let has_one_answer = state.retained.len() == 1 && state.retained[0].is_answer;
        if !state.is_open && has_one_answer && state.first == 1 {
            state.bytes = 0;
            return Poll::Ready(
                state
                    .retained
                    .pop_front()
                    .map_or(FirstReply::Nothing, |retained| FirstReply::Whole(retained.message)),
            );
        }
        if !state.is_open && state.retained.is_empty() {
            return Poll::Ready(FirstReply::Nothing);
        }
        let is_stream =
            state.retained.iter().any(|retained| !retained.is_answer) || state.is_detached || !state.is_open;
        if is_stream { Poll::Ready(FirstReply::Events) } else { Poll::Pending }
    }

    /// Attaches the stream to a connection, which sends it from now on.
    pub(crate) fn attach<S: Send>(
        self: &Arc<Self>,
        after: Option<EventId>,
        keep_alive: Duration,
        session: S,
    ) -> Attached<S> {
        let mut state = self.state();
        state.turn += 1;
        state.is_attached = true;
        state.is_detached &= after.is_none();
        if let Some(after) = after {
            state.sent = after.message.min(state.last());
        }
        let turn = state.turn;
        drop(state);
        self.waker.wake();
        let is_new = after.is_none();
        Attached {
            stream: Arc::clone(self),
            turn,
            is_primed: !(is_new && self.is_resumable),
            is_greeted: false,
            keep_alive: KeepAlive::new(keep_alive),
            _session: session,
        }
    }

    /// Returns `true` if nothing follows this event: the stream ended with it, or its call was cancelled.
    pub(crate) fn is_over(&self, after: EventId) -> bool {
        let state = self.state();
        !state.is_open && after.message >= state.last()
    }

    /// Returns `true` if the client still waits for an answer.
    pub(crate) fn owes_answer(&self) -> bool {
        self.kind == Kind::Answer && self.state().is_open
    }

    /// Returns `true` if a connection sends the stream.
    pub(crate) fn is_attached(&self) -> bool {
        self.state().is_attached
    }

    /// Returns `true` if the stream has been without a connection for too long.
    pub(crate) fn is_abandoned(&self, time: Duration) -> bool {
        let state = self.state();
        !state.is_attached
            && (self.kind == Kind::Standalone || !state.is_open)
            && state.changed.elapsed() > time
    }

    fn id(&self, message: u64) -> EventId {
        EventId { kind: self.kind, stream: self.number, message }
    }

    fn state(&self) -> MutexGuard<'_, StreamState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StreamState {
    fn last(&self) -> u64 {
        self.first + self.retained.len() as u64 - 1
    }

    /// Returns the number of retained messages that have been sent.
    fn sent_here(&self) -> usize {
        usize::try_from((self.sent + 1).saturating_sub(self.first))
            .unwrap_or(usize::MAX)
            .min(self.retained.len())
    }

    fn waiting(&self) -> impl Iterator<Item = &RetainedMessage> {
        self.retained.range(self.sent_here()..)
    }

    fn has_room(&self) -> bool {
        let bytes: usize = self.waiting().map(|retained| retained.message.len()).sum();
        self.waiting().count() < MAX_PENDING_NOTIFICATIONS.0 && bytes < MAX_PENDING_NOTIFICATIONS.1
    }

    fn retain(&mut self, message: &Message) {
        let bytes = encoded(message);
        self.bytes += bytes.len();
        let is_answer = matches!(message, Message::Response(_) | Message::Batch(_));
        self.retained.push_back(RetainedMessage { message: bytes, is_answer });
        self.forget();
    }

    /// Drops the oldest sent messages.
    fn forget(&mut self) {
        self.retain_at_most(MAX_RETAINED);
    }

    /// Drops more of a stream that has ended.
    fn shrink(&mut self) {
        if !self.is_open {
            self.retain_at_most((MAX_RETAINED.0, MAX_RETAINED_AFTER_END));
        }
    }

    fn retain_at_most(&mut self, (messages, bytes): (usize, usize)) {
        while self.first <= self.sent && (self.retained.len() > messages || self.bytes > bytes) {
            let Some(retained) = self.retained.pop_front() else { return };
            self.bytes -= retained.message.len();
            self.first += 1;
        }
    }
}

/// A stream that is attached to a connection, and a guard of its session.
pub(crate) struct Attached<S> {
    stream: Arc<Stream>,
    turn: u64,
    is_primed: bool,
    is_greeted: bool,
    keep_alive: KeepAlive,
    _session: S,
}

impl<S: Send> Events for Attached<S> {
    fn poll_events(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let mut state = self.stream.state();
        if state.turn != self.turn {
            return Poll::Ready(None);
        }
        self.stream.waker.register(context.waker());
        let mut events = Vec::new();
        if !std::mem::replace(&mut self.is_primed, true) {
            sse::priming(&mut events, &self.stream.id(state.sent));
        }
        if !state.is_detached {
            let mut number = state.sent.max(state.first - 1);
            for retained in state.waiting() {
                number += 1;
                sse::event(&mut events, Some(&self.stream.id(number)), |out| {
                    out.extend_from_slice(&retained.message);
                });
            }
            state.sent = number;
            state.forget();
        }
        if !events.is_empty() {
            drop(state);
            self.is_greeted = true;
            self.keep_alive.reset();
            return Poll::Ready(Some(events.into()));
        }
        if state.is_detached || !state.is_open {
            state.shrink();
            return Poll::Ready(None);
        }
        drop(state);
        // A client may wait for the first byte before it considers the stream open.
        if !std::mem::replace(&mut self.is_greeted, true) {
            return Poll::Ready(Some(Bytes::from_static(COMMENT)));
        }
        self.keep_alive.poll(context).map(|()| Some(Bytes::from_static(COMMENT)))
    }
}

impl<S> Attached<S> {
    pub(crate) fn stream(&self) -> &Arc<Stream> {
        &self.stream
    }

    /// Detaches the stream.
    pub(crate) fn leave(&mut self) {
        let mut state = self.stream.state();
        if state.turn == self.turn && state.is_attached {
            state.is_attached = false;
            state.is_detached = false;
            state.changed = Instant::now();
        }
    }
}

impl<S> Drop for Attached<S> {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use futures::task::noop_waker_ref;
    use mcpwright_core::{JsonText, RequestId, Response};

    use super::*;

    fn note(number: u32) -> Message {
        let params = JsonText::parse(&format!(r#"{{"n":{number}}}"#)).expect("it is JSON");
        mcpwright_core::Notification { method: "n".into(), params: Some(params) }.into()
    }

    fn answer() -> Message {
        Response::ok(RequestId::from(1), JsonText::parse("{}").expect("it is JSON")).into()
    }

    fn read<S: Send>(attached: &mut Attached<S>) -> Option<String> {
        match attached.poll_events(&mut Context::from_waker(noop_waker_ref())) {
            Poll::Ready(Some(bytes)) => Some(String::from_utf8(bytes.to_vec()).expect("it is text")),
            Poll::Ready(None) => None,
            Poll::Pending => Some(String::new()),
        }
    }

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_client_that_comes_back_gets_the_rest() {
        let stream = Arc::new(Stream::new(Kind::Answer, 7, true, true));
        stream.push(&note(1));
        let mut first = stream.attach(None, LONG, ());
        let text = read(&mut first).expect("it goes on");
        assert!(text.starts_with("id: a0000000000000007-0\nretry: 1000\ndata: \n\n"), "{text}");
        assert!(text.contains("id: a0000000000000007-1\ndata: {"), "{text}");
        stream.push(&note(2));
        stream.push(&answer());
        stream.end();
        let after = EventId::parse("a0000000000000007-1").expect("it is an id");
        let mut second = stream.attach(Some(after), LONG, ());
        assert_eq!(read(&mut first), None);
        let text = read(&mut second).expect("it goes on");
        assert_eq!(text.matches("id: ").count(), 2);
        assert!(text.contains(r#""result":{}"#) && !text.contains(r#""n":1"#), "{text}");
        assert_eq!(read(&mut second), None);
    }

    #[tokio::test]
    async fn a_connection_ends_before_its_stream_does() {
        let stream = Arc::new(Stream::new(Kind::Answer, 1, true, true));
        stream.close_connection();
        assert!(matches!(
            stream.poll_first(&Context::from_waker(noop_waker_ref())),
            Poll::Ready(FirstReply::Events)
        ));
        let mut first = stream.attach(None, LONG, ());
        assert!(read(&mut first).is_some_and(|text| text.starts_with("id: a0000000000000001-0\nretry")));
        assert_eq!(read(&mut first), None);
        drop(first);
        stream.push(&answer());
        stream.end();
        let mut second = stream.attach(EventId::parse("a0000000000000001-0"), LONG, ());
        assert!(read(&mut second).is_some_and(|text| text.contains("result")));
        assert_eq!(read(&mut second), None);
    }

    #[tokio::test]
    async fn what_nobody_reads_does_not_pile_up() {
        let stream = Arc::new(Stream::new(Kind::Answer, 1, false, true));
        (0..5000).for_each(|number| stream.push(&note(number)));
        stream.push(&answer());
        assert_eq!(stream.state().retained.len(), MAX_PENDING_NOTIFICATIONS.0 + 1);
        let mut attached = stream.attach(None, LONG, ());
        assert!(read(&mut attached).is_some_and(|text| text.contains("result")));
        for number in 0..5000 {
            stream.push(&note(number));
            assert!(read(&mut attached).is_some_and(|text| text.contains(&format!(r#""n":{number}}}"#))));
        }
        assert_eq!(stream.state().retained.len(), MAX_RETAINED.0);
    }

    #[tokio::test]
    async fn of_changes_nothing_is_lost() {
        let stream = Arc::new(Stream::new(Kind::Standalone, 1, false, true));
        let mut attached = stream.attach(None, LONG, ());
        let changes = |count| (0..count).map(|number| Action::Send(note(number))).collect();
        assert!(stream.push_changes(changes(5000)));
        assert_eq!(stream.state().retained.len(), 5000);
        assert_eq!(read(&mut attached).map(|text| text.matches("data: ").count()), Some(5000));
        assert!(!stream.push_changes(Actions::new()));
        // They have been taken, so they are sent although the stream has ended meanwhile.
        stream.end();
        assert!(stream.push_changes(changes(1)));
        assert!(read(&mut attached).is_some_and(|text| text.contains(r#""n":0"#)));
        assert_eq!(read(&mut attached), None);
    }

    #[test]
    fn ids_of_events_are_read_back() {
        for text in ["a0000000000000007-0", "sffffffffffffffff-18446744073709551615"] {
            assert_eq!(EventId::parse(text).map(|id| id.to_string()).as_deref(), Some(text));
        }
        for text in
            ["", "a", "a7-1", "x0000000000000007-1", "a0000000000000007", "a0000000000000007--1", "é-"]
        {
            assert_eq!(EventId::parse(text), None, "{text}");
        }
    }
}
