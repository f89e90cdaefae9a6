//! Limit on the disk space of temporary files, which SQLite uses for large sorts.

use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Measures the disk space used since a statement started. SQLite does not report the size of its temporary files, so the
/// free space of their file system is measured instead, which other processes also affect.
pub(super) struct TempSpace {
    directory: PathBuf,
    max_bytes: u64,
    last: Option<Measurement>,
}

struct Measurement {
    at: Instant,
    initial_free: u64,
}

/// Minimum time between two measurements, since each costs a system call.
const INTERVAL: Duration = Duration::from_millis(10);

impl TempSpace {
    pub(super) fn new(max_bytes: u64) -> Self {
        Self { directory: temp_directory(), max_bytes, last: None }
    }

    /// Resets the measurement, for a new statement.
    pub(super) fn reset(&mut self) {
        self.last = None;
    }

    /// Returns `true` if more space was used than allowed.
    pub(super) fn is_exceeded(&mut self) -> bool {
        let now = Instant::now();
        match &mut self.last {
            Some(last) if now - last.at < INTERVAL => false,
            Some(last) => {
                last.at = now;
                free_bytes(&self.directory)
                    .is_some_and(|free| last.initial_free.saturating_sub(free) > self.max_bytes)
            }
            None => {
                let initial_free = free_bytes(&self.directory).unwrap_or(0);
                self.last = Some(Measurement { at: now, initial_free });
                false
            }
        }
    }
}

/// Returns the directory of SQLite's temporary files: the first candidate that exists.
fn temp_directory() -> PathBuf {
    let configured = ["SQLITE_TMPDIR", "TMPDIR"].into_iter().filter_map(std::env::var_os).map(PathBuf::from);
    let defaults = ["/var/tmp", "/usr/tmp", "/tmp"].into_iter().map(PathBuf::from);
    configured.chain(defaults).find(|directory| directory.is_dir()).unwrap_or_else(|| PathBuf::from("."))
}

#[cfg(unix)]
fn free_bytes(directory: &std::path::Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(directory).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// On other systems, only the timeout bounds the size of temporary files.
#[cfg(not(unix))]
fn free_bytes(_: &std::path::Path) -> Option<u64> {
    None
}
