//! Lines over any byte stream, and over memory for tests.

pub(crate) mod limits;
pub(crate) mod line_decoder;
pub(crate) mod reader_lease;
pub(crate) mod session;
pub(crate) mod write_buffer;

use std::pin::pin;
use std::sync::Arc;

use mcpwright_core::message::Decoder;
use mcpwright_server::{IntoServer, Server};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream};

use crate::error::Error;
use crate::lines::limits::{LAST_WRITE_TIMEOUT, LineLimits, MAX_READ_BYTES};
use crate::lines::line_decoder::LineDecoder;
use crate::lines::reader_lease::ReaderLease;
use crate::lines::session::LineSession;
use crate::lines::write_buffer::Next;
use crate::runtime::TokioRuntime;

/// Serves one client over a byte stream, until the stream ends.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), mcpwright_transport::Error> {
/// use mcpwright_server::Server;
/// use mcpwright_transport::LineLimits;
///
/// let reader = &b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n"[..];
/// let mut written = Vec::new();
/// mcpwright_transport::serve(Server::builder("echo", "1.0.0"), reader, &mut written, LineLimits::default()).await?;
/// assert!(String::from_utf8_lossy(&written).contains("\"id\":1"));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Returns an error if the stream fails or is closed before everything is written, or outside of a tokio runtime.
pub async fn serve(
    server: impl IntoServer,
    reader: impl AsyncRead + Unpin,
    writer: impl AsyncWrite + Unpin,
    limits: LineLimits,
) -> Result<(), Error> {
    serve_until(server.into_server(), reader, writer, limits, std::future::pending()).await
}

/// Serves one client until the stream ends or `stop` is ready.
pub(crate) async fn serve_until(
    server: Server,
    reader: impl AsyncRead + Unpin,
    writer: impl AsyncWrite + Unpin,
    limits: LineLimits,
    stop: impl Future<Output = ()>,
) -> Result<(), Error> {
    let session = LineSession::new(server, &TokioRuntime::current()?);
    // Dropping this future cancels its calls.
    let cancel_on_drop = CancelOnDrop(&session);
    let mut writing = pin!(write(&session, writer));
    let result = tokio::select! {
        read = read(&session, reader, limits, stop) => match read {
            Ok(()) => tokio::time::timeout(LAST_WRITE_TIMEOUT, writing).await.unwrap_or(Err(Error::Closed)),
            Err(error) => Err(error),
        },
        written = &mut writing => written,
    };
    drop(cancel_on_drop);
    result
}

async fn read(
    session: &Arc<LineSession>,
    mut reader: impl AsyncRead + Unpin,
    limits: LineLimits,
    stop: impl Future<Output = ()>,
) -> Result<(), Error> {
    let mut stop = pin!(stop);
    let mut lines = LineDecoder::new(limits.max_line_bytes);
    let (mut decoder, mut chunk, lease) = (Decoder::new(), vec![0; MAX_READ_BYTES], ReaderLease::default());
    loop {
        session.output.room().await;
        let length = tokio::select! {
            length = reader.read(&mut chunk) => length?,
            () = &mut stop => break,
        };
        if length == 0 {
            lines.finish(|line| session.handle_last(&line, &mut decoder));
        } else {
            lines.feed(&chunk[..length], |line| session.handle(&line, &mut decoder));
        }
        session.start_calls(&lease);
        session.output.wake();
        if length == 0 {
            break;
        }
        // A client that never pauses must not monopolize the thread.
        tokio::task::yield_now().await;
    }
    session.stop();
    session.drain(limits.drain_timeout).await;
    Ok(())
}

/// Cancels the calls that still run when it is dropped.
struct CancelOnDrop<'a>(&'a LineSession);

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        self.0.stop();
        self.0.cancel_all();
        self.0.output.abort();
    }
}

async fn write(session: &LineSession, mut writer: impl AsyncWrite + Unpin) -> Result<(), Error> {
    let mut written = None;
    loop {
        match session.output.take(written.take()) {
            Next::Write(bytes) => {
                writer.write_all(&bytes).await.map_err(Error::write)?;
                writer.flush().await.map_err(Error::write)?;
                written = Some(bytes);
            }
            Next::Wait if session.append_changes() => {}
            Next::Wait => session.output.changed().await,
            Next::Stop => return writer.shutdown().await.map_err(Error::write),
        }
    }
}

/// Serves one client in memory, for tests. Returns the client's end, with one message per line.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use mcpwright_server::Server;
/// use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
///
/// let mut client = BufReader::new(mcpwright_transport::memory(Server::builder("echo", "1.0.0")));
/// client.write_all(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n").await?;
/// let mut answer = String::new();
/// client.read_line(&mut answer).await?;
/// assert!(answer.contains("\"id\":1"));
/// # Ok(())
/// # }
/// ```
///
/// # Panics
///
/// Panics outside of a tokio runtime.
pub fn memory(server: impl IntoServer) -> DuplexStream {
    let (client, ours) = tokio::io::duplex(MAX_READ_BYTES);
    let (reader, writer) = tokio::io::split(ours);
    let server = server.into_server();
    tokio::spawn(async move {
        if let Err(error) = serve(server, reader, writer, LineLimits::default()).await {
            tracing::debug!(%error, "a client in memory disconnected");
        }
    });
    client
}
