//! Processes of measured servers.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::error::Result;

/// A process in its own process group, so that child processes of commands such as `npx` end with it.
pub(crate) struct Process {
    pub(crate) child: Child,
}

impl Process {
    /// Starts a command.
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

    /// Returns the process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Returns the process group.
    pub(crate) fn group(&self) -> Group {
        Group(i32::try_from(self.pid()).ok().and_then(Pid::from_raw))
    }

    /// Sends SIGTERM, and waits until the process has ended, since callgrind writes its counts at exit.
    pub(crate) fn terminate(mut self, timeout: Duration) -> Result<()> {
        self.group().signal(Signal::TERM);
        let start = Instant::now();
        while self.child.try_wait()?.is_none() {
            if start.elapsed() > timeout {
                return Err("the server did not end after SIGTERM".into());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }
}

impl Drop for Process {
    /// Kills the process group, so that a failed run leaves no process.
    fn drop(&mut self) {
        self.group().signal(Signal::KILL);
        // Fails only if the process was waited for already.
        let _ = self.child.wait();
    }
}

/// A process group.
#[derive(Clone, Copy)]
pub(crate) struct Group(Option<Pid>);

impl Group {
    pub(crate) fn signal(self, signal: Signal) {
        // Fails only if all processes of the group have ended.
        let _ = self.0.map(|group| kill_process_group(group, signal));
    }
}
