//! Standard input and output.
//!
//! Reading, and calls that are known to be quick, have a thread of their own: a message costs one read and one write, and
//! handlers that block the runtime's threads delay no other answer. It also means that a read that never returns does not
//! keep the process from exiting.

pub(crate) mod fds;

use std::fs::File;
use std::future::IntoFuture;
use std::io::Read as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{io, thread};

use futures::executor::block_on;
use futures::future::BoxFuture;
use mcpwright_core::message::Decoder;
use mcpwright_server::{IntoServer, Server, Serving};
use tokio::sync::oneshot;

use crate::error::Error;
use crate::lines::end::End;
use crate::lines::limits::{LAST_WRITE_TIMEOUT, LineLimits, MAX_READ_BYTES};
use crate::lines::line_decoder::LineDecoder;
use crate::lines::reader_lease::ReaderLease;
use crate::lines::session::LineSession;
use crate::lines::warn_without_callers;
use crate::lines::write_buffer::Next;
use crate::runtime::TokioRuntime;
use crate::signal::Stop;
use crate::stdio::fds::StdioFiles;
use crate::sync::lock;
use crate::terminal::{greet_on_stdio, warn_if_empty};

/// Time that running calls get to finish after a termination signal.
const SIGNAL_DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// Serves one client over standard input and output, until it closes them or the process receives a termination signal.
///
/// On Unix, output that any code prints to standard output from then on goes to standard error instead, and standard input
/// is empty for other readers: both belong to the protocol, also after the server has ended, since the client may still read.
///
/// After the end of input, and after SIGTERM or SIGINT, running calls get some seconds to finish. If some do not, the
/// process exits with code 0 all the same; a second signal exits at once.
///
/// The output is the way in which the client was served to the end: [`End`].
///
/// ```no_run
/// # async fn example(server: mcpwright_server::Builder) -> Result<(), mcpwright_transport::Error> {
/// mcpwright_transport::stdio(server).await?;
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn stdio(server: impl IntoServer) -> Stdio {
    Stdio { server: server.into_server(), limits: LineLimits::default(), guards_stdout: true }
}

/// A server that is served over standard input and output when it is awaited.
///
/// ```no_run
/// # async fn example(server: mcpwright_server::Builder) -> Result<(), mcpwright_transport::Error> {
/// use std::time::Duration;
///
/// use mcpwright_transport::LineLimits;
///
/// let limits = LineLimits::default().drain_timeout(Duration::from_secs(30));
/// mcpwright_transport::stdio(server).limits(limits).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a server does nothing until it is awaited"]
pub struct Stdio {
    server: Server,
    limits: LineLimits,
    guards_stdout: bool,
}

impl Stdio {
    /// Sets the limits of the transport.
    pub fn limits(mut self, limits: LineLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Leaves standard output unguarded: anything printed there corrupts the protocol.
    pub fn keep_stdout(mut self) -> Self {
        self.guards_stdout = false;
        self
    }

    /// Serves until the client closes its side, the process receives a termination signal, or `stop` is ready. Running calls
    /// then get [`LineLimits::drain_timeout`](field@LineLimits::drain_timeout) to finish.
    ///
    /// ```no_run
    /// # async fn example(server: mcpwright_server::Builder) -> Result<(), mcpwright_transport::Error> {
    /// # async fn configuration_changed() {}
    /// use mcpwright_transport::End;
    ///
    /// if mcpwright_transport::stdio(server).run_until(configuration_changed()).await? == End::Stopped {
    ///     eprintln!("restart me");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As when it is awaited: if standard output is closed before everything is written, if the streams cannot be used, or
    /// outside of a tokio runtime.
    pub async fn run_until(self, stop: impl Future<Output = ()>) -> Result<End, Error> {
        if cfg!(panic = "abort") {
            tracing::warn!("built with panic = \"abort\": a panic in one handler ends the whole server");
        }
        warn_without_callers(&self.server);
        warn_if_empty(&self.server);
        greet_on_stdio(&self.server);
        let runtime = TokioRuntime::current()?;
        let (sender, mut receiver) = oneshot::channel();
        let (stop_sender, stopped) = oneshot::channel();
        // Handlers may block every thread of their runtime, with its timers: the shutdown has a runtime of its own.
        thread::Builder::new().name("mcp-stdio".to_owned()).spawn(move || {
            let own = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let result =
                own.map_err(Error::Io).and_then(|own| own.block_on(self.supervise(&runtime, stopped)));
            // The receiver is gone if the future was dropped.
            let _ = sender.send(result);
        })?;
        let result = tokio::select! {
            result = &mut receiver => result,
            () = stop => {
                // The receiver is gone if the server has ended meanwhile.
                let _ = stop_sender.send(());
                receiver.await
            }
        };
        result.unwrap_or(Err(Error::Closed))
    }

    async fn supervise(self, runtime: &TokioRuntime, stopped: oneshot::Receiver<()>) -> Result<End, Error> {
        let mut stop = Stop::new()?;
        let StdioFiles { input, output } = fds::open(self.guards_stdout)?;
        let serving = self.server.start_serving();
        let session = LineSession::new(self.server, runtime);
        let (input_end, drain) = (input.try_clone()?, self.limits.drain_timeout);
        let written = start_writing(&session, &output)?;
        let (sender, read) = oneshot::channel();
        let reader = Arc::new(Reader::new(Arc::clone(&session), input, output, self.limits, sender));
        reader.start()?;
        let (timeout, end) = tokio::select! {
            _ = read => (drain, session.end_of_input()),
            () = stop.wait() => (SIGNAL_DRAIN_TIMEOUT, End::Stopped),
            Ok(()) = stopped => (drain, End::Stopped),
            () = session.output.broken() => (Duration::ZERO, End::Disconnected),
            () = wait_until_stalled(&session, &input_end, drain) => (Duration::ZERO, End::Disconnected),
            error = reader.monitor() => return Err(error),
        };
        session.stop();
        tokio::select! {
            is_idle = end_session(&session, timeout, end, serving, drain) => {
                let is_gone = || reader.has_ended() || fds::is_hung_up(&input_end);
                finish(&session, is_idle, written, is_gone).await.map(|()| end)
            }
            () = stop.wait() => exit("a second signal", 0),
        }
    }
}

/// Waits until the client has closed its end and nothing has been read for this long: the client does not read its answers
/// either, or a handler blocks the reading thread.
async fn wait_until_stalled(session: &LineSession, input: &File, timeout: Duration) {
    let mut since = (std::time::Instant::now(), session.reads());
    loop {
        tokio::time::sleep(timeout / 10).await;
        if !fds::is_hung_up(input) || session.reads() != since.1 {
            since = (std::time::Instant::now(), session.reads());
        } else if since.0.elapsed() >= timeout {
            return;
        }
    }
}

impl IntoFuture for Stdio {
    type Output = Result<End, Error>;
    type IntoFuture = BoxFuture<'static, Result<End, Error>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run_until(std::future::pending()))
    }
}

/// Lets running calls finish for `timeout`, then ends the server. Returns `true` if all calls finished.
async fn end_session(
    session: &LineSession,
    timeout: Duration,
    end: End,
    serving: Serving,
    hook_timeout: Duration,
) -> bool {
    let is_idle = session.drain(timeout, end.reason()).await;
    session.shut_down(serving, hook_timeout).await;
    is_idle
}

/// Waits until everything is written. If something is not, or handlers still run, returning would block forever, so the
/// process exits.
///
/// A client that has closed both streams is gone, which is the usual end. One that has only closed its output is an error.
async fn finish(
    session: &LineSession,
    is_idle: bool,
    written: oneshot::Receiver<()>,
    has_closed_input: impl Fn() -> bool,
) -> Result<(), Error> {
    /// Time for a cancelled handler to be dropped.
    const ABORT_TIMEOUT: Duration = Duration::from_millis(200);
    /// Time in which a client that ends closes one stream after the other.
    const CLOSE_TIMEOUT: Duration = Duration::from_millis(200);
    let is_written = tokio::time::timeout(LAST_WRITE_TIMEOUT, written).await.is_ok();
    let start = std::time::Instant::now();
    while session.is_busy() && start.elapsed() < ABORT_TIMEOUT {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let is_broken = session.output.is_broken();
    let is_gone = is_broken && within(CLOSE_TIMEOUT, has_closed_input).await;
    if session.is_busy() || !(is_written || is_broken) {
        exit("a handler or the client did not finish in time", i32::from(is_broken && !is_gone));
    }
    match (is_gone, is_idle) {
        (true, false) => tracing::debug!("the client is gone: calls were cancelled"),
        (false, false) => tracing::warn!("calls were cancelled"),
        (_, true) => {}
    }
    if is_broken && !is_gone { Err(Error::Closed) } else { Ok(()) }
}

/// Returns `true` as soon as the condition holds; `false` if it does not within this time.
async fn within(time: Duration, condition: impl Fn() -> bool) -> bool {
    let start = std::time::Instant::now();
    while !condition() {
        if start.elapsed() >= time {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    true
}

fn exit(reason: &str, code: i32) -> ! {
    tracing::warn!("ending the process: {reason}");
    std::process::exit(code)
}

/// Reads, decodes and starts calls, on a thread of its own. Another thread takes over when a handler blocks it.
struct Reader {
    session: Arc<LineSession>,
    input: File,
    output: File,
    lines: Mutex<LineDecoder>,
    lease: Mutex<Arc<ReaderLease>>,
    ended: Mutex<Option<oneshot::Sender<()>>>,
}

impl Reader {
    fn new(
        session: Arc<LineSession>,
        input: File,
        output: File,
        limits: LineLimits,
        ended: oneshot::Sender<()>,
    ) -> Self {
        let (lines, lease, ended) =
            (Mutex::new(LineDecoder::new(limits.max_line_bytes)), Mutex::default(), Mutex::new(Some(ended)));
        Self { session, input, output, lines, lease, ended }
    }

    /// Returns `true` after the end of input.
    fn has_ended(&self) -> bool {
        lock(&self.ended).is_none()
    }

    /// Starts a thread with a new lease.
    fn start(self: &Arc<Self>) -> Result<(), Error> {
        let lease = Arc::new(ReaderLease::default());
        *lock(&self.lease) = Arc::clone(&lease);
        let reader = Arc::clone(self);
        thread::Builder::new().name("mcp-stdin".to_owned()).spawn(move || reader.read(&lease))?;
        Ok(())
    }

    /// Checks periodically whether a handler blocks the reading thread, and has another thread take over.
    async fn monitor(self: &Arc<Self>) -> Error {
        /// Time that a handler may block the reading thread.
        const MAX_LEASE: Duration = Duration::from_millis(50);
        let mut before = None;
        loop {
            tokio::time::sleep(MAX_LEASE).await;
            let lease = Arc::clone(&lock(&self.lease));
            let now = lease.current_run();
            if now.is_some() && now == before {
                tracing::warn!("a handler blocks the reading thread: another thread continues to read");
                lease.end();
                // The blocked thread was about to write the answers of the calls before this one.
                self.session.output.wake();
                self.session.start_calls_on_runtime();
                if let Err(error) = self.start() {
                    return error;
                }
                before = None;
            } else {
                before = now;
            }
        }
    }

    fn read(&self, lease: &ReaderLease) {
        // Handlers that start here find their runtime, as on any of its own threads.
        let _runtime = self.session.runtime_handle().enter();
        let (mut decoder, mut chunk) = (Decoder::new(), vec![0; MAX_READ_BYTES]);
        while !lease.is_over() {
            if !self.session.output.has_room() {
                block_on(self.session.output.room());
            }
            let length = self.receive(&mut chunk);
            self.session.set_busy(true);
            {
                // Unlocked before any handler starts.
                let mut lines = lock(&self.lines);
                if length == 0 {
                    lines.finish(|line| self.session.handle_last(&line, &mut decoder));
                } else {
                    lines.feed(&chunk[..length], |line| self.session.handle(&line, &mut decoder));
                }
            }
            self.session.start_calls(lease);
            write(&self.session, &self.output);
            self.session.set_busy(false);
            if length == 0 {
                // The receiver is gone if a signal came first.
                let _ = lock(&self.ended).take().map(|ended| ended.send(()));
                return;
            }
        }
    }

    /// Returns the number of bytes that were read; 0 at the end of input.
    fn receive(&self, chunk: &mut [u8]) -> usize {
        loop {
            match (&self.input).read(chunk) {
                Ok(length) => return length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Another process that shares the stream may have made it non-blocking.
                Err(error)
                    if error.kind() == io::ErrorKind::WouldBlock
                        && fds::wait_until_ready(&self.input, false).is_ok() => {}
                Err(error) => {
                    tracing::warn!(%error, "standard input cannot be read any more");
                    return 0;
                }
            }
        }
    }
}

/// Starts the thread that writes the answers of calls that did not end at once. The receiver is notified when it ends.
fn start_writing(session: &Arc<LineSession>, output: &File) -> Result<oneshot::Receiver<()>, Error> {
    let (sender, receiver) = oneshot::channel();
    let (writer, monitor) = (Arc::clone(session), Arc::clone(session));
    let (output, output_end) = (output.try_clone()?, output.try_clone()?);
    thread::Builder::new().name("mcp-stdout".to_owned()).spawn(move || {
        while !write(&writer, &output) {
            block_on(writer.output.changed());
        }
        // The receiver is gone if the process exits anyway.
        let _ = sender.send(());
    })?;
    thread::Builder::new().name("mcp-hangup".to_owned()).spawn(move || {
        if fds::wait_for_hangup(&output_end).is_ok() {
            monitor.output.abort();
        }
    })?;
    Ok(receiver)
}

/// Writes the pending output, unless another thread does. Returns `true` when all output has been written and closed.
fn write(session: &LineSession, output: &File) -> bool {
    let mut written = None;
    loop {
        match session.output.take(written.take()) {
            Next::Write(bytes) => {
                if let Err(error) = fds::write_all(output, &bytes) {
                    tracing::debug!(%error, "standard output cannot be written any more");
                    session.output.abort();
                }
                written = Some(bytes);
            }
            Next::Wait if session.append_changes() => {}
            Next::Wait => return false,
            Next::Stop => return true,
        }
    }
}
