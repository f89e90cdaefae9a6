//! Standard error for logs, without blocking.

use std::io;
use std::io::Write;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};

/// Maximum number of lines that are pending to be written.
const MAX_QUEUED_LINES: usize = 1024;

/// A writer to standard error for logs, which never blocks its caller.
///
/// A client that starts a server may not read its standard error. Once that pipe is full, writing to it blocks forever; this
/// writer drops lines instead, and later reports how many. Pass it to a subscriber:
/// `tracing_subscriber::fmt().with_writer(mcpwright::transport::stderr)`.
///
/// ```
/// use std::io::Write as _;
///
/// writeln!(mcpwright_transport::stderr(), "reading the configuration")?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn stderr() -> Stderr {
    Stderr { line: Vec::new() }
}

/// Writes a line of the log.
pub(crate) fn write_line(line: &str) {
    // The line is queued when the writer is dropped, and writing to it cannot fail.
    let _ = writeln!(stderr(), "{line}");
}

/// One line for standard error, which is queued when this is dropped.
#[derive(Debug)]
pub struct Stderr {
    line: Vec<u8>,
}

impl Write for Stderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Stderr {
    fn drop(&mut self) {
        static WRITER: LazyLock<Option<SyncSender<Vec<u8>>>> = LazyLock::new(start);
        static DROPPED: AtomicU64 = AtomicU64::new(0);

        let Some(writer) = &*WRITER else { return };
        let mut line = std::mem::take(&mut self.line);
        let dropped = DROPPED.swap(0, Ordering::Relaxed);
        if dropped > 0 {
            line.splice(0..0, format!("({dropped} lines of the log were dropped)\n").into_bytes());
        }
        if let Err(TrySendError::Full(_)) = writer.try_send(line) {
            DROPPED.fetch_add(dropped + 1, Ordering::Relaxed);
        }
    }
}

fn start() -> Option<SyncSender<Vec<u8>>> {
    let (sender, receiver) = sync_channel::<Vec<u8>>(MAX_QUEUED_LINES);
    let writing = move || {
        for line in receiver {
            // A process without standard error has no log.
            let _ = io::stderr().write_all(&line);
        }
    };
    std::thread::Builder::new().name("mcp-stderr".to_owned()).spawn(writing).ok()?;
    Some(sender)
}
