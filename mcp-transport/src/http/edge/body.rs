//! Bodies of requests and answers.

use std::fmt;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::future::poll_fn;
use http_body::{Frame, SizeHint};
use mcpwright_core::message::Decoder;
use mcpwright_core::{DecodeError, Message};
use tokio::time::{Instant, Sleep};

use crate::http::limits::Limits;

/// The error of a body that could not be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BodyError {
    TooLarge,
    /// The body did not arrive in time.
    TimedOut,
    /// The connection failed.
    Incomplete,
}

/// Reads the body of a request. A body in one piece, the usual case, is not copied.
pub(crate) async fn read<B>(body: B, limits: &Limits) -> Result<Bytes, BodyError>
where
    B: http_body::Body<Data = Bytes>,
{
    let mut body = pin!(body);
    if body.size_hint().lower() > limits.max_body_bytes as u64 {
        return Err(BodyError::TooLarge);
    }
    let mut timeout = BodyTimeout { timeout: limits.body_timeout, start: None, timer: None };
    let mut all: Vec<u8> = Vec::new();
    loop {
        let next = poll_fn(|context| match body.as_mut().poll_frame(context) {
            Poll::Ready(frame) => Poll::Ready(Ok(frame)),
            Poll::Pending => timeout.poll(context, all.len()).map(|()| Err(BodyError::TimedOut)),
        });
        let Some(frame) = next.await? else { return Ok(all.into()) };
        let Ok(data) = frame.map_err(|_| BodyError::Incomplete)?.into_data() else { continue };
        if all.len() + data.len() > limits.max_body_bytes {
            return Err(BodyError::TooLarge);
        }
        if all.is_empty() {
            if body.is_end_stream() {
                return Ok(data);
            }
            let expected = usize::try_from(body.size_hint().lower()).unwrap_or(0).min(limits.max_body_bytes);
            all.reserve_exact(data.len() + expected);
        }
        all.extend_from_slice(&data);
        if body.is_end_stream() {
            return Ok(all.into());
        }
    }
}

/// Decodes the message of a body, after the byte order mark that some programs prepend.
pub(crate) fn decode(bytes: &[u8]) -> Result<Message, DecodeError> {
    Decoder::new().decode(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
}

/// The timeout of a body: a fixed time, and one millisecond more for each byte that has arrived.
struct BodyTimeout {
    timeout: Duration,
    start: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl BodyTimeout {
    fn poll(&mut self, context: &mut Context<'_>, received: usize) -> Poll<()> {
        let start = *self.start.get_or_insert_with(Instant::now);
        let deadline = start + self.timeout + Duration::from_millis(received as u64);
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        loop {
            match timer.as_mut().poll(context) {
                Poll::Ready(()) if timer.deadline() < deadline => timer.as_mut().reset(deadline),
                other => return other,
            }
        }
    }
}

/// The events of an answer.
pub(crate) trait Events: Send {
    /// Polls for the next events, encoded; `None` once the stream has ended.
    fn poll_events(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>>;
}

/// Events that are encoded already.
pub(crate) struct ReadyEvents(pub(crate) Option<Vec<u8>>);

impl Events for ReadyEvents {
    fn poll_events(&mut self, _: &mut Context<'_>) -> Poll<Option<Bytes>> {
        Poll::Ready(self.0.take().map(Bytes::from))
    }
}

/// The body of an answer of [`HttpService`](crate::http::HttpService): empty, one piece, or a stream of events.
pub struct Body(BodyKind);

enum BodyKind {
    Empty,
    Whole(Bytes),
    /// The pieces in reverse order.
    Pieces(Vec<Bytes>),
    Stream(Box<dyn Events>),
}

impl Default for Body {
    /// Creates an empty body.
    fn default() -> Self {
        Self(BodyKind::Empty)
    }
}

impl Body {
    pub(crate) fn empty() -> Self {
        Self(BodyKind::Empty)
    }

    pub(crate) fn whole(bytes: impl Into<Bytes>) -> Self {
        Self(BodyKind::Whole(bytes.into()))
    }

    /// Creates a body of pieces that are written one after the other.
    pub(crate) fn pieces(mut pieces: Vec<Bytes>) -> Self {
        pieces.reverse();
        Self(BodyKind::Pieces(pieces))
    }

    pub(crate) fn stream(events: impl Events + 'static) -> Self {
        Self(BodyKind::Stream(Box::new(events)))
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let next = match &mut self.0 {
            BodyKind::Empty => None,
            BodyKind::Whole(bytes) => Some(std::mem::take(bytes)),
            BodyKind::Pieces(pieces) => {
                let next = pieces.pop();
                if pieces.is_empty() {
                    self.0 = BodyKind::Empty;
                }
                return Poll::Ready(next.map(|bytes| Ok(Frame::data(bytes))));
            }
            BodyKind::Stream(events) => {
                let next = futures::ready!(events.poll_events(context));
                if next.is_none() {
                    self.0 = BodyKind::Empty;
                }
                return Poll::Ready(next.map(|bytes| Ok(Frame::data(bytes))));
            }
        };
        self.0 = BodyKind::Empty;
        Poll::Ready(next.filter(|bytes| !bytes.is_empty()).map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.0, BodyKind::Empty)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            BodyKind::Empty => SizeHint::with_exact(0),
            BodyKind::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            BodyKind::Pieces(pieces) => {
                SizeHint::with_exact(pieces.iter().map(|piece| piece.len() as u64).sum())
            }
            BodyKind::Stream(_) => SizeHint::default(),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            BodyKind::Empty => "Body(empty)",
            BodyKind::Whole(_) | BodyKind::Pieces(_) => "Body(whole)",
            BodyKind::Stream(_) => "Body(stream)",
        })
    }
}
