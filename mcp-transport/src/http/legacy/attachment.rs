//! The attachment of a stream to a connection, which a client can replace by reconnecting.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::http::edge::body::Events;
use crate::http::legacy::event_id::EventId;
use crate::http::legacy::stream::Stream;
use crate::http::sse;
use crate::http::sse::{COMMENT, KeepAlive};

/// The attachment of a stream to a connection, with a guard of its session.
pub(crate) struct Attachment<G> {
    stream: Arc<Stream>,
    /// A later attachment has a higher number, and replaces this one.
    number: u64,
    is_primed: bool,
    has_sent: bool,
    keep_alive: KeepAlive,
    _guard: G,
}

impl Stream {
    /// Attaches the stream to a connection, which sends it from now on.
    pub(crate) fn attach<G: Send>(
        self: &Arc<Self>,
        after: Option<EventId>,
        keep_alive: Duration,
        guard: G,
    ) -> Attachment<G> {
        let mut state = self.state();
        state.attachment += 1;
        state.is_attached = true;
        state.is_detached &= after.is_none();
        if let Some(after) = after {
            state.buffer.resume_after(after.message);
        }
        let number = state.attachment;
        drop(state);
        self.wake();
        let is_new = after.is_none();
        Attachment {
            stream: Arc::clone(self),
            number,
            is_primed: !(is_new && self.is_resumable),
            has_sent: false,
            keep_alive: KeepAlive::new(keep_alive),
            _guard: guard,
        }
    }
}

impl<G: Send> Events for Attachment<G> {
    fn poll_events(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let mut state = self.stream.state();
        if state.attachment != self.number {
            return Poll::Ready(None);
        }
        self.stream.register(context);
        let mut events = Vec::new();
        if !std::mem::replace(&mut self.is_primed, true) {
            sse::priming(&mut events, &self.stream.event_id(state.buffer.last_sent()));
        }
        if !state.is_detached {
            state.buffer.send(|number, message| {
                sse::event(&mut events, Some(&self.stream.event_id(number)), |out| {
                    out.extend_from_slice(message);
                });
            });
        }
        if !events.is_empty() {
            drop(state);
            self.has_sent = true;
            self.keep_alive.reset();
            return Poll::Ready(Some(events.into()));
        }
        if state.is_detached || !state.is_open {
            if !state.is_open {
                state.buffer.evict_after_end();
            }
            return Poll::Ready(None);
        }
        drop(state);
        // A client may wait for the first byte before it considers the stream open.
        if !std::mem::replace(&mut self.has_sent, true) {
            return Poll::Ready(Some(Bytes::from_static(COMMENT)));
        }
        self.keep_alive.poll(context).map(|()| Some(Bytes::from_static(COMMENT)))
    }
}

impl<G> Attachment<G> {
    pub(crate) fn stream(&self) -> &Arc<Stream> {
        &self.stream
    }

    /// Detaches the stream.
    pub(crate) fn detach(&mut self) {
        let mut state = self.stream.state();
        if state.attachment == self.number && state.is_attached {
            state.is_attached = false;
            state.is_detached = false;
            state.changed = Instant::now();
        }
    }
}

impl<G> Drop for Attachment<G> {
    fn drop(&mut self) {
        self.detach();
    }
}

#[cfg(test)]
mod tests {
    use futures::task::noop_waker_ref;
    use mcpwright_server::{Action, Actions};

    use super::*;
    use crate::http::legacy::event_id::StreamKind;
    use crate::http::legacy::replay_buffer::tests::{answer, notification};
    use crate::http::legacy::stream::FirstReply;

    fn read<G: Send>(attachment: &mut Attachment<G>) -> Option<String> {
        match attachment.poll_events(&mut Context::from_waker(noop_waker_ref())) {
            Poll::Ready(Some(bytes)) => Some(String::from_utf8(bytes.to_vec()).expect("it is text")),
            Poll::Ready(None) => None,
            Poll::Pending => Some(String::new()),
        }
    }

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_reconnecting_client_receives_the_remaining_messages() {
        let stream = Arc::new(Stream::new(StreamKind::Answer, 7, true, true));
        stream.push(&notification(1));
        let mut first = stream.attach(None, LONG, ());
        let text = read(&mut first).expect("it goes on");
        assert!(text.starts_with("id: a0000000000000007-0\nretry: 1000\ndata: \n\n"), "{text}");
        assert!(text.contains("id: a0000000000000007-1\ndata: {"), "{text}");
        stream.push(&notification(2));
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
    async fn a_connection_can_close_before_its_stream_ends() {
        let stream = Arc::new(Stream::new(StreamKind::Answer, 1, true, true));
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
    async fn notifications_above_the_limit_are_dropped() {
        let stream = Arc::new(Stream::new(StreamKind::Answer, 1, false, true));
        (0..5000).for_each(|number| stream.push(&notification(number)));
        stream.push(&answer());
        let mut attachment = stream.attach(None, LONG, ());
        let text = read(&mut attachment).expect("it goes on");
        assert!(text.contains("result") && !text.contains(r#""n":4999"#), "{text}");
        stream.push(&notification(5000));
        assert!(read(&mut attachment).is_some_and(|text| text.contains(r#""n":5000}"#)));
    }

    #[tokio::test]
    async fn changes_are_never_dropped() {
        let stream = Arc::new(Stream::new(StreamKind::Standalone, 1, false, true));
        let mut attachment = stream.attach(None, LONG, ());
        let changes = |count| (0..count).map(|number| Action::Send(notification(number))).collect();
        assert!(stream.push_changes(changes(5000)));
        assert_eq!(read(&mut attachment).map(|text| text.matches("data: ").count()), Some(5000));
        assert!(!stream.push_changes(Actions::new()));
        // They have been taken, so they are sent although the stream has ended meanwhile.
        stream.end();
        assert!(stream.push_changes(changes(1)));
        assert!(read(&mut attachment).is_some_and(|text| text.contains(r#""n":0"#)));
        assert_eq!(read(&mut attachment), None);
    }
}
