//! Errors of handlers.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use mcpwright_core::ErrorObject;
use mcpwright_core::schema::Problem;

/// What can be the error of a handler: whatever `?` turns into `Box<dyn Error + Send + Sync>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a handler",
    label = "a handler cannot fail with this",
    note = "implement `std::error::Error` for it: `#[derive(thiserror::Error)]` does",
    note = "or use `String`, `&str`, `ToolError`, or any error that converts into `Box<dyn Error + Send + Sync>`"
)]
pub trait IntoError {
    /// The error, whatever it is.
    fn into_error(self) -> Box<dyn Error + Send + Sync>;
}

#[diagnostic::do_not_recommend]
impl<E: Into<Box<dyn Error + Send + Sync>>> IntoError for E {
    fn into_error(self) -> Box<dyn Error + Send + Sync> {
        self.into()
    }
}

/// An error that the *model* may read: its text says what went wrong and how to go on.
///
/// Every error of a tool reaches the model as text. This type differs from the others in one thing:
/// [`Builder::mask_errors`](crate::Builder::mask_errors) leaves it as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolError(Cow<'static, str>);

impl ToolError {
    /// An error with a text for the model.
    pub fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for ToolError {}

/// Why a handler did not come to a result.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// The arguments are not what the handler takes.
    InvalidArguments(Vec<Problem>),
    /// The handler returned an error.
    Error(Box<dyn Error + Send + Sync>),
}

impl From<ErrorObject> for Failure {
    fn from(error: ErrorObject) -> Self {
        Self::Error(error.into())
    }
}
