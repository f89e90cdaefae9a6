//! Settings and limits of the database.

use std::time::Duration;

/// Settings of the database. The defaults suit one process that serves a few models.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// Maximum number of statements that run at once, each on its own connection. Default: 4.
    pub readers: usize,
    /// Maximum number of requests that wait for a reader; further ones fail as busy. Default: 64.
    pub queue_capacity: usize,
    /// Maximum time that a request waits for a reader, or a change for its lock. Default: 5 seconds.
    pub wait_timeout: Duration,
    /// Timeout of a statement, unless the request has a shorter one. Default: 5 seconds.
    pub timeout: Duration,
    /// Maximum number of rows of a result, unless the request specifies another. Default: 200.
    pub default_rows: u32,
    /// Upper bound of the maximum number of rows that a request can specify. Default: 10,000.
    pub max_rows: u32,
    /// Maximum size of the rows as compact JSON, in bytes, unless the request specifies another. Default: 64 KiB.
    pub default_bytes: u32,
    /// Upper bound of the maximum size that a request can specify, in bytes. Default: 1 MiB.
    pub max_bytes: u32,
    /// Maximum memory of all statements of the process together, in bytes. SQLite can lower this limit later, but not
    /// raise it. Default: 192 MiB.
    pub max_memory: u64,
    /// Maximum growth of temporary files while a statement runs, in bytes. They are in the directory that `TMPDIR` names.
    /// Default: 512 MiB.
    pub max_temp_bytes: u64,
    /// `true` to reject all changes. Default: `false`.
    pub read_only: bool,
    /// The key that authenticates cursors. If `None`, a random key is generated, and cursors do not outlive the process.
    pub cursor_key: Option<[u8; 32]>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            readers: 4,
            queue_capacity: 64,
            wait_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(5),
            default_rows: 200,
            max_rows: 10_000,
            default_bytes: 64 << 10,
            max_bytes: 1 << 20,
            max_memory: 192 << 20,
            max_temp_bytes: 512 << 20,
            read_only: false,
            cursor_key: None,
        }
    }
}
