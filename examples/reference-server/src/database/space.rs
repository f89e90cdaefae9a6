//! Room for temporary files: large sorts go to the disk, and must not fill it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Looks now and then how much room is gone since a statement began. SQLite does not say how large its temporary files
/// are, so the room on their file system stands for it: whoever else writes there counts too.
pub(super) struct Space {
    directory: PathBuf,
    allowed: u64,
    looked: Option<Look>,
}

struct Look {
    at: Instant,
    free_at_first: u64,
}

/// Looking costs a system call.
const PAUSE: Duration = Duration::from_millis(10);

impl Space {
    pub(super) fn new(allowed: u64) -> Self {
        Self { directory: directory(), allowed, looked: None }
    }

    /// For a new statement.
    pub(super) fn forget(&mut self) {
        self.looked = None;
    }

    /// Whether more room is gone than is allowed.
    pub(super) fn is_used_up(&mut self) -> bool {
        let now = Instant::now();
        match &mut self.looked {
            Some(look) if now - look.at < PAUSE => false,
            Some(look) => {
                look.at = now;
                free(&self.directory)
                    .is_some_and(|free| look.free_at_first.saturating_sub(free) > self.allowed)
            }
            None => {
                let free_at_first = free(&self.directory).unwrap_or(0);
                self.looked = Some(Look { at: now, free_at_first });
                false
            }
        }
    }
}

/// Where SQLite puts temporary files: the first of these that exists.
fn directory() -> PathBuf {
    let named = ["SQLITE_TMPDIR", "TMPDIR"].into_iter().filter_map(std::env::var_os).map(PathBuf::from);
    let usual = ["/var/tmp", "/usr/tmp", "/tmp"].into_iter().map(PathBuf::from);
    named.chain(usual).find(|directory| directory.is_dir()).unwrap_or_else(|| PathBuf::from("."))
}

#[cfg(unix)]
fn free(directory: &std::path::Path) -> Option<u64> {
    let found = rustix::fs::statvfs(directory).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

/// Elsewhere the time limit alone bounds how much is written.
#[cfg(not(unix))]
fn free(_: &std::path::Path) -> Option<u64> {
    None
}
