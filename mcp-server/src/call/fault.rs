//! Calls that fail through the fault of the server, and how they are answered.
//!
//! A handler that panics, takes too long, misses a value, or returns what its schema forbids has failed through no fault of
//! the client. All of these are answered in one way: the text says what happened, and has the number of an incident, under
//! which the reason is in the log. The model reads it from a tool, in a result with `isError`; every other method fails with
//! an internal error.

use std::any::Any;
use std::borrow::Cow;
use std::time::Duration;

use mcpwright_core::{CallToolResult, ErrorObject, method};

use crate::call::Call;
use crate::call::outcome::Outcome;
use crate::incident;
use crate::limits::MAX_UNKNOWN_NAME_CHARS;

/// A fault of the server, which has been logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault(String);

impl Fault {
    /// Logs a fault with its reason, which the client does not learn.
    pub(crate) fn new(what: &str, reason: &str) -> Self {
        let incident = incident::report(what, &incident::escaped(reason));
        Self(format!("{what}, incident {incident}"))
    }

    /// Logs that a handler took too long.
    pub(crate) fn timed_out(name: &str, timeout: Duration) -> Self {
        Self::new(&format!("timed out: {name} took longer than {timeout:?}"), "")
    }

    /// Logs that a result does not match the schema that its tool publishes.
    pub(crate) fn invalid_result(name: &str, problem: &str) -> Self {
        Self::new(&format!("the result of {name} does not match its output schema"), problem)
    }

    /// Logs that the handler of a call panicked, or a middleware around it.
    pub(crate) fn panicked(call: &Call, payload: Box<dyn Any + Send>) -> Self {
        Self::of_panic(&subject(call), payload)
    }

    /// Logs a panic. `subject` names what panicked.
    pub(crate) fn of_panic(subject: &str, payload: Box<dyn Any + Send>) -> Self {
        Self::new(&format!("{subject} panicked"), &incident::panic_text(payload))
    }

    /// Returns the outcome of a call of this method.
    pub(crate) fn into_outcome(self, method: &str) -> Outcome {
        match method {
            method::TOOLS_CALL => CallToolResult::error(self.0).into(),
            _ => ErrorObject::from(self).into(),
        }
    }
}

impl From<Fault> for ErrorObject {
    fn from(fault: Fault) -> Self {
        Self::internal(fault.0)
    }
}

/// Returns the name of what a call runs, as the client has written it.
fn subject(call: &Call) -> Cow<'_, str> {
    match call.method() {
        method::TOOLS_CALL | method::PROMPTS_GET => match call.name() {
            Ok(name) => {
                let name: String = name.chars().take(MAX_UNKNOWN_NAME_CHARS).collect();
                Cow::Owned(name.escape_debug().to_string())
            }
            Err(_) => Cow::Borrowed(call.method()),
        },
        method::RESOURCES_READ => Cow::Borrowed("the resource"),
        method => Cow::Borrowed(method),
    }
}
