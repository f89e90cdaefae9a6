//! What models write in place of a value, read without losing anything.

use serde_json::{Map, Number, Value};

/// No number that a model means is longer.
const NUMBER_LENGTH_LIMIT: usize = 400;

/// `"5"` and `"5.5"`, as JSON writes numbers. An integer that 64 bits cannot hold is not read, because it would be rounded.
pub(super) fn number(text: &str) -> Option<Number> {
    let is_number = text.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        && text.ends_with(|c: char| c.is_ascii_digit());
    if !is_number || text.len() > NUMBER_LENGTH_LIMIT {
        return None;
    }
    let number: Number = serde_json::from_str(text).ok()?;
    let was_rounded = !text.contains(['.', 'e', 'E']) && text != "-0" && number.is_f64();
    (!was_rounded).then_some(number)
}

/// `"true"` and `"false"`.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// An integer where a string belongs. Other numbers can be written in several ways.
pub(super) fn text(number: &Number) -> Option<String> {
    (number.is_i64() || number.is_u64()).then(|| number.to_string())
}

/// `"[1, 2]"`.
pub(super) fn array(text: &str) -> Option<Vec<Value>> {
    text.trim_start().starts_with('[').then(|| serde_json::from_str(text).ok()).flatten()
}

/// `"{\"a\": 1}"`.
pub(super) fn object(text: &str) -> Option<Map<String, Value>> {
    text.trim_start().starts_with('{').then(|| serde_json::from_str(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_json() {
        for (text, expected) in [
            ("5", Some("5")),
            ("-5", Some("-5")),
            ("5.5", Some("5.5")),
            ("1e2", Some("100.0")),
            ("-0", Some("-0.0")),
            ("18446744073709551615", Some("18446744073709551615")),
            ("18446744073709551616", None),
            (" 5", None),
            ("5 ", None),
            ("+5", None),
            ("05", None),
            (".5", None),
            ("5.", None),
            ("0x5", None),
            ("1e999", None),
            ("NaN", None),
            ("", None),
        ] {
            assert_eq!(number(text).map(|number| number.to_string()).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn only_integers_become_strings() {
        assert_eq!(text(&5.into()).as_deref(), Some("5"));
        assert_eq!(text(&Number::from_f64(5.0).expect("finite")), None);
    }

    #[test]
    fn stringified_json_has_the_type_that_is_wanted() {
        assert_eq!(array(" [1]"), Some(vec![1.into()]));
        assert_eq!(array("{}"), None);
        assert_eq!(array("[1"), None);
        assert_eq!(object("{}"), Some(Map::new()));
        assert_eq!(object("[]"), None);
    }
}
