//! The limits of the transports of lines.

use std::time::Duration;

/// Maximum number of bytes that one read returns.
pub(crate) const MAX_READ_BYTES: usize = 64 << 10;

/// Time for the client to read the last answers.
pub(crate) const LAST_WRITE_TIMEOUT: Duration = Duration::from_secs(2);

/// The limits of the transports of lines: standard input and output, Unix sockets, and byte streams.
///
/// ```
/// use std::time::Duration;
/// use mcpwright_transport::LineLimits;
///
/// let limits = LineLimits::default().max_line_bytes(16 << 20).drain_timeout(Duration::from_secs(30));
/// assert_eq!(limits.max_clients, 1000);
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LineLimits {
    /// Maximum length of a line, in bytes. Default: 4 MiB. A longer line is answered with an error.
    pub max_line_bytes: usize,
    /// Time that running calls get to finish after the client has closed its side. Default: 5 seconds.
    pub drain_timeout: Duration,
    /// Maximum number of clients of a socket. Default: 1000. Further connections are closed.
    pub max_clients: usize,
}

impl Default for LineLimits {
    fn default() -> Self {
        Self { max_line_bytes: 4 << 20, drain_timeout: Duration::from_secs(5), max_clients: 1000 }
    }
}

impl LineLimits {
    /// Sets the maximum length of a line, in bytes.
    #[must_use]
    pub fn max_line_bytes(mut self, bytes: usize) -> Self {
        self.max_line_bytes = bytes;
        self
    }

    /// Sets the time that running calls get to finish after the client has closed its side.
    #[must_use]
    pub fn drain_timeout(mut self, timeout: Duration) -> Self {
        self.drain_timeout = timeout;
        self
    }

    /// Sets the maximum number of clients of a socket.
    #[must_use]
    pub fn max_clients(mut self, clients: usize) -> Self {
        self.max_clients = clients;
        self
    }
}
