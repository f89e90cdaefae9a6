//! Which member of a text an error is about.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::de::Error as _;

/// The same error, with the path of the member in place of the column.
///
/// Serde knows the column where it stopped and the type it expected there, but not how the member is called.
#[cold]
pub(super) fn named(text: &str, error: serde_json::Error) -> serde_json::Error {
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    let message = match message {
        // This is how serde_json refuses whatever can be no variant of an enum.
        "expected value" => Cow::Borrowed("invalid type, expected a string"),
        _ if error.is_data() => without_type_name(message),
        _ => return error,
    };
    if error.line() != 1 || error.column() == 0 {
        return error;
    }
    let path = path_at(text.as_bytes(), error.column() - 1);
    // What an object of many types says of its members goes on where its own path ends.
    let message = match (path.is_empty(), message.strip_prefix('`')) {
        (true, _) => message.into_owned(),
        (false, Some(rest)) => format!("`{path}.{rest}"),
        (false, None) => format!("`{path}`: {message}"),
    };
    serde_json::Error::custom(message)
}

/// Calls a struct of ours an object: whoever reads the message knows JSON and not our types.
fn without_type_name(message: &str) -> Cow<'_, str> {
    match message.rsplit_once("expected struct ") {
        Some((before, name)) if !name.contains('"') => Cow::Owned(format!("{before}expected an object")),
        _ => Cow::Borrowed(message),
    }
}

/// Where in a value we are, one level down.
enum Step<'a> {
    Member(Option<&'a [u8]>),
    Item(usize),
}

/// The path of the value that stands at a place of a text, such as `content[0].text`.
fn path_at(text: &[u8], place: usize) -> String {
    // A list is only known to be wrong behind the comma after the item.
    let behind = |byte: &u8| matches!(byte, b',' | b' ' | b'\t');
    let place = text.iter().take(place + 1).rposition(|byte| !behind(byte)).unwrap_or(0);

    let mut path = Vec::new();
    let mut at = 0;
    while at <= place
        && let Some(byte) = text.get(at)
    {
        match byte {
            // The value that opens here is itself the wrong one.
            b'{' | b'[' if at == place => break,
            b'{' => path.push(Step::Member(None)),
            b'[' => path.push(Step::Item(0)),
            b'}' | b']' => drop(path.pop()),
            b',' => next(&mut path),
            b'"' => {
                let end = string_end(text, at);
                if let Some(Step::Member(name @ None)) = path.last_mut() {
                    *name = Some(&text[at + 1..end]);
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    written(&path)
}

fn next(path: &mut [Step<'_>]) {
    match path.last_mut() {
        Some(Step::Member(name)) => *name = None,
        Some(Step::Item(index)) => *index += 1,
        None => {}
    }
}

/// Where the string ends that opens at a place.
fn string_end(text: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while at < text.len() && text[at] != b'"' {
        at += if text[at] == b'\\' { 2 } else { 1 };
    }
    at.min(text.len())
}

fn written(path: &[Step<'_>]) -> String {
    let mut out = String::new();
    for step in path {
        // Writing to a string cannot fail.
        let _ = match step {
            Step::Member(None) => Ok(()),
            Step::Member(Some(name)) => {
                let dot = if out.is_empty() { "" } else { "." };
                write!(out, "{dot}{}", String::from_utf8_lossy(name))
            }
            Step::Item(index) => write!(out, "[{index}]"),
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde::Deserialize;

    use crate::JsonText;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only whether it can be read matters")]
    struct Thing {
        name: Option<String>,
        #[serde(default)]
        items: Vec<Item>,
        #[serde(default)]
        more: HashMap<String, Vec<u8>>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only whether it can be read matters")]
    struct Item {
        size: u64,
    }

    fn check(text: &str, message: &str) {
        let error = JsonText::parse(text).expect("JSON").to::<Thing>().expect_err("the wrong type");
        assert_eq!(error.to_string(), message, "{text}");
    }

    #[test]
    fn an_error_names_the_member() {
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
    fn a_text_that_is_cut_off_is_survived() {
        for text in ["", "{", "\"", "\"\\", "{\"a", "[,", "]}"] {
            super::path_at(text.as_bytes(), 9);
        }
    }
}
