//! Percent-encoding, in one direction and the other.

use std::borrow::Cow;
use std::fmt::Write;

/// Encodes all but letters, digits and `-._~`.
pub(super) fn encode(text: &str, uri: &mut String) {
    for byte in text.bytes() {
        push(byte, is_unreserved(byte), uri);
    }
}

/// Encodes what may not stand in a URI; what is encoded already stays as it is.
pub(super) fn encode_reserved(text: &str, uri: &mut String) {
    let bytes = text.as_bytes();
    for (index, byte) in bytes.iter().enumerate() {
        let begins_triplet = *byte == b'%' && triplet(&bytes[index + 1..]).is_some();
        push(*byte, begins_triplet || is_unreserved(*byte) || is_reserved(*byte), uri);
    }
}

/// Encodes what is not ASCII, as an IRI becomes a URI.
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

/// Decodes once. `None` if a `%` is not followed by two digits, or the bytes are not UTF-8.
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

/// The byte that the two digits after a `%` stand for.
fn triplet(digits: &[u8]) -> Option<u8> {
    let digit = |index: usize| char::from(*digits.get(index)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

fn push(byte: u8, as_it_is: bool, uri: &mut String) {
    if as_it_is {
        uri.push(char::from(byte));
    } else {
        // Writing to a string does not fail.
        let _ = write!(uri, "%{byte:02X}");
    }
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn is_reserved(byte: u8) -> bool {
    b":/?#[]@!$&'()*+,;=".contains(&byte)
}
