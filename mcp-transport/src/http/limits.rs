//! The limits of the HTTP transport.

use std::time::Duration;

/// Maximum number of notifications of a call that are pending for a client that does not read.
pub(crate) const MAX_PENDING_NOTIFICATIONS: usize = 256;

/// Number of bytes of these notifications from which further ones are dropped.
pub(crate) const MAX_PENDING_NOTIFICATION_BYTES: usize = 1 << 20;

/// The limits of the HTTP transport. The defaults suit most servers.
///
/// Sizes end in `_bytes`, counts begin with `max_`, and durations are timeouts, intervals or delays.
///
/// ```
/// use std::time::Duration;
/// use mcpwright_transport::http::Limits;
///
/// let limits = Limits::default().max_body_bytes(16 << 20).session_idle_timeout(Duration::from_secs(3600));
/// assert_eq!(limits.max_body_bytes, 16 << 20);
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Maximum number of connections. Default: 10,000. Above it, connections wait to be accepted.
    pub max_connections: usize,
    /// Maximum size of the head of a request, in bytes. Default: 16 KiB. Above it: 431.
    pub max_header_bytes: usize,
    /// Time to receive the head of a request. Default: 10 seconds. After it, the connection is closed.
    pub header_timeout: Duration,
    /// Maximum size of the body of a request, in bytes. Default: 4 MiB. Above it: 413.
    pub max_body_bytes: usize,
    /// Time to receive the body of a request, plus one millisecond for each byte received. Default: 30 seconds. After it:
    /// 408.
    pub body_timeout: Duration,
    /// Time that a connection may be idle between requests. Default: 75 seconds. After it, the connection is closed.
    pub idle_timeout: Duration,
    /// Time in which a client must read some of the pending output. Default: 30 seconds. After it, the connection is closed.
    pub write_timeout: Duration,
    /// Maximum number of calls. Default: 1024. Above it: 429.
    pub max_calls: usize,
    /// Maximum number of streams of changes. Default: 10,000. Above it: 429.
    pub max_streams: usize,
    /// Maximum number of concurrent requests on one HTTP/2 connection. Default: 128.
    pub max_concurrent_streams: u32,
    /// Time that a call may take before its answer becomes an event stream instead of one JSON object. Default: 2 seconds.
    pub json_grace: Duration,
    /// Interval of keep-alive comments on a quiet stream. Default: 15 seconds.
    pub keep_alive_interval: Duration,
    /// Maximum number of legacy sessions with state in the process. Default: 10,000. Above it, the session that has been
    /// idle longest is evicted; if none is idle, a new one is rejected with 503.
    pub max_sessions: usize,
    /// Evict the session that has been idle longest if there are too many. Default: `true`. Otherwise, new sessions, and
    /// requests of sessions without state in the process, are rejected with 429.
    pub evict_sessions: bool,
    /// Time that such a session is kept without a request or an open stream. Default: 5 minutes. It can continue after
    /// that, without its subscriptions, its log level and what could have been replayed.
    pub session_idle_timeout: Duration,
    /// Maximum age of a session. Default: 24 hours. After it, the client must send `initialize` again.
    pub max_session_age: Duration,
    /// Time between the start of a shutdown and the moment when new requests are no longer accepted; `/readyz` reports the
    /// shutdown meanwhile. Default: none. A load balancer that probes every five seconds needs a little more than that.
    pub shutdown_delay: Duration,
    /// Time that running calls get to finish during a shutdown. Default: 10 seconds.
    pub drain_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_connections: 10_000,
            max_header_bytes: 16 << 10,
            header_timeout: Duration::from_secs(10),
            max_body_bytes: 4 << 20,
            body_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(75),
            write_timeout: Duration::from_secs(30),
            max_calls: 1024,
            max_streams: 10_000,
            max_concurrent_streams: 128,
            json_grace: Duration::from_secs(2),
            keep_alive_interval: Duration::from_secs(15),
            max_sessions: 10_000,
            evict_sessions: true,
            session_idle_timeout: Duration::from_secs(5 * 60),
            max_session_age: Duration::from_secs(24 * 60 * 60),
            shutdown_delay: Duration::ZERO,
            drain_timeout: Duration::from_secs(10),
        }
    }
}

/// Defines setters with the names of the fields.
macro_rules! setters {
    ($($name:ident: $type:ty;)*) => {
        impl Limits {
            $(
                #[doc = concat!("Sets [`", stringify!($name), "`](field@Self::", stringify!($name), ").")]
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
    max_connections: usize;
    max_header_bytes: usize;
    header_timeout: Duration;
    max_body_bytes: usize;
    body_timeout: Duration;
    idle_timeout: Duration;
    write_timeout: Duration;
    max_calls: usize;
    max_streams: usize;
    max_concurrent_streams: u32;
    json_grace: Duration;
    keep_alive_interval: Duration;
    max_sessions: usize;
    evict_sessions: bool;
    session_idle_timeout: Duration;
    max_session_age: Duration;
    shutdown_delay: Duration;
    drain_timeout: Duration;
}
