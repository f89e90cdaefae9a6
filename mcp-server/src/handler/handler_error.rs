//! Errors in the declaration of a handler.

use std::fmt;
use std::panic::Location;

/// An error in the declaration of a handler: an invalid name or schema, or a setting that does not fit its type.
///
/// The text names the handler, the reason, and the line of the program.
///
/// ```
/// use mcpwright_server::ToolHandler;
///
/// let error = ToolHandler::function("no spaces", [], || async {}).checked().unwrap_err();
/// assert!(error.to_string().starts_with("the tool `no spaces`: the name of a tool must be 1 to 128 of"));
/// ```
#[derive(Clone, thiserror::Error)]
#[error("the {kind} `{key}`: {reason} ({location})")]
pub struct HandlerError {
    kind: &'static str,
    key: String,
    reason: String,
    location: &'static Location<'static>,
}

/// Writes the text of the error, which Rust prints if `main` returns it.
impl fmt::Debug for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl HandlerError {
    pub(crate) fn new(
        kind: &'static str,
        key: &str,
        reason: String,
        location: &'static Location<'static>,
    ) -> Self {
        Self { kind, key: key.to_owned(), reason, location }
    }
}
