//! The standalone stream of a session, for messages that answer no request.

use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;

use crate::http::edge::body::Events;
use crate::http::legacy::active::ActiveSession;
use crate::http::legacy::stream::Attached;

/// A stream that is attached to a connection, and pulls the changes for the session: a publisher only wakes it.
pub(crate) struct StandaloneStream<S> {
    session: Arc<ActiveSession>,
    attached: Attached<S>,
}

impl<S: Send> StandaloneStream<S> {
    pub(crate) fn new(session: Arc<ActiveSession>, attached: Attached<S>) -> Self {
        Self { session, attached }
    }
}

impl<S: Send> Events for StandaloneStream<S> {
    fn poll_events(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let events = self.attached.poll_events(context);
        // Changes are taken only if nothing else is pending, so that they can be sent at once. The waker is registered by now:
        // no later change is missed.
        if events.is_pending() && self.session.send_changes(self.attached.stream()) {
            return self.attached.poll_events(context);
        }
        events
    }
}

impl<S> Drop for StandaloneStream<S> {
    fn drop(&mut self) {
        self.attached.leave();
        // It may have been woken for a change that it did not take.
        self.session.wake();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Wake, Waker};
    use std::time::Duration;

    use mcpwright_core::message::Decoder;
    use mcpwright_server::{Caller, Connection, Notify, Server};

    use super::*;
    use crate::http::limits::Limits;
    use crate::http::state::HttpState;
    use crate::runtime::TokioRuntime;

    /// Counts wake-ups.
    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn session() -> (Arc<ActiveSession>, Notify) {
        let builder = Server::builder("world", "1");
        let notify = builder.notify().clone();
        let server = builder.build();
        let mut connection = Connection::new(server.clone(), Caller::default());
        let initialize = br#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"a","version":"1"}}}"#;
        connection.receive(Decoder::new().decode(initialize));
        let runtime = TokioRuntime::current().expect("there is a runtime");
        let state = HttpState::new(server, runtime, Limits::default(), Vec::new());
        (ActiveSession::new(&state, connection), notify)
    }

    fn open(live: &Arc<ActiveSession>) -> StandaloneStream<()> {
        let stream = live.open_standalone().expect("there is room");
        StandaloneStream::new(Arc::clone(live), stream.attach(None, Duration::from_secs(60), ()))
    }

    /// Sends the pending events and registers the waker.
    fn read(standing: &mut StandaloneStream<()>, woken: &Arc<Woken>) -> String {
        let (waker, mut text) = (Waker::from(Arc::clone(woken)), String::new());
        while let Poll::Ready(Some(bytes)) = standing.poll_events(&mut Context::from_waker(&waker)) {
            text.push_str(std::str::from_utf8(&bytes).expect("it is text"));
        }
        text
    }

    #[tokio::test]
    async fn what_a_stream_was_woken_for_and_has_not_taken_is_left_to_another() {
        let (live, notify) = session();
        let woken = [Arc::<Woken>::default(), Arc::<Woken>::default()];
        let count = |index: usize| woken[index].0.load(Ordering::SeqCst);
        let (mut first, mut second) = (open(&live), open(&live));
        read(&mut first, &woken[0]);
        read(&mut second, &woken[1]);
        notify.tools_list_changed();
        notify.tools_list_changed();
        assert_eq!((count(0), count(1)), (0, 1));
        // It is not the current standalone stream.
        assert_eq!(read(&mut first, &woken[0]), "");
        drop(second);
        assert_eq!(count(0), 1);
        assert_eq!(read(&mut first, &woken[0]).matches("tools/list_changed").count(), 1);
        drop(first);
        notify.prompts_list_changed();
        let mut third = open(&live);
        assert_eq!(read(&mut third, &woken[0]).matches("prompts/list_changed").count(), 1);
        assert_eq!(read(&mut third, &woken[0]), "");
    }

    #[tokio::test]
    async fn the_end_of_a_session_ends_what_it_is_told() {
        let (live, notify) = session();
        let woken = Arc::<Woken>::default();
        let mut standing = open(&live);
        read(&mut standing, &woken);
        live.end();
        notify.tools_list_changed();
        assert_eq!(woken.0.load(Ordering::SeqCst), 1);
        let poll = standing.poll_events(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(poll, Poll::Ready(None)), "{poll:?}");
    }
}
