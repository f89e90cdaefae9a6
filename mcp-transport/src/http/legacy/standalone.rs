//! The standalone stream of a session, for messages that answer no request.

use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;

use crate::http::edge::body::Events;
use crate::http::legacy::active::ActiveSession;
use crate::http::legacy::attachment::Attachment;

/// A stream that is attached to a connection, and pulls the changes for the session: a publisher only wakes it.
pub(crate) struct StandaloneStream<G> {
    session: Arc<ActiveSession>,
    attachment: Attachment<G>,
}

impl<G: Send> StandaloneStream<G> {
    pub(crate) fn new(session: Arc<ActiveSession>, attachment: Attachment<G>) -> Self {
        Self { session, attachment }
    }
}

impl<G: Send> Events for StandaloneStream<G> {
    fn poll_events(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let events = self.attachment.poll_events(context);
        // Changes are taken only if nothing else is pending, so that they can be sent at once. The waker is registered by now:
        // no later change is missed.
        if events.is_pending() && self.session.send_changes(self.attachment.stream()) {
            return self.attachment.poll_events(context);
        }
        events
    }
}

impl<G> Drop for StandaloneStream<G> {
    fn drop(&mut self) {
        self.attachment.detach();
        // It may have been woken for a change that it did not send.
        self.session.wake();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Wake, Waker};
    use std::time::Duration;

    use mcpwright_core::message::Decoder;
    use mcpwright_server::{Caller, Connection, Notify, PromptHandler, Server, ToolHandler};

    use super::*;
    use crate::http::limits::Limits;
    use crate::http::state::{HttpSettings, HttpState};
    use crate::runtime::TokioRuntime;

    /// Counts wake-ups.
    #[derive(Default)]
    struct WakeCount(AtomicUsize);

    impl Wake for WakeCount {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn start_session() -> (Arc<ActiveSession>, Notify) {
        let builder = Server::builder("world", "1")
            .tool(ToolHandler::function("now", [], || async { "noon" }))
            .prompt(PromptHandler::function("greet", [], || async { "Hello" }));
        let notify = builder.notify().clone();
        let server = builder.build();
        let mut connection = Connection::new(server.clone(), Caller::default());
        let initialize = br#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"a","version":"1"}}}"#;
        connection.receive(Decoder::new().decode(initialize));
        let runtime = TokioRuntime::current().expect("there is a runtime");
        let settings = HttpSettings {
            path: "/mcp".to_owned(),
            limits: Limits::default(),
            extracts: Vec::new(),
            endpoints: Vec::new(),
            has_sessions: true,
        };
        let state = HttpState::new(server, runtime, settings);
        (ActiveSession::new(&state, connection), notify)
    }

    fn open(session: &Arc<ActiveSession>) -> StandaloneStream<()> {
        let stream = session.open_standalone().expect("there is room");
        StandaloneStream::new(Arc::clone(session), stream.attach(None, Duration::from_secs(60), ()))
    }

    /// Sends the pending events and registers the waker.
    fn read(stream: &mut StandaloneStream<()>, woken: &Arc<WakeCount>) -> String {
        let (waker, mut text) = (Waker::from(Arc::clone(woken)), String::new());
        while let Poll::Ready(Some(bytes)) = stream.poll_events(&mut Context::from_waker(&waker)) {
            text.push_str(std::str::from_utf8(&bytes).expect("it is text"));
        }
        text
    }

    #[tokio::test]
    async fn changes_not_sent_by_a_closed_stream_are_sent_by_the_next_one() {
        let (session, notify) = start_session();
        let woken = [Arc::<WakeCount>::default(), Arc::<WakeCount>::default()];
        let count = |index: usize| woken[index].0.load(Ordering::SeqCst);
        let (mut first, mut second) = (open(&session), open(&session));
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
        let mut third = open(&session);
        assert_eq!(read(&mut third, &woken[0]).matches("prompts/list_changed").count(), 1);
        assert_eq!(read(&mut third, &woken[0]), "");
    }

    #[tokio::test]
    async fn ending_a_session_ends_its_standalone_stream() {
        let (session, notify) = start_session();
        let woken = Arc::<WakeCount>::default();
        let mut stream = open(&session);
        read(&mut stream, &woken);
        session.end(mcpwright_server::CloseReason::Client);
        notify.tools_list_changed();
        assert_eq!(woken.0.load(Ordering::SeqCst), 1);
        let poll = stream.poll_events(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(poll, Poll::Ready(None)), "{poll:?}");
    }
}
