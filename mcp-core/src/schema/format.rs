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

/// Returns the description of the strings in a format, to follow "expected"; `None` if the format is unknown.
pub(super) fn expected(format: &str) -> Option<&'static str> {
    Some(match format {
        "date-time" => r#"a date and time with its offset such as "2026-01-31T12:30:00Z""#,
        "partial-date-time" => r#"a date and time without an offset such as "2026-01-31T12:30:00""#,
        "zoned-date-time" => {
            r#"a date and time with its time zone such as "2026-01-31T12:30:00+01:00[Europe/Berlin]""#
        }
        "date" => r#"a date such as "2026-01-31""#,
        "time" => r#"a time with its offset such as "12:30:00Z""#,
        "partial-time" => r#"a time such as "12:30:00""#,
        "duration" => r#"a duration in ISO 8601 such as "PT1M30S""#,
        "email" | "idn-email" => r#"an email address such as "name@example.com""#,
        "hostname" | "idn-hostname" => r#"a host name such as "example.com""#,
        "ip" => r#"an IP address such as "192.0.2.1" or "2001:db8::1""#,
        "ipv4" => r#"an IPv4 address such as "192.0.2.1""#,
        "ipv6" => r#"an IPv6 address such as "2001:db8::1""#,
        "uri" | "iri" => r#"a URI such as "https://example.com/""#,
        "uri-reference" | "iri-reference" => r#"a URI or a relative reference such as "/path""#,
        "uri-template" => r#"a URI template such as "/notes/{id}""#,
        "uuid" => r#"a UUID such as "123e4567-e89b-12d3-a456-426614174000""#,
        "json-pointer" => r#"a JSON pointer such as "/notes/0""#,
        "regex" => "a regular expression",
        _ => return None,
    })
}

/// Returns the description of the strings that match a pattern of a known type.
pub(super) fn expected_by_pattern(pattern: &str) -> Option<&'static str> {
    (pattern == r"^-?\d+(\.\d+)?([eE]\d+)?$").then_some(r#"a decimal number such as "12.50""#)
}

/// Returns `true` if no string in the format is empty.
pub(super) fn excludes_empty(format: &str) -> bool {
    let allows_empty =
        ["uri-reference", "iri-reference", "uri-template", "json-pointer", "relative-json-pointer", "regex"];
    expected(format).is_some() && !allows_empty.contains(&format)
}
