//! Every limit of the engine, in one table. SECURITY.md lists them for operators, and `tests/tidy/limits.rs` compares the
//! two.
//!
//! A limit that a server author can change has its default here and its setter on [`Builder`](crate::Builder) or
//! [`TaskConfig`](crate::TaskConfig).

use std::time::Duration;

use mcpwright_core::ErrorObject;

// Calls

/// Maximum number of calls in flight on one connection.
pub(crate) const MAX_CALLS_PER_CONNECTION: usize = 1024;

/// Default timeout of a call: [`Builder::timeout`](crate::Builder::timeout).
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// Default maximum size of a result, in bytes: [`Builder::max_result_bytes`](crate::Builder::max_result_bytes).
pub(crate) const DEFAULT_MAX_RESULT_BYTES: usize = 8 << 20;

/// Default number of entries on one page of a list: [`Builder::page_size`](crate::Builder::page_size).
pub(crate) const DEFAULT_PAGE_SIZE: usize = 1000;

/// Maximum number of values in one completion.
pub(crate) const MAX_COMPLETION_VALUES: usize = 100;

/// Duration of a poll after which it is logged, because it blocks its thread.
pub(crate) const SLOW_POLL: Duration = Duration::from_secs(1);

// Handlers

/// Maximum length of the name of a tool, in bytes.
pub(crate) const MAX_TOOL_NAME_BYTES: usize = 128;

/// Maximum length of the name of a tool's argument, in bytes. Providers of models set it.
pub(crate) const MAX_ARGUMENT_NAME_BYTES: usize = 64;

/// Maximum depth of a schema that is written by hand.
#[allow(dead_code, reason = "only a build with the feature `validate` uses it")]
pub(crate) const MAX_SCHEMA_DEPTH: usize = 64;

/// Maximum number of JSON values in a schema that is written by hand.
#[allow(dead_code, reason = "only a build with the feature `validate` uses it")]
pub(crate) const MAX_SCHEMA_VALUES: usize = 10_000;

/// Maximum number of problems that are reported for one value.
#[allow(dead_code, reason = "only a build with the feature `validate` uses it")]
pub(crate) const MAX_REPORTED_PROBLEMS: usize = 20;

// Messages

/// Maximum length of a URI, in bytes.
pub(crate) const MAX_URI_BYTES: usize = 8 << 10;

/// Maximum number of characters of an unknown name that an error repeats.
pub(crate) const MAX_UNKNOWN_NAME_CHARS: usize = 64;

/// Maximum number of names that are looked through for the one that was probably meant.
pub(crate) const MAX_COMPARED_NAMES: usize = 1000;

/// Maximum length of a protocol version, in bytes.
pub(crate) const MAX_VERSION_BYTES: usize = 1024;

/// Maximum number of consecutive messages that are not JSON and are answered with an error.
pub(crate) const MAX_UNREADABLE_MESSAGES: u32 = 10;

/// Number of distinct `_meta` texts whose parsed form is cached.
pub(crate) const MAX_CACHED_METAS: usize = 16;

/// Maximum length of a `_meta` text that is cached, in bytes.
pub(crate) const MAX_CACHED_META_BYTES: usize = 4 << 10;

// Lists

/// The maximum number of lists of one kind that a server keeps encoded, for callers that see different ones.
pub(crate) const MAX_LIST_CLASSES: usize = 1024;

/// The maximum size in bytes of the lists of one kind that a server keeps encoded.
pub(crate) const MAX_LIST_CACHE_BYTES: usize = 64 << 20;

// Subscriptions

/// Maximum number of resources that one legacy session may subscribe to.
pub(crate) const MAX_SUBSCRIPTIONS_PER_SESSION: usize = 1000;

/// Maximum number of subscriptions on one connection.
pub(crate) const MAX_LISTENS_PER_CONNECTION: usize = 100;

/// Maximum number of resources and tasks that one subscription may name.
pub(crate) const MAX_SUBSCRIBED_ITEMS: usize = 1000;

/// Maximum number of subscriptions of one identified caller, over all connections.
pub(crate) const MAX_SUBSCRIPTIONS_PER_CALLER: usize = 100;

// Input requests

/// Default time that a client has to answer an input request: [`Builder::input_timeout`](crate::Builder::input_timeout).
pub(crate) const DEFAULT_INPUT_TIMEOUT: Duration = Duration::from_secs(10 * 60);

/// Maximum number of times that an elicitation is sent again because its response does not fit.
pub(crate) const MAX_REPEATS: u32 = 2;

/// Maximum length of the reason that is kept and shown then, in characters.
pub(crate) const MAX_REASON_CHARS: usize = 1000;

/// Maximum number of rounds of one call.
pub(crate) const MAX_ROUNDS: u32 = 100;

/// Maximum size of the input responses and steps of one call, in bytes: they are part of the state of each round.
pub(crate) const MAX_STATE_BYTES: usize = 12_000;

/// Maximum length of a `requestState`, in bytes: [`MAX_STATE_BYTES`], sealed and in base64.
pub(crate) const MAX_REQUEST_STATE_BYTES: usize = 16 << 10;

/// Maximum number of calls of one legacy client that wait for its responses.
pub(crate) const MAX_WAITING_CALLS: usize = 100;

/// Maximum size of the parameters and states of these calls, in bytes.
pub(crate) const MAX_WAITING_BYTES: usize = 8 << 20;

// Sessions

/// Default time after the last change in which values of a session are kept:
/// [`Builder::session_ttl`](crate::Builder::session_ttl).
pub(crate) const DEFAULT_SESSION_TTL: Duration = Duration::from_secs(24 * 60 * 60);

/// Maximum size of all values of one session or caller, in bytes.
pub(crate) const MAX_SESSION_VALUES_BYTES: usize = 64 << 10;

/// Maximum number of attempts to change a value that other calls change at the same time.
pub(crate) const MAX_SESSION_ATTEMPTS: u32 = 100;

// Tasks

/// Default time that a task is kept: [`TaskConfig::ttl`](crate::TaskConfig::ttl).
pub(crate) const DEFAULT_TASK_TTL: Duration = Duration::from_secs(60 * 60);

/// Minimum time that a task is kept: a task that expired at once could not be polled.
pub(crate) const MIN_TASK_TTL: Duration = Duration::from_secs(1);

/// Maximum time that a task is kept. Clocks reach further, so every task ends and counts for its caller until then.
pub(crate) const MAX_TASK_TTL: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Default interval at which clients should poll a task: [`TaskConfig::poll_interval`](crate::TaskConfig::poll_interval).
pub(crate) const DEFAULT_POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Default maximum number of tasks of one caller: [`TaskConfig::max_per_caller`](crate::TaskConfig::max_per_caller).
pub(crate) const DEFAULT_MAX_TASKS_PER_CALLER: usize = 1000;

/// Default maximum size of a task's result, in bytes: [`TaskConfig::max_result_bytes`](crate::TaskConfig::max_result_bytes).
pub(crate) const DEFAULT_MAX_TASK_BYTES: usize = 1 << 20;

/// Minimum time that the result of a task is kept after its end.
pub(crate) const MIN_RESULT_TTL: Duration = Duration::from_secs(60);

/// Interval of the heartbeats of a running task. With each, its replica checks if another replica has ended it.
pub(crate) const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(2);

/// Time without a heartbeat after which a running task counts as lost.
pub(crate) const HEARTBEAT_TIMEOUT: Duration = Duration::from_secs(20);

// Memory and logs

/// Maximum length of a text from a client or a handler in a log message, in bytes.
pub(crate) const MAX_LOGGED_BYTES: usize = 256;

/// Maximum number of errors in a log message: an error and its causes.
pub(crate) const MAX_LOGGED_CAUSES: usize = 16;

/// Maximum number of entries in a [`MemoryStore`](crate::MemoryStore).
pub(crate) const MAX_STORE_ENTRIES: usize = 100_000;

/// Maximum number of tickets for states that stay in the process, in a build without the feature `seal`.
pub(crate) const MAX_TICKETS: usize = 1000;

/// Maximum size of these states, in bytes.
pub(crate) const MAX_TICKET_BYTES: usize = 8 << 20;

/// Returns an error if a URI is too long.
pub(crate) fn check_uri(name: &str, uri: &str) -> Result<(), ErrorObject> {
    if uri.len() <= MAX_URI_BYTES {
        return Ok(());
    }
    Err(ErrorObject::invalid_params(format!("{name} must be at most {MAX_URI_BYTES} bytes long")))
}
