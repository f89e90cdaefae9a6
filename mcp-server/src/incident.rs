//! Internal errors: the client gets an incident number, and the log the reason.

use std::any::Any;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use mcpwright_core::ErrorObject;

use crate::limits::MAX_LOGGED_BYTES;

/// Returns a random incident number, which links a response to a log entry.
pub(crate) fn number() -> String {
    let mut bytes = [0; 6];
    // Without randomness the number is less useful, but the response is still correct.
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Logs the reason of an internal error, and returns the error for the client, which contains an incident number only.
pub(crate) fn internal(what: &str, reason: &dyn Display) -> ErrorObject {
    let incident = number();
    tracing::error!(incident, reason = %escaped(&reason.to_string()), "{what}");
    ErrorObject::internal(format!("internal error, incident {incident}"))
}

/// Logs the panic of a handler, and returns the error for the client.
pub(crate) fn panic(place: &str, payload: Box<dyn Any + Send>) -> ErrorObject {
    let reason = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a value that is not a string");
    let error = internal(&format!("a handler of {place} panicked"), &reason);
    // Dropping the payload may panic, and dropping the payload of that panic, too.
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(again);
    }
    error
}

/// Escapes control characters of text from a client, and truncates it, for use in a log message.
pub(crate) fn escaped(text: &str) -> String {
    let mut line = String::new();
    for character in text.chars() {
        let is_harmless = !character.is_control()
            && !matches!(character, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if is_harmless {
            line.push(character);
        } else {
            line.extend(character.escape_unicode());
        }
        if line.len() >= MAX_LOGGED_BYTES {
            line.push('…');
            break;
        }
    }
    line
}
