//! `subscriptions/listen` of 2026-07-28: a stream of the changes that a client asked to hear of.
//!
//! See [subscriptions](https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions).

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::task::AtomicWaker;
use mcpwright_core::{ErrorObject, Notification};
use mcpwright_server::{Action, Actions, Connection};

use crate::http::edge::body::Events;
use crate::http::limiter::Permit;
use crate::http::sse;
use crate::http::sse::{COMMENT, KeepAlive};

/// A stream of changes.
pub(crate) struct Listening {
    connection: Box<Connection>,
    heard: ChangeWaker,
    /// What is said before any change.
    acknowledged: Option<Notification>,
    keep_alive: KeepAlive,
    stopping: BoxFuture<'static, ()>,
    has_ended: bool,
    _counted: Permit,
}

/// Wakes a stream that has changes to tell.
pub(crate) struct ChangeWaker(Arc<AtomicWaker>);

impl ChangeWaker {
    /// Hears from here on of the changes that a connection has to tell.
    pub(crate) fn on(connection: &mut Connection) -> Result<Self, ErrorObject> {
        let heard = Arc::new(AtomicWaker::new());
        let waker = Arc::clone(&heard);
        connection.listen(move || waker.wake())?;
        Ok(Self(heard))
    }
}

impl Listening {
    pub(crate) fn new(
        connection: Box<Connection>,
        acknowledged: Notification,
        heard: ChangeWaker,
        keep_alive: Duration,
        stopping: BoxFuture<'static, ()>,
        counted: Permit,
    ) -> Self {
        Self {
            connection,
            heard,
            acknowledged: Some(acknowledged),
            keep_alive: KeepAlive::new(keep_alive),
            stopping,
            has_ended: false,
            _counted: counted,
        }
    }
}

impl Events for Listening {
    fn poll_events(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if self.has_ended {
            return Poll::Ready(None);
        }
        let mut events = Vec::new();
        if let Some(acknowledged) = self.acknowledged.take() {
            sse::event(&mut events, None, |out| acknowledged.encode(out));
        }
        self.heard.0.register(context.waker());
        append(&mut events, self.connection.changes());
        if self.stopping.as_mut().poll(context).is_ready() {
            append(&mut events, self.connection.close());
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
