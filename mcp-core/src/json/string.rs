//! JSON strings: writing and reading them, and finding the end of their unescaped part.

use std::borrow::Cow;

/// Appends `text` as a JSON string. Runs of characters that need no escape are copied at once.
#[doc(hidden)]
pub fn push_json_string(out: &mut String, mut text: &str) {
    out.push('"');
    loop {
        let end = plain_end(text.as_bytes(), 0);
        out.push_str(&text[..end]);
        let Some(special) = text.as_bytes().get(end) else { break };
        match special {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            control => {
                const DIGITS: [char; 16] =
                    ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
                out.push_str("\\u00");
                out.push(DIGITS[usize::from(control >> 4)]);
                out.push(DIGITS[usize::from(control & 15)]);
            }
        }
        // The special character is ASCII: one byte long.
        text = &text[end + 1..];
    }
    out.push('"');
}

/// Returns the value of a JSON string; `None` if the text is no JSON string. Borrows the text if it has no escapes, which is
/// the usual case.
///
/// The text must be one JSON value: its characters are not checked.
#[doc(hidden)]
pub fn read_json_string(json: &str) -> Option<Cow<'_, str>> {
    match json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(plain) if !plain.contains('\\') => Some(Cow::Borrowed(plain)),
        _ => serde_json::from_str(json).ok().map(Cow::Owned),
    }
}

/// Returns the index of the first byte from `at` on that is a quote, a backslash or a control character, or the length
/// of `bytes` if there is none.
#[inline]
pub(crate) fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    // Eight bytes at a time: most bytes of a message are in strings, and most bytes of a long message in one string.
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let special = special_bytes(u64::from_le_bytes(*chunk));
        if special != 0 {
            return at + (special.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)) {
        at += 1;
    }
    at
}

/// Marks the high bit of each byte that ends the plain part of a string.
///
/// Only the lowest mark is exact: a borrow can mark a byte above it.
fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    let zero_in = |word: u64| word.wrapping_sub(ONES) & !word;
    let below_space = word.wrapping_sub(ONES * 0x20) & !word;
    (zero_in(word ^ (ONES * u64::from(b'"'))) | zero_in(word ^ (ONES * u64::from(b'\\'))) | below_space)
        & HIGHS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::push_json_string;

    proptest! {
        #[test]
        fn written_strings_parse_back(text in "(?s:.{0,40})|[\\x00-\\x40\"\\\\]{0,40}") {
            let mut json = String::new();
            push_json_string(&mut json, &text);
            prop_assert_eq!(serde_json::from_str::<String>(&json).ok(), Some(text));
            prop_assert!(!json.contains('\n'));
        }
    }
}
