//! A server that speaks on its standard input and output, and the two pipes to it.

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

use crate::answer::Answer;
use crate::probe::Peer;
use crate::process::{Group, Process};
use crate::request::Message;
use crate::{Lines, Result};

/// A server that was started, and what was not yet written to it.
pub(crate) struct Server {
    process: Process,
    stdin: Option<ChildStdin>,
    stdout: ChildStdout,
    pub(crate) lines: Lines,
    /// Requests that wait for room in the pipe.
    pub(crate) outgoing: Vec<u8>,
    written: usize,
    watchdog: Watchdog,
}

impl Server {
    /// Starts a command, its words already separated; it is killed when it sends nothing for as long as `patience`.
    pub(crate) fn start(command: &[String], patience: Duration) -> Result<Self> {
        let mut process = Process::start(command, Stdio::piped(), Stdio::piped())?;
        let stdin = process.child.stdin.take().ok_or("no pipe to the server")?;
        let stdout = process.child.stdout.take().ok_or("no pipe from the server")?;
        // Our end of the pipe only. A write that blocked would wait for a server that waits for us to read.
        fcntl_setfl(&stdin, fcntl_getfl(&stdin)? | OFlags::NONBLOCK)?;
        let watchdog = Watchdog::new(process.group(), patience);
        let (lines, outgoing) = (Lines::new(), Vec::new());
        Ok(Self { process, stdin: Some(stdin), stdout, lines, outgoing, written: 0, watchdog })
    }

    /// The number of the process.
    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Writes what the pipe takes, and returns whether that was everything.
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

    /// Waits until the server has sent something, or reads more, and returns whether it has sent something.
    pub(crate) fn wait_for_either(&self) -> Result<bool> {
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

    /// Reads once, waiting for it.
    pub(crate) fn read(&mut self) -> Result<()> {
        if self.lines.fill(&mut self.stdout)? == 0 {
            return Err(self.watchdog.reason().into());
        }
        self.watchdog.note_progress();
        Ok(())
    }

    /// The next line that comes; for what is not measured.
    fn next_line(&mut self) -> Result<Vec<u8>> {
        loop {
            if let Some(line) = self.lines.take() {
                return Ok(line.to_vec());
            }
            self.read()?;
        }
    }

    /// Closes the server's input and waits until it has gone.
    pub(crate) fn close(mut self) -> Result<()> {
        drop(self.stdin.take());
        self.watchdog.note_progress();
        while self.lines.fill(&mut self.stdout)? > 0 {}
        while let Some(line) = self.lines.take() {
            if !Answer::parse(line).is_ok_and(|answer| answer.is_notification()) {
                let line = String::from_utf8_lossy(line);
                return Err(format!("the server sent more than was asked for: {line}").into());
            }
        }
        let status = self.process.child.wait()?;
        if self.watchdog.has_killed() {
            return Err("the server did not end when its input did".into());
        }
        if !status.success() {
            return Err(format!("the server ended with {status}").into());
        }
        Ok(())
    }
}

impl Peer for Server {
    fn ask(&mut self, message: &Message) -> Result<Answer> {
        self.tell(message)?;
        loop {
            if let Some(answer) = Answer::to(message.id, &self.next_line()?)? {
                return Ok(answer);
            }
        }
    }

    fn tell(&mut self, message: &Message) -> Result<()> {
        self.outgoing.extend_from_slice(&message.body);
        self.outgoing.push(b'\n');
        while !self.write()? {
            if self.wait_for_either()? {
                self.read()?;
            }
        }
        Ok(())
    }
}

/// Ends a server that has gone silent, so that a blocking read needs no time limit of its own.
struct Watchdog {
    progress: Arc<AtomicU64>,
    killed: Arc<AtomicBool>,
    patience: Duration,
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    fn new(group: Group, patience: Duration) -> Self {
        let (progress, killed) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (stop, stopped) = mpsc::channel();
        let watched = (Arc::clone(&progress), Arc::clone(&killed));
        let thread = std::thread::spawn(move || {
            let (progress, killed) = watched;
            let mut seen = 0;
            let mut since = Instant::now();
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(patience / 10) {
                let now = progress.load(Ordering::Relaxed);
                if now != seen {
                    (seen, since) = (now, Instant::now());
                } else if since.elapsed() > patience {
                    killed.store(true, Ordering::Relaxed);
                    group.signal(Signal::KILL);
                    return;
                }
            }
        });
        Self { progress, killed, patience, stop: Some(stop), thread: Some(thread) }
    }

    fn note_progress(&self) {
        self.progress.fetch_add(1, Ordering::Relaxed);
    }

    fn has_killed(&self) -> bool {
        self.killed.load(Ordering::Relaxed)
    }

    /// Why the server's output ended.
    fn reason(&self) -> String {
        match self.has_killed() {
            true => format!("the server sent nothing for {:?} though answers were due", self.patience),
            false => "the server ended though answers were due".to_owned(),
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It panics nowhere, and a run's verdict does not depend on it.
            let _ = thread.join();
        }
    }
}
