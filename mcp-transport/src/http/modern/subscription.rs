//! `subscriptions/listen` of revision 2026-07-28: a stream of the changes that a client subscribed to.
//!
//! See [subscriptions](https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions).

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::task::AtomicWaker;
use mcpwright_core::Notification;
use mcpwright_server::{Action, Actions, CloseReason, Connection, Overloaded};

use crate::http::edge::body::Events;
use crate::http::limiter::Permit;
use crate::http::sse;
use crate::http::sse::{COMMENT, KeepAlive};

/// The stream of changes of one subscription.
pub(crate) struct SubscriptionStream {
    connection: Box<Connection>,
    /// Woken when the connection has changes to send.
    waker: Arc<AtomicWaker>,
    /// The acknowledgement, which comes before any change.
    acknowledgement: Option<Notification>,
    keep_alive: KeepAlive,
    stopping: BoxFuture<'static, ()>,
    has_ended: bool,
    _permit: Permit,
}

impl SubscriptionStream {
    /// # Errors
    ///
    /// Returns [`Overloaded`] if the caller has too many subscriptions.
    pub(crate) fn new(
        mut connection: Box<Connection>,
        acknowledgement: Notification,
        keep_alive: Duration,
        stopping: BoxFuture<'static, ()>,
        permit: Permit,
    ) -> Result<Self, Overloaded> {
        let waker = Arc::new(AtomicWaker::new());
        let woken = Arc::clone(&waker);
        connection.listen(move || woken.wake())?;
        Ok(Self {
            connection,
            waker,
            acknowledgement: Some(acknowledgement),
            keep_alive: KeepAlive::new(keep_alive),
            stopping,
            has_ended: false,
            _permit: permit,
        })
    }
}

impl Events for SubscriptionStream {
    fn poll_events(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if self.has_ended {
            return Poll::Ready(None);
        }
        let mut events = Vec::new();
        if let Some(acknowledgement) = self.acknowledgement.take() {
            sse::event(&mut events, None, |out| acknowledgement.encode(out));
        }
        // Registered before the changes are taken: a change after that wakes the stream.
        self.waker.register(context.waker());
        append(&mut events, self.connection.changes());
        if self.stopping.as_mut().poll(context).is_ready() {
            append(&mut events, self.connection.close(CloseReason::Shutdown));
            self.has_ended = true;
        }
        if events.is_empty() && !self.has_ended {
            return self.keep_alive.poll(context).map(|()| Some(Bytes::from_static(COMMENT)));
        }
        self.keep_alive.reset();
        Poll::Ready(Some(events.into()))
    }
}

fn append(events: &mut Vec<u8>, actions: Actions) {
    for action in actions {
        if let Action::Send(message) = action {
            sse::event(events, None, |out| message.encode(out));
        }
    }
}
