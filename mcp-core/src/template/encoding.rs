//! Percent-encoding and decoding.

use crate::uri::percent::{is_reserved, is_unreserved, push, triplet};

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
