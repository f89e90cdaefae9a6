//! A request of revision 2026-07-28: one POST, one answer, and no state that outlives it.
//!
//! The task of the connection polls the call, first for the head of the answer and then for the events of its body. If the
//! client disconnects, both are dropped, and the call with them.

use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::future::{BoxFuture, poll_fn};
use futures::task::AtomicWaker;
use mcpwright_core::{Era, Notification, Response};
use mcpwright_server::{Call, NotificationSender, Server};

use crate::calls::gate::{CallGate, CallSink};
use crate::http::edge::accept::Accepts;
use crate::http::edge::answer;
use crate::http::edge::answer::{Answer, Stage};
use crate::http::edge::body::{Events, ReadyEvents};
use crate::http::limiter::Permit;
use crate::http::limits::{Limits, MAX_PENDING_NOTIFICATION_BYTES, MAX_PENDING_NOTIFICATIONS};
use crate::http::sse;
use crate::http::sse::{COMMENT, KeepAlive};
use crate::sync::lock;

/// A call in progress, and the answer to its request.
pub(crate) struct Exchange {
    /// The call, up to its response.
    answering: BoxFuture<'static, Response>,
    gate: Arc<CallGate<Mailbox>>,
    /// Counts the call while it runs.
    _permit: Permit,
}

impl Exchange {
    pub(crate) fn start(server: Server, call: Call, accepts: Accepts, permit: Permit) -> Self {
        let gate = CallGate::new(Mailbox::new(accepts.events));
        let notifications = NotificationSender::from(Arc::clone(&gate));
        let answering = Box::pin(async move {
            let outcome = server.call(&call, &notifications).await;
            server.finish(&call, outcome)
        });
        Self { answering, gate, _permit: permit }
    }

    /// Answers with a JSON object if the call ends soon enough and sends nothing before; otherwise with an event stream.
    pub(crate) async fn answer(mut self, accepts: Accepts, limits: &Limits) -> Answer {
        let mut timer = None;
        let answered = poll_fn(|context| {
            if let Poll::Ready(response) = self.poll(context) {
                return Poll::Ready(Some(response));
            }
            if !accepts.events {
                return Poll::Pending;
            }
            if self.gate.sink().poll_any(context).is_ready() {
                return Poll::Ready(None);
            }
            let timer = timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(limits.json_grace)));
            timer.as_mut().poll(context).map(|()| None)
        });
        match answered.await {
            Some(response) if accepts.json && self.gate.sink().is_empty() => response_as_json(response),
            // A client that accepts no object gets a stream, with the notifications before the response.
            Some(response) => answer::events(ReadyEvents(Some(self.last_events(&response)))),
            None => {
                let keep_alive = KeepAlive::new(limits.keep_alive_interval);
                answer::events(CallEvents { exchange: Some(self), keep_alive })
            }
        }
    }

    /// Ready when the call has ended. Nothing is sent for it afterwards.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Response> {
        let response = futures::ready!(self.answering.as_mut().poll(context));
        self.gate.close();
        Poll::Ready(response)
    }

    /// Returns the pending events, with the response at the end.
    fn last_events(&self, response: &Response) -> Vec<u8> {
        let mut events = self.gate.sink().take();
        sse::event(&mut events, None, |out| response.encode(out));
        events
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.gate.close();
    }
}

fn response_as_json(response: Response) -> Answer {
    let status = answer::status(response.outcome.as_ref().err(), Era::Modern, Stage::AfterCall);
    answer::response(status, response)
}

/// The events of a call that is still running.
struct CallEvents {
    exchange: Option<Exchange>,
    keep_alive: KeepAlive,
}

impl Events for CallEvents {
    fn poll_events(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let Some(exchange) = &mut self.exchange else { return Poll::Ready(None) };
        if let Poll::Ready(response) = exchange.poll(context) {
            let events = exchange.last_events(&response);
            self.exchange = None;
            return Poll::Ready(Some(events.into()));
        }
        if exchange.gate.sink().poll_any(context).is_ready() {
            self.keep_alive.reset();
            return Poll::Ready(Some(exchange.gate.sink().take().into()));
        }
        self.keep_alive.poll(context).map(|()| Some(Bytes::from_static(COMMENT)))
    }
}

/// The notifications of a call that have not been sent to the client yet.
#[derive(Debug)]
pub(crate) struct Mailbox {
    pending: Mutex<PendingEvents>,
    waker: AtomicWaker,
    accepts_events: bool,
}

#[derive(Debug, Default)]
struct PendingEvents {
    events: Vec<u8>,
    count: usize,
}

impl Mailbox {
    fn new(accepts_events: bool) -> Self {
        Self { pending: Mutex::default(), waker: AtomicWaker::new(), accepts_events }
    }

    /// Ready when an event is pending.
    fn poll_any(&self, context: &Context<'_>) -> Poll<()> {
        self.waker.register(context.waker());
        if self.is_empty() { Poll::Pending } else { Poll::Ready(()) }
    }

    fn is_empty(&self) -> bool {
        lock(&self.pending).count == 0
    }

    fn take(&self) -> Vec<u8> {
        let mut pending = lock(&self.pending);
        pending.count = 0;
        std::mem::take(&mut pending.events)
    }
}

impl CallSink for Mailbox {
    fn notify(&self, notification: Notification) {
        let mut pending = lock(&self.pending);
        let has_room = pending.count < MAX_PENDING_NOTIFICATIONS
            && pending.events.len() < MAX_PENDING_NOTIFICATION_BYTES;
        if !(self.accepts_events && has_room) {
            return;
        }
        pending.count += 1;
        sse::event(&mut pending.events, None, |out| notification.encode(out));
        drop(pending);
        self.waker.wake();
    }
}
