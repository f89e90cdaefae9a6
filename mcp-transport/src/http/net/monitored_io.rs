//! Monitored I/O: reads and writes of a connection are recorded.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::sync::OwnedSemaphorePermit;

use crate::http::net::monitor::{ConnState, Monitor};

/// Time that a closed connection is still read from, so that the client can read the last answer.
const LINGER_TIMEOUT: Duration = Duration::from_secs(2);

/// Maximum number of bytes that are read from it.
const MAX_LINGER_BYTES: usize = 16 << 20;

/// The stream of a connection, whose progress a monitor records.
pub(crate) struct MonitoredIo<S: ByteStream> {
    /// `Some` until it is dropped.
    stream: Option<S>,
    monitor: Arc<Monitor>,
    state: Arc<ConnState>,
    /// Counts the connection until it is completely closed.
    permit: Option<OwnedSemaphorePermit>,
    /// The client has closed its sending side.
    has_ended: bool,
    /// The sending side of the server is closed.
    is_shut: bool,
}

/// A byte stream: TCP, or TLS over it.
pub(crate) trait ByteStream: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> ByteStream for S {}

impl<S: ByteStream> MonitoredIo<S> {
    pub(crate) fn new(
        stream: S,
        monitor: Arc<Monitor>,
        state: Arc<ConnState>,
        permit: OwnedSemaphorePermit,
    ) -> Self {
        let (stream, permit) = (Some(stream), Some(permit));
        Self { stream, monitor, state, permit, has_ended: false, is_shut: false }
    }

    fn stream(&mut self) -> Pin<&mut S> {
        Pin::new(self.stream.as_mut().expect("the stream is there until this is dropped"))
    }

    fn record_write<T>(&self, poll: Poll<T>) -> Poll<T> {
        self.state.record_write(poll.is_pending(), &self.monitor);
        poll
    }
}

impl<S: ByteStream> Drop for MonitoredIo<S> {
    /// Continues to read for a while: a client that is still sending when its connection is reset could not read the answer.
    fn drop(&mut self) {
        if self.is_shut
            && !self.has_ended
            && let Some(stream) = self.stream.take()
        {
            tokio::spawn(linger(stream, self.permit.take()));
        }
    }
}

/// Reads until the client has read the answer and closes its side, within limits.
async fn linger(mut stream: impl ByteStream, _permit: Option<OwnedSemaphorePermit>) {
    let mut discarded = [0; 8 << 10];
    let reading = async {
        let mut remaining = MAX_LINGER_BYTES;
        while remaining > 0 {
            match stream.read(&mut discarded).await {
                Ok(length) if length > 0 => remaining = remaining.saturating_sub(length),
                _ => return,
            }
        }
    };
    // The connection of a slower client is reset.
    let _ = tokio::time::timeout(LINGER_TIMEOUT, reading).await;
}

impl<S: ByteStream> AsyncRead for MonitoredIo<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let poll = self.stream().poll_read(context, buffer);
        let has_read = buffer.filled().len() > before;
        self.has_ended |= poll.is_ready() && !has_read && buffer.remaining() > 0;
        if has_read {
            self.state.record_read(&self.monitor);
        }
        poll
    }
}

impl<S: ByteStream> AsyncWrite for MonitoredIo<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let poll = self.stream().poll_write(context, bytes);
        self.record_write(poll)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = self.stream().poll_write_vectored(context, slices);
        self.record_write(poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.as_ref().is_some_and(S::is_write_vectored)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = self.stream().poll_flush(context);
        self.record_write(poll)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = self.stream().poll_shutdown(context);
        self.is_shut |= poll.is_ready();
        poll
    }
}
