//! What the HTTP transport puts up with.

use std::time::Duration;

/// What the HTTP transport puts up with. Each has a default that suits most servers.
///
/// ```
/// use std::time::Duration;
/// use mcpwright_transport::http::Limits;
///
/// let limits = Limits::default().body(16 << 20).session_idle(Duration::from_secs(3600));
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Connections at a time: 10,000. More of them wait until one is free.
    pub connections: usize,
    /// The largest head of a request, in bytes: 16 KiB. A larger one is answered with 431.
    pub head: usize,
    /// How long a client may take to send a head: 10 seconds. Then the connection is closed.
    pub head_time: Duration,
    /// The largest body of a request, in bytes: 4 MiB. A larger one is answered with 413.
    pub body: usize,
    /// How long a body may take, beside a second for each KiB of it: 30 seconds. Then it is answered with 408.
    pub body_time: Duration,
    /// How long a connection may be idle between requests: 75 seconds. Then it is closed.
    pub idle: Duration,
    /// How long a client may take to read anything of what waits for it: 30 seconds. Then the connection is closed.
    pub write_time: Duration,
    /// Calls at a time: 1024. More are answered with 429.
    pub calls: usize,
    /// Streams of changes at a time: 10,000. More are answered with 429.
    pub streams: usize,
    /// Requests at a time on one connection of HTTP/2: 128.
    pub concurrent: u32,
    /// How long a call may take before its answer becomes a stream that is kept alive: 2 seconds.
    pub grace: Duration,
    /// How often a quiet stream is kept alive: every 15 seconds.
    pub keep_alive: Duration,
    /// Sessions of earlier revisions that keep something in the process: 10,000. Then the one that is idle for longest
    /// goes, and where none is idle, another one is answered with 503.
    pub sessions: usize,
    /// How long such a session is kept without a request or an open stream: 5 minutes. It can go on after that, and has
    /// lost its subscriptions, its log level, and what could have been replayed.
    pub session_idle: Duration,
    /// How long a session may be used: 24 hours. Then its client has to open another one.
    pub session_age: Duration,
    /// How long new requests are still answered once the server is to end, while `/readyz` says that it does: not at all.
    /// A balancer that asks there every five seconds needs a little more than that.
    pub notice: Duration,
    /// How long what runs may go on once the server is to end: 10 seconds.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            head: 16 << 10,
            head_time: Duration::from_secs(10),
            body: 4 << 20,
            body_time: Duration::from_secs(30),
            idle: Duration::from_secs(75),
            write_time: Duration::from_secs(30),
            calls: 1024,
            streams: 10_000,
            concurrent: 128,
            grace: Duration::from_secs(2),
            keep_alive: Duration::from_secs(15),
            sessions: 10_000,
            session_idle: Duration::from_secs(5 * 60),
            session_age: Duration::from_secs(24 * 60 * 60),
            notice: Duration::ZERO,
            drain: Duration::from_secs(10),
        }
    }
}

/// Setters of the same names as the fields.
macro_rules! setters {
    ($($name:ident: $type:ty, $doc:literal;)*) => {
        impl Limits {
            $(
                #[doc = $doc]
                #[must_use]
                pub fn $name(mut self, $name: $type) -> Self {
                    self.$name = $name;
                    self
                }
            )*
        }
    };
}

setters! {
    connections: usize, "Sets how many connections there may be at a time.";
    head: usize, "Sets the largest head of a request, in bytes.";
    head_time: Duration, "Sets how long a client may take to send a head.";
    body: usize, "Sets the largest body of a request, in bytes.";
    body_time: Duration, "Sets how long a body may take, beside a second for each KiB of it.";
    idle: Duration, "Sets how long a connection may be idle between requests.";
    write_time: Duration, "Sets how long a client may take to read anything of what waits for it.";
    calls: usize, "Sets how many calls there may be at a time.";
    streams: usize, "Sets how many streams of changes there may be at a time.";
    concurrent: u32, "Sets how many requests there may be at a time on one connection of HTTP/2.";
    grace: Duration, "Sets how long a call may take before its answer becomes a stream.";
    keep_alive: Duration, "Sets how often a quiet stream is kept alive.";
    sessions: usize, "Sets how many sessions may keep something in the process.";
    session_idle: Duration, "Sets how long a session is kept without a request or an open stream.";
    session_age: Duration, "Sets how long a session may be used.";
    notice: Duration, "Sets how long new requests are still answered once the server is to end.";
    drain: Duration, "Sets how long what runs may go on once the server is to end.";
}
