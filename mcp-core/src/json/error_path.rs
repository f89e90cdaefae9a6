//! Paths of members in deserialization errors.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::de::Error as _;

/// Replaces the line and column in an error with the path of the member that the error is about.
///
/// Serde reports the column where it stopped and the type it expected there, but not the name of the member.
#[cold]
pub(super) fn with_path(text: &str, error: serde_json::Error) -> serde_json::Error {
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    let message = match message {
        // serde_json reports this for every value that cannot be a variant of an enum.
        "expected value" => Cow::Borrowed("invalid type, expected a string"),
        _ if error.is_data() => without_type_name(message),
        _ => return error,
    };
    if error.line() != 1 || error.column() == 0 {
        return error;
    }
    let path = path_at(text.as_bytes(), error.column() - 1);
    // A type that buffers its members, such as a tagged enum, reports their errors with a path relative to itself.
    let message = match (path.is_empty(), message.strip_prefix('`')) {
        (true, _) => message.into_owned(),
        (false, Some(inner)) => format!("`{path}.{inner}"),
        (false, None) => format!("`{path}`: {message}"),
    };
    serde_json::Error::custom(message)
}

/// Replaces the name of a Rust struct with "an object": clients know JSON, but not the types of this crate.
fn without_type_name(message: &str) -> Cow<'_, str> {
    match message.rsplit_once("expected struct ") {
        Some((before, name)) if !name.contains('"') => Cow::Owned(format!("{before}expected an object")),
        _ => Cow::Borrowed(message),
    }
}

/// A container that is open at the current position, with its current member or item.
pub(crate) enum OpenContainer<'a> {
    /// An object, with the name of the current member.
    Object(Option<&'a [u8]>),
    /// An array, with the index of the current item.
    Array(usize),
}

/// Returns the path of the value at byte `target` of `text`, such as `content[0].text`.
fn path_at(text: &[u8], target: usize) -> String {
    format_path(&containers_at(text, target))
}

/// Returns the containers that are open at byte `target` of `text`, with the member or item of each that `target` is in.
pub(crate) fn containers_at(text: &[u8], target: usize) -> Vec<OpenContainer<'_>> {
    // serde_json reports a wrong item of an array at the comma after the item.
    let is_separator = |byte: &u8| matches!(byte, b',' | b' ' | b'\t');
    let target = text.iter().take(target + 1).rposition(|byte| !is_separator(byte)).unwrap_or(0);

    let mut open = Vec::new();
    let mut at = 0;
    while at <= target
        && let Some(byte) = text.get(at)
    {
        match byte {
            // The container that starts here is itself the wrong value.
            b'{' | b'[' if at == target => break,
            b'{' => open.push(OpenContainer::Object(None)),
            b'[' => open.push(OpenContainer::Array(0)),
            b'}' | b']' => drop(open.pop()),
            b',' => advance(&mut open),
            b'"' => {
                let end = string_end(text, at);
                if let Some(OpenContainer::Object(name @ None)) = open.last_mut() {
                    *name = Some(&text[at + 1..end]);
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    open
}

/// Moves the innermost container to its next member or item.
fn advance(open: &mut [OpenContainer<'_>]) {
    match open.last_mut() {
        Some(OpenContainer::Object(name)) => *name = None,
        Some(OpenContainer::Array(index)) => *index += 1,
        None => {}
    }
}

/// Returns the index of the closing quote of the string whose opening quote is at `start`.
fn string_end(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < text.len() && text[at] != b'"' {
        at += if text[at] == b'\\' { 2 } else { 1 };
    }
    at.min(text.len())
}

fn format_path(open: &[OpenContainer<'_>]) -> String {
    let mut path = String::new();
    for container in open {
        // Writing to a string cannot fail.
        let _ = match container {
            OpenContainer::Object(None) => Ok(()),
            OpenContainer::Object(Some(name)) => {
                let dot = if path.is_empty() { "" } else { "." };
                write!(path, "{dot}{}", String::from_utf8_lossy(name))
            }
            OpenContainer::Array(index) => write!(path, "[{index}]"),
        };
    }
    path
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde::Deserialize;

    use crate::json::JsonText;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only deserialization is tested")]
    struct Sample {
        name: Option<String>,
        #[serde(default)]
        items: Vec<SampleItem>,
        #[serde(default)]
        more: HashMap<String, Vec<u8>>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only deserialization is tested")]
    struct SampleItem {
        size: u64,
    }

    fn check(text: &str, message: &str) {
        let error =
            JsonText::parse(text).expect("JSON").decode_owned::<Sample>().expect_err("the wrong type");
        assert_eq!(error.to_string(), message, "{text}");
    }

    #[test]
    fn errors_name_the_path_of_the_member() {
        check(r#"{"name": 5}"#, "`name`: invalid type: integer `5`, expected a string");
        check(r#"{"name": {"a": 1}}"#, "`name`: invalid type: map, expected a string");
        check(
            r#"{"items": [{"size": 1}, {"size": "x"}]}"#,
            "`items[1].size`: invalid type: string \"x\", expected u64",
        );
        check(r#"{"items": [{"size": 1}, {"sixe": 2}, {"size": 3}]}"#, "`items[1]`: missing field `size`");
        check(
            r#"{"items": [{"size": 1} , [] , {"size": 3}]}"#,
            "`items[1]`: invalid length 0, expected an object",
        );
        check(
            r#"{"more": {"a\"}]": [], "b": [1, 2, 300]}}"#,
            "`more.b[2]`: invalid value: integer `300`, expected u8",
        );
        check(r#"[5]"#, "`[0]`: invalid type: integer `5`, expected a string");
        check(r#""text""#, "invalid type: string \"text\", expected an object");
    }

    #[test]
    fn truncated_texts_do_not_panic() {
        for text in ["", "{", "\"", "\"\\", "{\"a", "[,", "]}"] {
            super::path_at(text.as_bytes(), 9);
        }
    }
}
