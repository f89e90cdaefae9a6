//! Server-sent events: how a stream of messages is written.
//!
//! A message is on one line, so that an event has one `data` field.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// What keeps a quiet stream alive: a comment, which clients ignore.
pub(crate) const COMMENT: &[u8] = b":\n\n";

/// How long a client waits before it comes back for the rest, in milliseconds.
const RETRY: u32 = 1000;

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

/// Appends an event without a message, from whose id a client can go on.
pub(crate) fn priming(out: &mut Vec<u8>, id: &dyn std::fmt::Display) {
    self::id(out, Some(id));
    // A client dispatches no event without a `data` field, and would not know the id.
    out.extend_from_slice(format!("retry: {RETRY}\ndata: \n\n").as_bytes());
}

fn id(out: &mut Vec<u8>, id: Option<&dyn std::fmt::Display>) {
    if let Some(id) = id {
        out.extend_from_slice(format!("id: {id}\n").as_bytes());
    }
}

/// Says when a stream has been quiet for so long that it has to be kept alive.
pub(crate) struct KeepAlive {
    time: Duration,
    timer: Pin<Box<Sleep>>,
}

impl KeepAlive {
    pub(crate) fn new(time: Duration) -> Self {
        Self { time, timer: Box::pin(tokio::time::sleep(time)) }
    }

    /// Something was said.
    pub(crate) fn reset(&mut self) {
        self.timer.as_mut().reset(Instant::now() + self.time);
    }

    /// Is ready when something has to be said.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        futures::ready!(self.timer.as_mut().poll(context));
        self.reset();
        // The timer has to be asked once more, to know whom to wake.
        let _ = self.timer.as_mut().poll(context);
        Poll::Ready(())
    }
}
