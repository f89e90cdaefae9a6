//! The process under measurement, and how it ends.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::Result;

/// A program that was started, in a group of its own, so that what a command like `npx` started ends with it.
pub(crate) struct Process {
    pub(crate) child: Child,
}

impl Process {
    /// Starts a command, its words already separated.
    pub(crate) fn start(command: &[String], stdin: Stdio, stdout: Stdio) -> Result<Self> {
        let (program, arguments) = command.split_first().ok_or("the server's command is empty")?;
        let child = Command::new(program)
            .args(arguments)
            .stdin(stdin)
            .stdout(stdout)
            .process_group(0)
            .spawn()
            .map_err(|error| format!("cannot start `{program}`: {error}"))?;
        Ok(Self { child })
    }

    /// The number of the process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The process and those that it started.
    pub(crate) fn group(&self) -> Group {
        Group(i32::try_from(self.pid()).ok().and_then(Pid::from_raw))
    }

    /// Asks it to end, and waits until it has: callgrind writes what it counted at the end.
    pub(crate) fn terminate(mut self, patience: Duration) -> Result<()> {
        self.group().signal(Signal::TERM);
        let told = Instant::now();
        while self.child.try_wait()?.is_none() {
            if told.elapsed() > patience {
                return Err("the server did not end when it was told to".into());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }
}

impl Drop for Process {
    /// A run that failed leaves no process behind.
    fn drop(&mut self) {
        self.group().signal(Signal::KILL);
        // Fails only for a process that was waited for already.
        let _ = self.child.wait();
    }
}

/// A process and those that it started.
#[derive(Clone, Copy)]
pub(crate) struct Group(Option<Pid>);

impl Group {
    pub(crate) fn signal(self, signal: Signal) {
        // Fails only when all of the group have ended, which is what signals are for here.
        let _ = self.0.map(|group| kill_process_group(group, signal));
    }
}
