//! Lines over any byte stream, and over memory for tests.

pub(crate) mod end;
pub(crate) mod limits;
pub(crate) mod line_decoder;
pub(crate) mod reader_lease;
pub(crate) mod session;
pub(crate) mod write_buffer;

use std::pin::pin;
use std::sync::Arc;

use mcpwright_core::message::Decoder;
use mcpwright_server::{IntoServer, Server, Serving};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream};

use crate::error::Error;
use crate::lines::end::End;
use crate::lines::limits::{LAST_WRITE_TIMEOUT, LineLimits, MAX_READ_BYTES};
use crate::lines::line_decoder::LineDecoder;
use crate::lines::reader_lease::ReaderLease;
use crate::lines::session::LineSession;
use crate::lines::write_buffer::Next;
use crate::runtime::TokioRuntime;

/// Serves one client over a byte stream, until the stream ends. [`serve_until`] also ends when a future is ready.
///
/// The shutdown hooks of the server run at the end if no other handle of the server exists. Otherwise the program may serve
/// other clients, and calls [`Server::shut_down`] after the last one. They do not run if the future is dropped.
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
) -> Result<End, Error> {
    serve_until(server, reader, writer, limits, std::future::pending()).await
}

/// Serves one client over a byte stream, until the stream ends or `stop` is ready. Running calls then get
/// [`LineLimits::drain_timeout`](field@LineLimits::drain_timeout) to finish.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), mcpwright_transport::Error> {
/// use std::time::Duration;
///
/// use mcpwright_server::Server;
/// use mcpwright_transport::{End, LineLimits, serve_until};
///
/// let (_client, ours) = tokio::io::duplex(1024);
/// let (reader, writer) = tokio::io::split(ours);
/// let stop = tokio::time::sleep(Duration::from_millis(10));
/// let end = serve_until(Server::builder("echo", "1.0.0"), reader, writer, LineLimits::default(), stop).await?;
/// assert_eq!(end, End::Stopped);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As for [`serve`].
pub async fn serve_until(
    server: impl IntoServer,
    reader: impl AsyncRead + Unpin,
    writer: impl AsyncWrite + Unpin,
    limits: LineLimits,
    stop: impl Future<Output = ()>,
) -> Result<End, Error> {
    let server = server.into_server();
    let serving = server.is_unique().then(|| server.start_serving());
    serve_client(server, serving, reader, writer, limits, stop).await
}

/// Serves one client until the stream ends or `stop` is ready. Ends the server if it is `serving`.
pub(crate) async fn serve_client(
    server: Server,
    serving: Option<Serving>,
    reader: impl AsyncRead + Unpin,
    writer: impl AsyncWrite + Unpin,
    limits: LineLimits,
    stop: impl Future<Output = ()>,
) -> Result<End, Error> {
    let session = LineSession::new(server, &TokioRuntime::current()?);
    serve_session(session, serving, reader, writer, limits, stop).await
}

/// Does the same for a session in which no message has been exchanged.
pub(crate) async fn serve_session(
    session: Arc<LineSession>,
    serving: Option<Serving>,
    reader: impl AsyncRead + Unpin,
    writer: impl AsyncWrite + Unpin,
    limits: LineLimits,
    stop: impl Future<Output = ()>,
) -> Result<End, Error> {
    // Dropping this future cancels its calls.
    let cancel_on_drop = CancelOnDrop(&session);
    let mut writing = pin!(write(&session, writer));
    let result = tokio::select! {
        read = read(&session, reader, limits, stop) => match read {
            Ok(end) => {
                let written = tokio::time::timeout(LAST_WRITE_TIMEOUT, writing).await;
                written.unwrap_or(Err(Error::Closed)).map(|()| end)
            }
            Err(error) => Err(error),
        },
        // The output is closed only after the end of the input: this is an error.
        written = &mut writing => written.map(|()| End::Disconnected),
    };
    drop(cancel_on_drop);
    if let Some(serving) = serving {
        session.shut_down(serving, limits.drain_timeout).await;
    }
    result
}

async fn read(
    session: &Arc<LineSession>,
    mut reader: impl AsyncRead + Unpin,
    limits: LineLimits,
    stop: impl Future<Output = ()>,
) -> Result<End, Error> {
    let mut stop = pin!(stop);
    let mut lines = LineDecoder::new(limits.max_line_bytes);
    let (mut decoder, mut chunk, lease) = (Decoder::new(), vec![0; MAX_READ_BYTES], ReaderLease::default());
    let end = loop {
        session.output.room().await;
        let length = tokio::select! {
            length = reader.read(&mut chunk) => length?,
            () = &mut stop => break End::Stopped,
        };
        if length == 0 {
            lines.finish(|line| session.handle_last(&line, &mut decoder));
        } else {
            lines.feed(&chunk[..length], |line| session.handle(&line, &mut decoder));
        }
        session.start_calls(&lease);
        session.output.wake();
        if length == 0 {
            break session.end_of_input();
        }
        // A client that never pauses must not monopolize the thread.
        tokio::task::yield_now().await;
    };
    session.stop();
    session.drain(limits.drain_timeout, end.reason()).await;
    Ok(end)
}

/// Logs the handlers that reject clients of revision 2026-07-28: these have no session, and callers on lines are anonymous.
pub(crate) fn warn_without_callers(server: &Server) {
    let handlers = server.handlers_with_sessions();
    if !handlers.is_empty() {
        tracing::warn!(
            ?handlers,
            "these handlers keep values per session, so they reject clients of revision 2026-07-28 on this transport"
        );
    }
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
