//! Normalization of percent-encoding.

use std::borrow::Cow;
use std::fmt::Write;

/// Returns a text whose percent-encoded octets are in upper case, and decoded if they are unreserved characters, and in which
/// the characters that a URI must not contain are percent-encoded.
///
/// If a `%` is not followed by two hexadecimal digits, the text is returned as it is: no octet must arise from the parts of
/// two others.
///
/// ```
/// use mcpwright_core::uri::normalize_percent_encoding;
///
/// assert_eq!(normalize_percent_encoding("note://Ada/%7e%c3%a9 \u{e9}"), "note://Ada/~%C3%A9%20%C3%A9");
/// assert_eq!(normalize_percent_encoding("note://Ada/%%341"), "note://Ada/%%341");
/// ```
pub fn normalize_percent_encoding(text: &str) -> Cow<'_, str> {
    if text.bytes().all(is_plain) || !is_well_formed(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let mut normal = String::with_capacity(text.len() + 16);
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let octet = if byte == b'%' { triplet(rest) } else { None };
        match octet {
            Some(octet) => {
                rest = &rest[2..];
                push(octet, is_unreserved(octet), &mut normal);
            }
            None => push(byte, is_plain(byte), &mut normal),
        }
    }
    if normal == text { Cow::Borrowed(text) } else { Cow::Owned(normal) }
}

/// Returns `true` if each `%` is followed by two hexadecimal digits.
fn is_well_formed(text: &[u8]) -> bool {
    text.iter().enumerate().all(|(index, byte)| *byte != b'%' || triplet(&text[index + 1..]).is_some())
}

/// Returns the byte that the two digits after a `%` encode.
pub(crate) fn triplet(digits: &[u8]) -> Option<u8> {
    let digit = |index: usize| char::from(*digits.get(index)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

/// Appends a byte, percent-encoded unless `verbatim`.
pub(crate) fn push(byte: u8, verbatim: bool, uri: &mut String) {
    if verbatim {
        uri.push(char::from(byte));
    } else {
        // Writing to a string cannot fail.
        let _ = write!(uri, "%{byte:02X}");
    }
}

/// Returns `true` for a character that stands for itself in a URI.
fn is_plain(byte: u8) -> bool {
    is_unreserved(byte) || is_reserved(byte)
}

pub(crate) fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

pub(crate) fn is_reserved(byte: u8) -> bool {
    b":/?#[]@!$&'()*+,;=".contains(&byte)
}
