//! Percent-encoding and decoding.

use std::borrow::Cow;
use std::fmt::Write;

/// Appends `text`, percent-encoding all characters except the unreserved ones: letters, digits and `-._~`.
pub(super) fn encode(text: &str, uri: &mut String) {
    for byte in text.bytes() {
        push(byte, is_unreserved(byte), uri);
    }
}

/// Appends `text`, percent-encoding all characters that a URI must not contain. Existing percent-encoded triplets are
/// kept.
pub(super) fn encode_reserved(text: &str, uri: &mut String) {
    let bytes = text.as_bytes();
    for (index, byte) in bytes.iter().enumerate() {
        let starts_triplet = *byte == b'%' && triplet(&bytes[index + 1..]).is_some();
        push(*byte, starts_triplet || is_unreserved(*byte) || is_reserved(*byte), uri);
    }
}

/// Converts an IRI to a URI: percent-encodes all characters that are not ASCII.
pub(super) fn encode_international(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut uri = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        push(byte, byte.is_ascii(), &mut uri);
    }
    Cow::Owned(uri)
}

/// Percent-decodes `text` once. Returns `None` if a `%` is not followed by two hexadecimal digits, or if the result
/// is not UTF-8.
pub(super) fn decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte == b'%' {
            bytes.push(triplet(rest)?);
            rest = &rest[2..];
        } else {
            bytes.push(*byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Returns the byte that the two digits after a `%` encode.
fn triplet(digits: &[u8]) -> Option<u8> {
    let digit = |index: usize| char::from(*digits.get(index)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

/// Appends a byte, percent-encoded unless `verbatim`.
fn push(byte: u8, verbatim: bool, uri: &mut String) {
    if verbatim {
        uri.push(char::from(byte));
    } else {
        // Writing to a string cannot fail.
        let _ = write!(uri, "%{byte:02X}");
    }
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn is_reserved(byte: u8) -> bool {
    b":/?#[]@!$&'()*+,;=".contains(&byte)
}
