//! The values of the keyword `format`.

use serde_json::{Map, Value};

/// Returns `true` if known clients accept the format. JSON Schema defines more of them, such as `uri`, which OpenAI rejects
/// for functions with `strict`.
pub(super) fn is_portable_format(format: &str) -> bool {
    matches!(
        format,
        "date-time" | "date" | "time" | "duration" | "email" | "hostname" | "ipv4" | "ipv6" | "uuid"
    )
}

/// Returns a line of the description for another format of strings; `None` for other types.
///
/// The formats of numbers are those of Rust and of OpenAPI. Bounds express them.
pub(super) fn format_note(format: &str, keywords: &Map<String, Value>) -> Option<String> {
    let is_string = match keywords.get("type") {
        Some(Value::Array(names)) => names.iter().any(|name| name == "string"),
        name => name.is_some_and(|name| name == "string"),
    };
    let text = match format {
        "partial-date-time" => "A date and a time such as 2026-01-31T12:30:00.",
        "partial-time" => "A time such as 12:30:00.",
        "zoned-date-time" => {
            "A date, a time and a time zone such as 2026-01-31T12:30:00+01:00[Europe/Berlin]."
        }
        "ip" => "An IP address such as 192.0.2.1 or 2001:db8::1.",
        "byte" => "Bytes in base64.",
        "uri" => "A URI such as https://example.com/path.",
        "regex" => "A regular expression.",
        other => return is_string.then(|| format!("Format: {other}.")),
    };
    is_string.then(|| text.to_owned())
}
