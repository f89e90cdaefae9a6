//! A server process and its pipes.

use std::io::{self, Write};
use std::process::{ChildStdin, ChildStdout, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::Signal;

use crate::check::ServerMessage;
use crate::error::Result;
use crate::lines::Lines;
use crate::probe::Exchange;
use crate::process::{Group, Process};
use crate::workload::Message;

/// A server process with its buffers.
pub(crate) struct StdioServer {
    process: Process,
    stdin: Option<ChildStdin>,
    stdout: ChildStdout,
    pub(crate) lines: Lines,
    /// Requests that are not written to the pipe yet.
    pub(crate) outgoing: Vec<u8>,
    written: usize,
    watchdog: Watchdog,
}

impl StdioServer {
    /// Starts a command. The process is killed if it sends nothing for `timeout`.
    pub(crate) fn start(command: &[String], timeout: Duration) -> Result<Self> {
        let mut process = Process::start(command, Stdio::piped(), Stdio::piped())?;
        let stdin = process.child.stdin.take().ok_or("no pipe to the server")?;
        let stdout = process.child.stdout.take().ok_or("no pipe from the server")?;
        // Only the driver's end of the pipe is non-blocking. A blocking write could deadlock with a server that blocks on its
        // output.
        fcntl_setfl(&stdin, fcntl_getfl(&stdin)? | OFlags::NONBLOCK)?;
        let watchdog = Watchdog::new(process.group(), timeout);
        let (lines, outgoing) = (Lines::new(), Vec::new());
        Ok(Self { process, stdin: Some(stdin), stdout, lines, outgoing, written: 0, watchdog })
    }

    /// Returns the process id.
    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Writes as much as the pipe accepts. Returns `true` if everything was written.
    pub(crate) fn write(&mut self) -> Result<bool> {
        let stdin = self.stdin.as_mut().ok_or("the pipe to the server is closed")?;
        while self.written < self.outgoing.len() {
            match stdin.write(&self.outgoing[self.written..]) {
                Ok(count) => self.written += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(format!("the server stopped reading: {error}").into()),
            }
        }
        self.outgoing.clear();
        self.written = 0;
        Ok(true)
    }

    /// Waits until the server's output is readable or its input is writable. Returns `true` if the output is readable.
    pub(crate) fn wait_ready(&self) -> Result<bool> {
        let stdin = self.stdin.as_ref().ok_or("the pipe to the server is closed")?;
        let mut pipes = [PollFd::new(stdin, PollFlags::OUT), PollFd::new(&self.stdout, PollFlags::IN)];
        loop {
            match poll(&mut pipes, None) {
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
                Ok(_) => return Ok(!pipes[1].revents().is_empty()),
            }
        }
    }

    /// Reads once, and waits for data.
    pub(crate) fn read(&mut self) -> Result<()> {
        if self.lines.fill(&mut self.stdout)? == 0 {
            return Err(self.watchdog.end_reason().into());
        }
        self.watchdog.note_progress();
        Ok(())
    }

    /// Waits for the next line.
    fn next_line(&mut self) -> Result<Vec<u8>> {
        loop {
            if let Some(line) = self.lines.next_line() {
                return Ok(line.to_vec());
            }
            self.read()?;
        }
    }

    /// Closes the server's input, and waits until the process has ended.
    pub(crate) fn close(mut self) -> Result<()> {
        drop(self.stdin.take());
        self.watchdog.note_progress();
        while self.lines.fill(&mut self.stdout)? > 0 {}
        while let Some(line) = self.lines.next_line() {
            if !ServerMessage::parse(line).is_ok_and(|message| message.is_notification()) {
                let line = String::from_utf8_lossy(line);
                return Err(format!("the server sent an unexpected message: {line}").into());
            }
        }
        let status = self.process.child.wait()?;
        if self.watchdog.has_killed() {
            return Err("the server did not end after its input was closed".into());
        }
        if !status.success() {
            return Err(format!("the server ended with {status}").into());
        }
        Ok(())
    }
}

impl Exchange for StdioServer {
    fn request(&mut self, message: &Message) -> Result<ServerMessage> {
        self.notify(message)?;
        loop {
            if let Some(response) = ServerMessage::parse_response(message.id, &self.next_line()?)? {
                return Ok(response);
            }
        }
    }

    fn notify(&mut self, message: &Message) -> Result<()> {
        self.outgoing.extend_from_slice(&message.body);
        self.outgoing.push(b'\n');
        while !self.write()? {
            if self.wait_ready()? {
                self.read()?;
            }
        }
        Ok(())
    }
}

/// Kills a server that sends nothing, which ends blocking reads.
struct Watchdog {
    progress: Arc<AtomicU64>,
    killed: Arc<AtomicBool>,
    timeout: Duration,
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    fn new(group: Group, timeout: Duration) -> Self {
        let (progress, killed) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (stop, stopped) = mpsc::channel();
        let shared = (Arc::clone(&progress), Arc::clone(&killed));
        let thread = std::thread::spawn(move || {
            let (progress, killed) = shared;
            let mut last = 0;
            let mut since = Instant::now();
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(timeout / 10) {
                let current = progress.load(Ordering::Relaxed);
                if current != last {
                    (last, since) = (current, Instant::now());
                } else if since.elapsed() > timeout {
                    killed.store(true, Ordering::Relaxed);
                    group.signal(Signal::KILL);
                    return;
                }
            }
        });
        Self { progress, killed, timeout, stop: Some(stop), thread: Some(thread) }
    }

    fn note_progress(&self) {
        self.progress.fetch_add(1, Ordering::Relaxed);
    }

    fn has_killed(&self) -> bool {
        self.killed.load(Ordering::Relaxed)
    }

    /// Returns the reason for the end of the server's output.
    fn end_reason(&self) -> String {
        match self.has_killed() {
            true => format!("the server sent nothing for {:?} while responses were due", self.timeout),
            false => "the server ended while responses were due".to_owned(),
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // The thread does not panic, and the result of a run does not depend on it.
            let _ = thread.join();
        }
    }
}
