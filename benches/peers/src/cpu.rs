//! Wall time and processor time. Processor time is less affected by other load of the machine.

use std::fs;
use std::time::{Duration, Instant};

/// Measures times from its start to its stop.
pub(crate) struct Meter {
    server: Option<u32>,
    initial_cpu: [Option<Duration>; 2],
    start: Instant,
}

/// The times measured by a [`Meter`].
pub(crate) struct Times {
    /// Wall time.
    pub(crate) wall: Duration,
    /// Processor time of the server, if its process is known.
    pub(crate) server_cpu: Option<Duration>,
    /// Processor time of this process.
    pub(crate) driver_cpu: Option<Duration>,
}

impl Meter {
    pub(crate) fn start(server: Option<u32>) -> Self {
        Self { server, initial_cpu: cpu_times(server), start: Instant::now() }
    }

    pub(crate) fn stop(self) -> Times {
        let wall = self.start.elapsed();
        let since = |before: Option<Duration>, after: Option<Duration>| after?.checked_sub(before?);
        let [server, driver] = cpu_times(self.server);
        Times {
            wall,
            server_cpu: since(self.initial_cpu[0], server),
            driver_cpu: since(self.initial_cpu[1], driver),
        }
    }
}

/// Returns the processor times of the server and of this process.
fn cpu_times(server: Option<u32>) -> [Option<Duration>; 2] {
    [server.and_then(cpu_time), cpu_time(std::process::id())]
}

/// Returns the processor time of all threads of a process, if the kernel provides it.
///
/// The counters of a process have a resolution of 10 ms, those of its threads a resolution of 1 ns.
fn cpu_time(pid: u32) -> Option<Duration> {
    let mut nanoseconds = 0;
    for thread in fs::read_dir(format!("/proc/{pid}/task")).ok()? {
        // The thread ended after the directory was read.
        let Ok(statistics) = fs::read_to_string(thread.ok()?.path().join("schedstat")) else { continue };
        nanoseconds += statistics.split_whitespace().next()?.parse::<u64>().ok()?;
    }
    Some(Duration::from_nanos(nanoseconds))
}
