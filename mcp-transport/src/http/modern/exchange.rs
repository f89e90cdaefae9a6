//! A request of 2026-07-28: one POST, one answer, and nothing that outlives it.
//!
//! The call is polled by whoever waits for the answer, first for its head and then for the events of its body. When the
//! client goes away, both are dropped and the call with them: no task has to be told.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::future::{BoxFuture, poll_fn};
use futures::task::AtomicWaker;
use http::StatusCode;
use mcpwright_core::{Era, Message, Notification, Response};
use mcpwright_server::{Action, Call, Connection, Deliver, NotificationSender, Server};

use crate::http::edge::accept::Accepts;
use crate::http::edge::answer;
use crate::http::edge::answer::{Answer, Decided};
use crate::http::edge::body::Events;
use crate::http::limiter::Permit;
use crate::http::limits::Limits;
use crate::http::sse;
use crate::http::sse::{COMMENT, KeepAlive};

/// The most notifications that wait for a client which does not read, and the most bytes.
pub(crate) const MAX_PENDING_NOTIFICATIONS: (usize, usize) = (256, 1 << 20);

/// What a request is answered with, once its call has been begun.
pub(crate) struct Exchange {
    /// The call, up to what its outcome means on its connection.
    answering: BoxFuture<'static, Option<Response>>,
    mailbox: Arc<Mailbox>,
    /// Counts the call for as long as it runs.
    _counted: Permit,
}

impl Exchange {
    pub(crate) fn begin(
        server: Server,
        mut connection: Box<Connection>,
        call: Call,
        takes: Accepts,
        counted: Permit,
    ) -> Self {
        let mailbox = Arc::new(Mailbox::new(takes.events));
        let outbox = NotificationSender::from(Arc::clone(&mailbox));
        let answering = Box::pin(async move {
            let outcome = server.call(&call, &outbox).await;
            connection.finished(&call, outcome).into_first().and_then(response)
        });
        Self { answering, mailbox, _counted: counted }
    }

    /// Answers with an object if the call ends before it says anything, and soon enough; with a stream otherwise.
    pub(crate) async fn answer(mut self, takes: Accepts, limits: &Limits) -> Answer {
        let mut timer = None;
        let answered = poll_fn(|context| {
            if let Poll::Ready(response) = self.poll(context) {
                return Poll::Ready(Some(response));
            }
            if !takes.events {
                return Poll::Pending;
            }
            if self.mailbox.poll_any(context).is_ready() {
                return Poll::Ready(None);
            }
            let timer = timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(limits.grace)));
            timer.as_mut().poll(context).map(|()| None)
        });
        match answered.await {
            Some(response) if takes.json && self.mailbox.is_empty() => response_as_json(response),
            // Whoever takes no object gets a stream of one event, and nothing is lost of what was said before the end.
            Some(response) => answer::events(ReadyEvents(Some(self.last_events(response)))),
            None => {
                let keep_alive = KeepAlive::new(limits.keep_alive);
                answer::events(Stream { exchange: Some(self), keep_alive })
            }
        }
    }

    /// Is ready when the call has ended: nothing more is said on its behalf.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Response>> {
        let response = futures::ready!(self.answering.as_mut().poll(context));
        self.mailbox.close();
        Poll::Ready(response)
    }

    /// What is left to say, with the response at the end.
    fn last_events(&self, response: Option<Response>) -> Vec<u8> {
        let mut events = self.mailbox.take();
        if let Some(response) = response {
            sse::event(&mut events, None, |out| response.encode(out));
        }
        events
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.mailbox.close();
    }
}

/// The response among what a connection wants done.
fn response(action: Action) -> Option<Response> {
    match action {
        Action::Send(Message::Response(response)) => Some(response),
        _ => None,
    }
}

fn response_as_json(response: Option<Response>) -> Answer {
    let Some(response) = response else { return answer::empty(StatusCode::ACCEPTED) };
    let status = answer::status(response.outcome.as_ref().err(), Era::Modern, Decided::After);
    answer::response(status, response)
}

/// The events of a call that still runs.
struct Stream {
    exchange: Option<Exchange>,
    keep_alive: KeepAlive,
}

impl Events for Stream {
    fn poll_events(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let Some(exchange) = &mut self.exchange else { return Poll::Ready(None) };
        if let Poll::Ready(response) = exchange.poll(context) {
            let events = exchange.last_events(response);
            self.exchange = None;
            return Poll::Ready(Some(events.into()));
        }
        if exchange.mailbox.poll_any(context).is_ready() {
            self.keep_alive.reset();
            return Poll::Ready(Some(exchange.mailbox.take().into()));
        }
        self.keep_alive.poll(context).map(|()| Some(Bytes::from_static(COMMENT)))
    }
}

/// Events that are there already.
pub(crate) struct ReadyEvents(pub(crate) Option<Vec<u8>>);

impl Events for ReadyEvents {
    fn poll_events(&mut self, _: &mut Context<'_>) -> Poll<Option<Bytes>> {
        Poll::Ready(self.0.take().map(Bytes::from))
    }
}

/// What a call has said and the client has not been sent yet: the way back belongs to the request.
#[derive(Debug)]
pub(crate) struct Mailbox {
    waiting: Mutex<Waiting>,
    waker: AtomicWaker,
}

#[derive(Debug)]
struct Waiting {
    events: Vec<u8>,
    count: usize,
    is_open: bool,
    takes_events: bool,
}

impl Mailbox {
    fn new(takes_events: bool) -> Self {
        let waiting = Waiting { events: Vec::new(), count: 0, is_open: true, takes_events };
        Self { waiting: Mutex::new(waiting), waker: AtomicWaker::new() }
    }

    /// Is ready when something waits.
    fn poll_any(&self, context: &Context<'_>) -> Poll<()> {
        self.waker.register(context.waker());
        if self.is_empty() { Poll::Pending } else { Poll::Ready(()) }
    }

    fn is_empty(&self) -> bool {
        self.waiting().count == 0
    }

    fn take(&self) -> Vec<u8> {
        let mut waiting = self.waiting();
        waiting.count = 0;
        std::mem::take(&mut waiting.events)
    }

    fn close(&self) {
        self.waiting().is_open = false;
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deliver for Mailbox {
    fn deliver(&self, notification: Notification) {
        let mut waiting = self.waiting();
        let has_room =
            waiting.count < MAX_PENDING_NOTIFICATIONS.0 && waiting.events.len() < MAX_PENDING_NOTIFICATIONS.1;
        if !(waiting.is_open && waiting.takes_events && has_room) {
            return;
        }
        waiting.count += 1;
        sse::event(&mut waiting.events, None, |out| notification.encode(out));
        drop(waiting);
        self.waker.wake();
    }

    fn is_open(&self) -> bool {
        self.waiting().is_open
    }
}
