//! Lossless conversions of values that models write in another type.

/// Maximum length of a number in a string, in bytes.
const MAX_NUMBER_LEN: usize = 400;

/// Returns the JSON number in a string, such as `"5"` or `" 5.5 "`.
pub(super) fn number_in(text: &str) -> Option<&str> {
    let text = text.trim();
    (text.len() <= MAX_NUMBER_LEN && is_number(text)).then_some(text)
}

/// Returns the Boolean in a string: `"true"` or `"false"`, or as Python writes them.
pub(super) fn boolean_in(text: &str) -> Option<bool> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// Returns `true` if the text of a number has one notation only, so that it can become a string: an integer without an
/// exponent.
pub(super) fn is_plain_integer(number: &str) -> bool {
    number.len() <= MAX_NUMBER_LEN && number != "-0" && !number.contains(['.', 'e', 'E'])
}

/// Returns `true` if the text is a JSON number.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let has_no_leading_zero = whole == "0" || !whole.starts_with('0');
    is_digits(whole)
        && has_no_leading_zero
        && fraction.is_none_or(is_digits)
        && exponent.is_none_or(|exponent| is_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_numbers_are_read() {
        for text in ["5", " 5 ", "-5", "5.5", "1e2", "1E+2", "-0", "0.5", "18446744073709551616", "1e999"] {
            assert_eq!(number_in(text), Some(text.trim()), "{text:?}");
            assert!(serde_json::from_str::<&serde_json::value::RawValue>(text).is_ok(), "{text:?}");
        }
        for text in ["+5", "05", "-05", ".5", "5.", "0x5", "NaN", "", " ", "1e", "1_000", "1,000", "5 5", "٥"]
        {
            assert_eq!(number_in(text), None, "{text:?}");
        }
    }

    #[test]
    fn booleans_are_read_in_any_case() {
        for (text, expected) in
            [("true", Some(true)), ("True", Some(true)), (" FALSE ", Some(false)), ("yes", None), ("1", None)]
        {
            assert_eq!(boolean_in(text), expected, "{text:?}");
        }
    }
}
