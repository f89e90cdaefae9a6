//! What went wrong inside: a number for the client, the reason for the log.

use std::any::Any;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use mcpwright_core::ErrorObject;

/// A number nobody has seen before, which links an answer to a line of the log.
pub(crate) fn number() -> String {
    let mut bytes = [0; 6];
    // Without randomness the number is of less use, but the answer is still right.
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The error for something that is not the client's fault; the log has the reason.
pub(crate) fn internal(what: &str, reason: &dyn Display) -> ErrorObject {
    let incident = number();
    tracing::error!(incident, reason = %escaped(&reason.to_string()), "{what}");
    ErrorObject::internal(format!("internal error, incident {incident}"))
}

/// The error for a handler that panicked.
pub(crate) fn panic(place: &str, payload: Box<dyn Any + Send>) -> ErrorObject {
    let reason = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a value that is no text");
    let error = internal(&format!("a handler of {place} panicked"), &reason);
    // What a handler panics with may panic once more when it is dropped, and that panic's value again.
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(again);
    }
    error
}

/// Text from outside, fit for a log: on one line, without control characters, and not for ever.
pub(crate) fn escaped(text: &str) -> String {
    const MOST: usize = 256;
    let mut line = String::new();
    for character in text.chars() {
        let is_harmless = !character.is_control()
            && !matches!(character, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if is_harmless {
            line.push(character);
        } else {
            line.extend(character.escape_unicode());
        }
        if line.len() >= MOST {
            line.push('…');
            break;
        }
    }
    line
}
