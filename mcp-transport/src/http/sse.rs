//! Encoding of server-sent events.
//!
//! A message is one line, so an event has one `data` field.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// The keep-alive comment of a quiet stream, which clients ignore.
pub(crate) const COMMENT: &[u8] = b":\n\n";

/// Time before a client reconnects, in milliseconds.
const RETRY_MILLISECONDS: u32 = 1000;

/// Appends an event with a message.
pub(crate) fn event(
    out: &mut Vec<u8>,
    id: Option<&dyn std::fmt::Display>,
    message: impl FnOnce(&mut Vec<u8>),
) {
    self::id(out, id);
    out.extend_from_slice(b"data: ");
    message(out);
    out.extend_from_slice(b"\n\n");
}

/// Appends an event without a message, from whose id a client can resume.
pub(crate) fn priming(out: &mut Vec<u8>, id: &dyn std::fmt::Display) {
    self::id(out, Some(id));
    // A client dispatches no event without a `data` field, and would not receive the id.
    out.extend_from_slice(format!("retry: {RETRY_MILLISECONDS}\ndata: \n\n").as_bytes());
}

fn id(out: &mut Vec<u8>, id: Option<&dyn std::fmt::Display>) {
    if let Some(id) = id {
        out.extend_from_slice(format!("id: {id}\n").as_bytes());
    }
}

/// The keep-alive timer of a stream.
pub(crate) struct KeepAlive {
    interval: Duration,
    timer: Pin<Box<Sleep>>,
}

impl KeepAlive {
    pub(crate) fn new(interval: Duration) -> Self {
        Self { interval, timer: Box::pin(tokio::time::sleep(interval)) }
    }

    /// Restarts the timer, because an event was sent.
    pub(crate) fn reset(&mut self) {
        self.timer.as_mut().reset(Instant::now() + self.interval);
    }

    /// Ready when a keep-alive comment is due.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        futures::ready!(self.timer.as_mut().poll(context));
        self.reset();
        // Polled once more, so that the timer registers the waker.
        let _ = self.timer.as_mut().poll(context);
        Poll::Ready(())
    }
}
