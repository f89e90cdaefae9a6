//! The table of limits in SECURITY.md, compared with the constants of the code.

use std::collections::BTreeSet;

use crate::sources::{Problems, read};

/// The file of a constant or of a default, its name, and its row in the table. `.0` and `.1` are the members of a pair.
const LIMITS: &[(&str, &str, &str)] = &[
    ("mcp-core/src/message/scan.rs", "MAX_DEPTH", "message nesting"),
    ("mcp-core/src/message/id.rs", "MAX_STRING_ID_LEN", "request id length"),
    ("mcp-core/src/message/decode.rs", "MAX_BATCH_LEN", "messages per batch"),
    ("mcp-core/src/schema/coerce/mod.rs", "MAX_PROBLEMS", "argument problems"),
    ("mcp-core/src/schema/coerce/mod.rs", "MAX_VALUE_DEPTH", "argument nesting"),
    ("mcp-core/src/schema/enumeration.rs", "MAX_DEPTH", "argument nesting"),
    ("mcp-core/src/schema/coerce/mod.rs", "MAX_HOPS", "schema steps per value"),
    ("mcp-core/src/schema/coerce/mod.rs", "STEPS_PER_PART", "validation steps per part"),
    ("mcp-core/src/schema/coerce/mod.rs", "MIN_STEPS", "validation steps minimum"),
    ("mcp-core/src/schema/coerce/convert.rs", "MAX_NUMBER_LEN", "number text length"),
    ("mcp-core/src/template/error.rs", "MAX_TEMPLATE_LEN", "template length"),
    ("mcp-core/src/template/error.rs", "MAX_VARIABLES", "template variables"),
    ("mcp-core/src/template/matching.rs", "MAX_URI_LEN", "URI length"),
    ("mcp-core/src/schema/read/mod.rs", "MAX_DEPTH", "schema nesting"),
    ("mcp-core/src/schema/read/mod.rs", "MAX_SIZE", "schema size"),
    ("mcp-core/src/schema/pattern.rs", "MAX_PATTERN_SIZE", "pattern size"),
    ("mcp-core/src/schema/problem.rs", "MAX_EXCERPT_LEN", "value excerpt"),
    ("mcp-core/src/schema/problem.rs", "MAX_NAMES", "names listed"),
    ("mcp-core/src/schema/expect.rs", "MAX_BRANCHES", "alternatives listed"),
    ("mcp-core/src/input/form/validate.rs", "MAX_LISTED_VALUES", "form values listed"),
    ("mcp-core/src/schema/suggestion.rs", "MAX_NAME_LEN", "suggested name length"),
    ("mcp-core/src/schema/suggestion.rs", "MAX_NAMES", "names compared"),
    ("mcp-core/src/input/form/format.rs", "MAX_EMAIL_LEN", "email length"),
    ("mcp-core/src/error.rs", "MAX_UNKNOWN_NAME_CHARS", "unknown name"),
    ("mcp-server/src/limits.rs", "MAX_UNKNOWN_NAME_CHARS", "unknown name"),
    ("mcp-server/src/limits.rs", "MAX_COMPARED_NAMES", "names looked through"),
    ("mcp-server/src/limits.rs", "MAX_LOGGED_CAUSES", "logged causes"),
    ("mcp-server/src/limits.rs", "MAX_UNREADABLE_MESSAGES", "unreadable messages in a row"),
    ("mcp-server/src/limits.rs", "MAX_VERSION_BYTES", "revision name length"),
    ("mcp-server/src/limits.rs", "MAX_URI_BYTES", "URI length"),
    ("mcp-server/src/limits.rs", "MAX_CALLS_PER_CONNECTION", "calls per connection"),
    ("mcp-server/src/limits.rs", "DEFAULT_TIMEOUT", "call time"),
    ("mcp-server/src/limits.rs", "SLOW_POLL", "poll time"),
    ("mcp-server/src/limits.rs", "DEFAULT_MAX_RESULT_BYTES", "result size"),
    ("mcp-server/src/limits.rs", "DEFAULT_PROGRESS_PER_SECOND", "progress notifications per second"),
    ("mcp-server/src/limits.rs", "DEFAULT_PAGE_SIZE", "entries per page"),
    ("mcp-server/src/limits.rs", "MAX_COMPLETION_VALUES", "completion values"),
    ("mcp-server/src/limits.rs", "DEFAULT_INPUT_TIMEOUT", "input response time"),
    ("mcp-server/src/limits.rs", "MAX_REPEATS", "repeated questions"),
    ("mcp-server/src/limits.rs", "MAX_REASON_CHARS", "reason of a repeated question"),
    ("mcp-server/src/limits.rs", "MAX_ROUNDS", "rounds per call"),
    ("mcp-server/src/limits.rs", "MAX_STATE_BYTES", "responses and steps per call"),
    ("mcp-server/src/limits.rs", "MAX_REQUEST_STATE_BYTES", "request state length"),
    ("mcp-server/src/limits.rs", "MAX_WAITING_CALLS", "waiting calls per client"),
    ("mcp-server/src/limits.rs", "MAX_WAITING_BYTES", "size of waiting calls"),
    ("mcp-server/src/limits.rs", "MAX_TICKETS", "tickets"),
    ("mcp-server/src/limits.rs", "MAX_TICKET_BYTES", "size of tickets"),
    ("mcp-server/src/limits.rs", "DEFAULT_MAX_TASKS_PER_CALLER", "tasks per caller"),
    ("mcp-server/src/limits.rs", "DEFAULT_MAX_TASK_BYTES", "task size"),
    ("mcp-server/src/limits.rs", "DEFAULT_TASK_TTL", "task lifetime"),
    ("mcp-server/src/limits.rs", "MIN_RESULT_TTL", "task result retention"),
    ("mcp-server/src/limits.rs", "MAX_LISTENS_PER_CONNECTION", "subscriptions per connection"),
    ("mcp-server/src/limits.rs", "MAX_SUBSCRIPTIONS_PER_CALLER", "subscriptions per caller"),
    ("mcp-server/src/limits.rs", "MAX_SUBSCRIBED_ITEMS", "resources per subscription"),
    ("mcp-server/src/limits.rs", "MAX_SUBSCRIPTIONS_PER_SESSION", "resources per session"),
    ("mcp-server/src/limits.rs", "MAX_LIST_CLASSES", "cached lists"),
    ("mcp-server/src/limits.rs", "MAX_LIST_CACHE_BYTES", "size of cached lists"),
    ("mcp-server/src/limits.rs", "DEFAULT_SESSION_TTL", "session value lifetime"),
    ("mcp-server/src/limits.rs", "MAX_SESSION_VALUES_BYTES", "session value size"),
    ("mcp-server/src/limits.rs", "MAX_SESSION_ATTEMPTS", "session value attempts"),
    ("mcp-server/src/limits.rs", "MAX_STORE_ENTRIES", "store values"),
    ("mcp-server/src/limits.rs", "MAX_CACHED_METAS", "cached clients"),
    ("mcp-server/src/limits.rs", "MAX_CACHED_META_BYTES", "cached client size"),
    ("mcp-server/src/limits.rs", "MAX_TOOL_NAME_BYTES", "tool name length"),
    ("mcp-server/src/limits.rs", "MAX_ARGUMENT_NAME_BYTES", "argument name length"),
    ("mcp-server/src/limits.rs", "MAX_REPORTED_PROBLEMS", "argument problems"),
    ("mcp-server/src/limits.rs", "MAX_SCHEMA_DEPTH", "schema nesting"),
    ("mcp-server/src/limits.rs", "MAX_SCHEMA_VALUES", "schema size"),
    ("mcp-server/src/limits.rs", "MAX_LOGGED_BYTES", "log text"),
    ("mcp-server/src/limits.rs", "MIN_TASK_TTL", "task lifetime minimum"),
    ("mcp-server/src/limits.rs", "MAX_TASK_TTL", "task lifetime maximum"),
    ("mcp-server/src/limits.rs", "HEARTBEAT_TIMEOUT", "task heartbeat timeout"),
    ("mcp-transport/src/runtime.rs", "STORE_TIMEOUT", "time to record tasks"),
    ("mcp-transport/src/lines/limits.rs", "max_line_bytes", "line length"),
    ("mcp-transport/src/lines/limits.rs", "drain_timeout", "time after end of input"),
    ("mcp-transport/src/lines/limits.rs", "max_clients", "socket clients"),
    ("mcp-transport/src/lines/write_buffer.rs", "MAX_PENDING_BYTES", "unread output"),
    ("mcp-transport/src/stdio/mod.rs", "SIGNAL_DRAIN_TIMEOUT", "time after a signal"),
    ("mcp-transport/src/lines/limits.rs", "LAST_WRITE_TIMEOUT", "last write"),
    ("mcp-transport/src/stdio/mod.rs", "ABORT_TIMEOUT", "last poll"),
    ("mcp-transport/src/stdio/mod.rs", "MAX_LEASE", "time on the reading thread"),
    ("mcp-transport/src/unix.rs", "BACKLOG", "socket backlog"),
    ("mcp-transport/src/log.rs", "MAX_QUEUED_LINES", "queued log lines"),
    ("mcp-transport/src/http/net/connection.rs", "MAX_HEADER_FIELDS", "header fields"),
    ("mcp-transport/src/http/net/connection.rs", "MAX_READ_BYTES", "read buffer"),
    ("mcp-transport/src/http/net/monitored_io.rs", "LINGER_TIMEOUT", "linger time"),
    ("mcp-transport/src/http/net/monitored_io.rs", "MAX_LINGER_BYTES", "linger size"),
    ("mcp-transport/src/http/limits.rs", "MAX_PENDING_NOTIFICATIONS", "queued notifications per call"),
    ("mcp-transport/src/http/limits.rs", "MAX_PENDING_NOTIFICATION_BYTES", "size of queued notifications"),
    ("mcp-transport/src/http/legacy/session.rs", "MAX_SESSION_ID_BYTES", "session id length"),
    ("mcp-transport/src/http/legacy/session.rs", "MAX_CACHED_TOKENS", "cached session ids"),
    ("mcp-transport/src/http/legacy/session.rs", "STORE_TIMEOUT", "store time"),
    ("mcp-transport/src/http/legacy/streams.rs", "MAX_IDLE_STREAMS", "streams per session"),
    ("mcp-transport/src/http/legacy/streams.rs", "RESUME_WINDOW", "reconnect time"),
    ("mcp-transport/src/http/legacy/replay_buffer.rs", "MAX_RETAINED_MESSAGES", "replay messages"),
    ("mcp-transport/src/http/legacy/replay_buffer.rs", "MAX_RETAINED_BYTES", "replay size"),
    ("mcp-transport/src/http/legacy/replay_buffer.rs", "MAX_RETAINED_AFTER_END", "replay size after the end"),
    ("mcp-transport/src/http/limits.rs", "shutdown_delay", "shutdown delay"),
    ("mcp-transport/src/http/limits.rs", "drain_timeout", "shutdown time"),
    ("mcp-transport/src/http/limits.rs", "json_grace", "response grace"),
    ("mcp-transport/src/http/limits.rs", "keep_alive_interval", "keep-alive interval"),
];

/// The defaults of `http::Limits` beside those above.
const HTTP: [(&str, &str); 13] = [
    ("max_connections", "connections"),
    ("max_header_bytes", "header size"),
    ("header_timeout", "header time"),
    ("max_body_bytes", "body size"),
    ("body_timeout", "body time"),
    ("idle_timeout", "idle time"),
    ("write_timeout", "write time"),
    ("max_concurrent_streams", "HTTP/2 requests per connection"),
    ("max_calls", "calls"),
    ("max_streams", "streams"),
    ("max_sessions", "sessions"),
    ("session_idle_timeout", "session idle time"),
    ("max_session_age", "session age"),
];

/// Rows whose limit is no constant of its own: the range of a type, or a length within one expression.
const WITHOUT_CONSTANT: [&str; 2] = ["request id number", "header value excerpt"];

/// Constants of the table in `mcp-server/src/limits.rs` that reject nothing.
const WITHOUT_ROW: [&str; 2] = ["DEFAULT_POLL_INTERVAL", "HEARTBEAT_INTERVAL"];

#[test]
fn the_table_of_limits_is_that_of_the_code() {
    let security = read("SECURITY.md");
    let mut problems = Problems::default();
    let mut rows: BTreeSet<&str> = rows(&security).map(|(name, _)| name).collect();
    let http = HTTP.iter().map(|(name, row)| ("mcp-transport/src/http/limits.rs", *name, *row));
    for (path, name, row) in LIMITS.iter().copied().chain(http) {
        rows.remove(row);
        let in_code = value(&read(path), name);
        let in_table = self::rows(&security).find(|(name, _)| *name == row).map(|(_, value)| value);
        if in_code.is_none() || in_code != in_table {
            problems.push(format!("{path}: `{name}` is {in_code:?}, and the row `{row}` is {in_table:?}"));
        }
    }
    for row in rows {
        if !WITHOUT_CONSTANT.contains(&row) {
            problems.push(format!("SECURITY.md: the row `{row}` has no constant"));
        }
    }
    for line in read("mcp-server/src/limits.rs").lines() {
        let Some((name, _)) = line.strip_prefix("pub(crate) const ").and_then(|line| line.split_once(':'))
        else {
            continue;
        };
        let has_row = LIMITS.iter().any(|(_, listed, _)| *listed == name) || WITHOUT_ROW.contains(&name);
        if !has_row {
            problems.push(format!("mcp-server/src/limits.rs: `{name}` has no row in SECURITY.md"));
        }
    }
    problems.report();
}

/// The rows of the table: the name of each limit, and its default in bytes, milliseconds, or as a number.
fn rows(page: &str) -> impl Iterator<Item = (&str, u64)> {
    page.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        let (name, default, unit) = (cells.next()?, cells.next()?, cells.next()?);
        let default: u64 = default.replace(',', "").parse().ok()?;
        let factor = match unit {
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "seconds" => 1000,
            "minutes" => 60 * 1000,
            "hours" => 60 * 60 * 1000,
            "years" => 365 * 24 * 60 * 60 * 1000,
            _ => 1,
        };
        Some((name, default * factor))
    })
}

/// The value of a constant, or of a field in a struct expression. Durations are in milliseconds.
fn value(source: &str, name: &str) -> Option<u64> {
    let (name, index) = match name.split_once('.') {
        Some((name, index)) => (name, index.parse().ok()?),
        None => (name, 0),
    };
    let constant = format!("const {name}: ");
    let expression = match source.split_once(&constant) {
        Some((_, rest)) => rest.split_once(" = ")?.1.split_once(';')?.0,
        None => {
            let defaults = source.split_once("Default for ")?.1;
            let rest = defaults.split_once(&format!(" {name}: "))?.1;
            rest.split_once([',', '}'])?.0
        }
    };
    match expression.strip_prefix('(').and_then(|pair| pair.strip_suffix(')')) {
        Some(pair) => number(pair.split(", ").nth(index)?),
        None => number(expression),
    }
}

/// The value of an expression such as `8 << 20` and `Duration::from_secs(5 * 60)`.
fn number(expression: &str) -> Option<u64> {
    let expression = expression.trim();
    if expression == "Duration::ZERO" {
        return Some(0);
    }
    for (function, factor) in [("Duration::from_secs(", 1000), ("Duration::from_millis(", 1)] {
        if let Some(argument) = expression.strip_prefix(function) {
            return Some(number(argument.strip_suffix(')')?)? * factor);
        }
    }
    if let Some((left, right)) = expression.split_once(" << ") {
        return Some(number(left)? << number(right)?);
    }
    if let Some((left, right)) = expression.split_once(" * ") {
        return Some(number(left)? * number(right)?);
    }
    expression.replace('_', "").parse().ok()
}

#[test]
fn expressions_are_evaluated() {
    let source = "const SIZE: usize = 8 << 20;\nconst PAIR: (usize, usize) = (1000, 1 << 10);\n\
                  impl Default for Limits { fn default() -> Self { Self { time: Duration::from_secs(5 * 60), none: 1_000 } } }";
    assert_eq!(value(source, "SIZE"), Some(8 << 20));
    assert_eq!(value(source, "PAIR.1"), Some(1024));
    assert_eq!(value(source, "time"), Some(300_000));
    assert_eq!(value(source, "none"), Some(1000));
    assert_eq!(value(source, "other"), None);
}
