//! How long something took, on the clock and on the processors: a busy machine distorts the latter less.

use std::fs;
use std::time::{Duration, Instant};

/// The times from a moment on.
pub(crate) struct Meter {
    server: Option<u32>,
    before: [Option<Duration>; 2],
    start: Instant,
}

/// What a [`Meter`] found.
pub(crate) struct Times {
    pub(crate) clock: Duration,
    /// Of the server, where we know its process.
    pub(crate) server_cpu: Option<Duration>,
    /// Of this process.
    pub(crate) driver_cpu: Option<Duration>,
}

impl Meter {
    pub(crate) fn start(server: Option<u32>) -> Self {
        Self { server, before: used(server), start: Instant::now() }
    }

    pub(crate) fn stop(self) -> Times {
        let clock = self.start.elapsed();
        let since = |before: Option<Duration>, after: Option<Duration>| after?.checked_sub(before?);
        let [server, driver] = used(self.server);
        Times { clock, server_cpu: since(self.before[0], server), driver_cpu: since(self.before[1], driver) }
    }
}

/// What the server has used, and what this process has.
fn used(server: Option<u32>) -> [Option<Duration>; 2] {
    [server.and_then(used_by), used_by(std::process::id())]
}

/// The processor time of all threads that `pid` has now, or nothing where the kernel does not tell.
///
/// The counters of the whole process have a resolution of 10 ms, those of its threads one of nanoseconds.
fn used_by(pid: u32) -> Option<Duration> {
    let mut nanoseconds = 0;
    for thread in fs::read_dir(format!("/proc/{pid}/task")).ok()? {
        // A thread that ended since the directory was read has nothing to add.
        let Ok(statistics) = fs::read_to_string(thread.ok()?.path().join("schedstat")) else { continue };
        nanoseconds += statistics.split_whitespace().next()?.parse::<u64>().ok()?;
    }
    Some(Duration::from_nanos(nanoseconds))
}
