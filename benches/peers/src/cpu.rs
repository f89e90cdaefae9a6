//! How much processor time a process has used, which a busy machine distorts less than the time on the clock.

use std::fs;
use std::time::Duration;

/// The processor time of all threads that `pid` has now, or nothing where the kernel does not tell.
///
/// The counters of the whole process have a resolution of 10 ms, those of its threads one of nanoseconds.
pub(crate) fn used_by(pid: u32) -> Option<Duration> {
    let mut nanoseconds = 0;
    for thread in fs::read_dir(format!("/proc/{pid}/task")).ok()? {
        // A thread that ended since the directory was read has nothing to add.
        let Ok(statistics) = fs::read_to_string(thread.ok()?.path().join("schedstat")) else { continue };
        nanoseconds += statistics.split_whitespace().next()?.parse::<u64>().ok()?;
    }
    Some(Duration::from_nanos(nanoseconds))
}
