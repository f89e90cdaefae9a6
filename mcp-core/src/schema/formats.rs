//! The formats of strings, in the words of messages.

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
