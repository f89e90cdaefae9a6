//! `subscriptions/listen` of 2026-07-28: a stream of the changes that a client asked to hear of.
//!
//! See [subscriptions](https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions).

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::task::AtomicWaker;
use mcpwright_core::Notification;
use mcpwright_server::{Action, Actions, Change, Connection, Listener, Server};

use super::body::Events;
use super::guard::Counted;
use super::sse::{self, COMMENT, KeepAlive};

/// The most different changes that wait for a client which does not read; it has to look for itself after more.
const MOST_WAITING: usize = 1000;

/// A stream of changes.
pub(super) struct Listening {
    connection: Box<Connection>,
    heard: Heard,
    /// What is said before any change.
    acknowledged: Option<Notification>,
    keep_alive: KeepAlive,
    stopping: BoxFuture<'static, ()>,
    has_ended: bool,
    _counted: Counted,
}

/// The changes that a stream has not told of yet.
pub(super) struct Heard {
    queue: Arc<Queue>,
    _listener: Arc<Listener>,
}

#[derive(Default)]
struct Queue {
    changes: Mutex<Vec<Change>>,
    waker: AtomicWaker,
}

impl Heard {
    /// Hears of every change from here on. What happens to a thing twice before the client reads is told once.
    pub(super) fn from(server: &Server) -> Self {
        let queue = Arc::<Queue>::default();
        let told = Arc::clone(&queue);
        let listener = server.changes().listen(move |change| {
            let mut changes = told.changes.lock().unwrap_or_else(PoisonError::into_inner);
            if changes.len() < MOST_WAITING && !changes.contains(change) {
                changes.push(change.clone());
                drop(changes);
                told.waker.wake();
            }
        });
        Self { queue, _listener: listener }
    }

    fn take(&self, context: &Context<'_>) -> Vec<Change> {
        self.queue.waker.register(context.waker());
        std::mem::take(&mut *self.queue.changes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Listening {
    pub(super) fn new(
        connection: Box<Connection>,
        acknowledged: Notification,
        heard: Heard,
        keep_alive: Duration,
        stopping: BoxFuture<'static, ()>,
        counted: Counted,
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
        for change in self.heard.take(context) {
            append(&mut events, self.connection.changed(&change));
        }
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
