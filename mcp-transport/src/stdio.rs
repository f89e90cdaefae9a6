//! Standard input and output.
//!
//! Reading, and calls that are known to be quick, have a thread of their own: a message costs one read and one write,
//! and handlers that block the runtime's threads keep nobody from being answered. It also means that a read which never
//! returns does not keep the process from ending.

use std::future::IntoFuture;
use std::io::{Read, Write};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use futures::executor::block_on;
use futures::future::BoxFuture;
use mcpwright_core::message::Decoder;
use mcpwright_server::Server;
use tokio::sync::oneshot;

use crate::channel::{self, Channel};
use crate::frames::Frames;
use crate::host::Tokio;
use crate::lines::{CHUNK, Limits};
use crate::output::Next;
use crate::pipe::Pipe;
use crate::signal::Stop;
use crate::Error;

/// How long calls may go on after a signal that asks the process to end.
const AFTER_SIGNAL: Duration = Duration::from_secs(10);

/// Serves one client over standard input and output, until it closes them or the process is asked to end.
///
/// On Unix, what any code prints to standard output while this runs goes to standard error instead, and standard input
/// is empty for everybody else: both belong to the protocol.
///
/// After the end of input, and after SIGTERM or SIGINT, calls may finish for some seconds. If some do not, the process
/// ends with code 0 all the same; a second signal ends it at once.
///
/// ```no_run
/// # async fn example(server: mcpwright_server::Builder) -> Result<(), mcpwright_transport::Error> {
/// mcpwright_transport::stdio(server).await
/// # }
/// ```
#[track_caller]
pub fn stdio(server: impl Into<Server>) -> Stdio {
    Stdio { server: server.into(), limits: Limits::default(), guards_stdout: true }
}

/// A server about to be served over standard input and output: await it.
#[derive(Debug)]
#[must_use = "a server does nothing until it is awaited"]
pub struct Stdio {
    server: Server,
    limits: Limits,
    guards_stdout: bool,
}

impl Stdio {
    /// Sets what the transport puts up with.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Leaves standard output to whoever prints there, at the risk of the protocol.
    pub fn keep_stdout(mut self) -> Self {
        self.guards_stdout = false;
        self
    }

    async fn run(self) -> Result<(), Error> {
        if cfg!(panic = "abort") {
            tracing::warn!("built with panic = \"abort\": a panic in one handler ends the whole server");
        }
        let host = Tokio::current()?;
        let mut stop = Stop::new()?;
        let channel = channel::open(self.guards_stdout)?;
        let pipe = Pipe::new(self.server, &host);
        let (ended, broken) = start(&pipe, channel, self.limits)?;
        let time = tokio::select! {
            _ = ended => self.limits.drain,
            () = stop.wait() => AFTER_SIGNAL,
            error = broken => {
                pipe.drain(Duration::ZERO).await;
                return Err(error.unwrap_or(Error::Closed));
            }
        };
        todo_drain(&pipe, time, &mut stop).await
    }
}
