//! How much a statement may take.

use std::time::Duration;

/// Limits and sizes. The defaults suit one process that serves a few models.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// Statements that run at once, each with a thread and a connection of its own.
    pub readers: usize,
    /// Requests that may wait for a reader; one more is refused as busy.
    pub queue: usize,
    /// How long a request may wait for a reader, or a change for its turn.
    pub wait: Duration,
    /// How long a statement may run unless it asks for less.
    pub timeout: Duration,
    /// Rows of a result unless the request says otherwise.
    pub rows: u32,
    /// Rows that a request may ask for at most.
    pub max_rows: u32,
    /// Bytes of the rows as compact JSON unless the request says otherwise.
    pub bytes: u32,
    /// Bytes that a request may ask for at most.
    pub max_bytes: u32,
    /// Memory that all statements of the process may use together. SQLite can lower it later, never raise it.
    pub memory: u64,
    /// Bytes by which temporary files may grow while a statement runs. They are in the directory that `TMPDIR` names.
    pub temporary: u64,
    /// Whether nothing may be changed, whoever agrees.
    pub read_only: bool,
    /// The key that cursors are sealed with. Without one, a random key is made, and cursors end with the process.
    pub cursor_key: Option<[u8; 32]>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            readers: 4,
            queue: 64,
            wait: Duration::from_secs(5),
            timeout: Duration::from_secs(5),
            rows: 200,
            max_rows: 10_000,
            bytes: 64 << 10,
            max_bytes: 1 << 20,
            memory: 192 << 20,
            temporary: 512 << 20,
            read_only: false,
            cursor_key: None,
        }
    }
}
