//! Strings as JSON.

use crate::message::plain_end;

/// Appends a string as JSON: what needs no escape is copied in one go.
#[doc(hidden)]
pub fn push_string(out: &mut String, mut text: &str) {
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
        // What ends the plain part is one byte long.
        text = &text[end + 1..];
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::push_string;

    proptest! {
        #[test]
        fn a_string_is_read_as_it_was(text in "(?s:.{0,40})|[\\x00-\\x40\"\\\\]{0,40}") {
            let mut json = String::new();
            push_string(&mut json, &text);
            prop_assert_eq!(serde_json::from_str::<String>(&json).ok(), Some(text));
            prop_assert!(!json.contains('\n'));
        }
    }
}
