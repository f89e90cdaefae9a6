//! Limits of the transports of lines.

use std::time::Duration;

/// How many bytes are read at once, at the most.
pub(crate) const CHUNK: usize = 64 << 10;

/// What a transport of lines puts up with.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// The longest line that is read, in bytes: 4 MiB if nothing is said.
    pub line: usize,
    /// How long calls may go on once the client has said all it has to say: 5 seconds if nothing is said.
    pub drain: Duration,
    /// The most clients that a socket serves at once: 1000 if nothing is said.
    pub clients: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { line: 4 << 20, drain: Duration::from_secs(5), clients: 1000 }
    }
}

impl Limits {
    /// Sets the longest line that is read, in bytes.
    #[must_use]
    pub fn line(mut self, bytes: usize) -> Self {
        self.line = bytes;
        self
    }

    /// Sets how long calls may go on once the client has said all it has to say.
    #[must_use]
    pub fn drain(mut self, time: Duration) -> Self {
        self.drain = time;
        self
    }

    /// Sets the most clients that a socket serves at once. The connections of others are closed.
    #[must_use]
    pub fn clients(mut self, clients: usize) -> Self {
        self.clients = clients;
        self
    }
}
