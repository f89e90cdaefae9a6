//! Internal errors: the client gets an incident number, and the log the reason.

use std::any::Any;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use mcpwright_core::ErrorObject;

use crate::limits::{MAX_LOGGED_BYTES, MAX_LOGGED_CAUSES};

/// The function that writes a line of the log while no subscriber is set.
static OUTPUT: OnceLock<fn(&str)> = OnceLock::new();

/// Sets the function that writes incidents as long as the process has set no `tracing` subscriber. Only the first call counts.
///
/// Transports call this, with a function that does not block. By default, incidents are printed to standard error.
pub fn set_incident_output(output: fn(&str)) {
    // Another transport of the process has set the same.
    let _ = OUTPUT.set(output);
}

/// Returns a random incident number, which links a response to a log entry.
pub(crate) fn number() -> String {
    let mut bytes = [0; 6];
    // Without randomness the number is less useful, but the response is still correct.
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Logs an incident: what happened, with the name of the handler, and the reason, if there is more to say. Returns its number.
///
/// It is written to standard error if the process has set no subscriber: otherwise nobody could know the reason.
pub(crate) fn report(what: &str, reason: &str) -> String {
    let incident = number();
    tracing::error!(incident, reason, "{what}");
    if !tracing::dispatcher::has_been_set() {
        let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
        let output = OUTPUT.get_or_init(|| |line| eprintln!("{line}"));
        output(&format!("mcpwright: {what}, incident {incident}{reason}"));
    }
    incident
}

/// Logs the reason of an internal error, and returns the error for the client, which contains an incident number only.
pub(crate) fn internal(what: &str, reason: &str) -> ErrorObject {
    let incident = report(what, &escaped(reason));
    ErrorObject::internal(format!("internal error, incident {incident}"))
}

/// Logs an error with its causes, and returns the error for the client, which contains an incident number only.
pub(crate) fn failed(what: &str, error: &(dyn Error + 'static)) -> ErrorObject {
    let incident = report(what, &causes(error));
    ErrorObject::internal(format!("internal error, incident {incident}"))
}

/// Logs the panic of a function of the author that is no handler, and returns the error for the client.
pub(crate) fn panic(name: &str, payload: Box<dyn Any + Send>) -> ErrorObject {
    internal(&format!("{name} panicked"), &panic_text(payload))
}

/// Returns the text of a panic.
pub(crate) fn panic_text(payload: Box<dyn Any + Send>) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a value that is not a string")
        .to_owned();
    // Dropping the payload may panic, and dropping the payload of that panic, too.
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(again);
    }
    text
}

/// Returns the text of an error and of its causes, for a log.
pub(crate) fn causes(error: &(dyn Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |error: &&(dyn Error + 'static)| (*error).source());
    let texts: Vec<_> = chain.take(MAX_LOGGED_CAUSES).map(|error| escaped(&error.to_string())).collect();
    texts.join(": ")
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
