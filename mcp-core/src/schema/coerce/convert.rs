//! Lossless conversions of values that models write in another type.

use serde_json::{Map, Number, Value};

/// Maximum length of a number in a string, in bytes.
const MAX_NUMBER_LEN: usize = 400;

/// Parses a JSON number in a string, such as `"5"` or `"5.5"`.
///
/// Returns `None` for an integer that does not fit 64 bits, because it would be rounded.
pub(super) fn parse_number(text: &str) -> Option<Number> {
    let is_number = text.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        && text.ends_with(|c: char| c.is_ascii_digit());
    if !is_number || text.len() > MAX_NUMBER_LEN {
        return None;
    }
    let number: Number = serde_json::from_str(text).ok()?;
    let was_rounded = !text.contains(['.', 'e', 'E']) && text != "-0" && number.is_f64();
    (!was_rounded).then_some(number)
}

/// Parses `"true"` and `"false"`.
pub(super) fn parse_boolean(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Converts an integer to a string. Returns `None` for other numbers, because they have several notations.
pub(super) fn integer_to_string(number: &Number) -> Option<String> {
    (number.is_i64() || number.is_u64()).then(|| number.to_string())
}

/// Parses an array in a string, such as `"[1, 2]"`.
pub(super) fn parse_array(text: &str) -> Option<Vec<Value>> {
    text.trim_start().starts_with('[').then(|| serde_json::from_str(text).ok()).flatten()
}

/// Parses an object in a string, such as `"{\"a\": 1}"`.
pub(super) fn parse_object(text: &str) -> Option<Map<String, Value>> {
    text.trim_start().starts_with('{').then(|| serde_json::from_str(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_numbers_are_parsed() {
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
            assert_eq!(parse_number(text).map(|number| number.to_string()).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn only_integers_become_strings() {
        assert_eq!(integer_to_string(&5.into()).as_deref(), Some("5"));
        assert_eq!(integer_to_string(&Number::from_f64(5.0).expect("finite")), None);
    }

    #[test]
    fn json_in_strings_must_have_the_expected_type() {
        assert_eq!(parse_array(" [1]"), Some(vec![1.into()]));
        assert_eq!(parse_array("{}"), None);
        assert_eq!(parse_array("[1"), None);
        assert_eq!(parse_object("{}"), Some(Map::new()));
        assert_eq!(parse_object("[]"), None);
    }
}
