//! What a handler may return.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use futures::future::BoxFuture;
use mcpwright_core::schema::Problem;
use mcpwright_core::{
    AudioContent, CallToolResult, ContentBlock, EmbeddedResource, ErrorObject, ImageContent, JsonText,
    ResourceLink, TextContent,
};
use schemars::{JsonSchema, Schema};
use serde::Serialize;

/// What a tool may return: text, numbers, content blocks, [`Json`], and `Result`s of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the result of a tool",
    label = "a tool cannot return this",
    note = "return `Json<{Self}>` for structured content: that needs `serde::Serialize` and `schemars::JsonSchema`",
    note = "or return text, a number, `bool`, `()`, content blocks, `ToolResult`, an `Option` or a `Result` of these; \
            the error of a `Result` is anything that converts into `Box<dyn Error + Send + Sync>`"
)]
pub trait IntoToolResult {
    /// The schema of the structured content, if there is any.
    fn output_schema() -> Option<Schema> {
        None
    }

    /// The result as it travels.
    ///
    /// # Errors
    ///
    /// The tool failed.
    fn into_tool_result(self) -> Result<CallToolResult, Failure>;
}

/// Structured content: a value with a schema, and the same as compact text for models that read only text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: Serialize + JsonSchema> IntoToolResult for Json<T> {
    fn output_schema() -> Option<Schema> {
        Some(crate::parameter::generate_output::<T>())
    }

    fn into_tool_result(self) -> Result<CallToolResult, Failure> {
        let structured = JsonText::of(&self.0).map_err(|error| Failure::Error(error.into()))?;
        let mut result = CallToolResult::text(structured.as_str());
        result.structured_content = Some(structured);
        Ok(result)
    }
}

impl<T: IntoToolResult, E: IntoError> IntoToolResult for Result<T, E> {
    fn output_schema() -> Option<Schema> {
        T::output_schema()
    }

    fn into_tool_result(self) -> Result<CallToolResult, Failure> {
        match self {
            Ok(value) => value.into_tool_result(),
            Err(error) => Err(Failure::Error(error.into_error())),
        }
    }
}

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

/// Nothing is a result too: one without content.
impl<T: IntoToolResult> IntoToolResult for Option<T> {
    fn output_schema() -> Option<Schema> {
        // Without a value there would be nothing to say in the words of the schema.
        None
    }

    fn into_tool_result(self) -> Result<CallToolResult, Failure> {
        self.map_or_else(|| Ok(CallToolResult::default()), T::into_tool_result)
    }
}

impl IntoToolResult for CallToolResult {
    fn into_tool_result(self) -> Result<CallToolResult, Failure> {
        Ok(self)
    }
}

impl IntoToolResult for () {
    fn into_tool_result(self) -> Result<CallToolResult, Failure> {
        Ok(CallToolResult::default())
    }
}

impl IntoToolResult for Vec<ContentBlock> {
    fn into_tool_result(self) -> Result<CallToolResult, Failure> {
        Ok(CallToolResult::new(self))
    }
}

impl<const N: usize> IntoToolResult for [ContentBlock; N] {
    fn into_tool_result(self) -> Result<CallToolResult, Failure> {
        Ok(CallToolResult::new(self))
    }
}

macro_rules! as_content {
    ($($type:ty),*) => {$(
        impl IntoToolResult for $type {
            fn into_tool_result(self) -> Result<CallToolResult, Failure> {
                Ok(CallToolResult::new([ContentBlock::from(self)]))
            }
        }
    )*};
}

macro_rules! as_text {
    ($($type:ty),*) => {$(
        impl IntoToolResult for $type {
            fn into_tool_result(self) -> Result<CallToolResult, Failure> {
                Ok(CallToolResult::text(self.to_string()))
            }
        }
    )*};
}

as_content!(ContentBlock, TextContent, ImageContent, AudioContent, ResourceLink, EmbeddedResource);
as_text!(
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
    f32,
    f64,
    bool,
    char,
    &str,
    Cow<'_, str>
);

impl IntoToolResult for String {
    fn into_tool_result(self) -> Result<CallToolResult, Failure> {
        Ok(CallToolResult::text(self))
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
    Refused(Vec<Problem>),
    /// The handler returned an error.
    Error(Box<dyn Error + Send + Sync>),
}

impl From<ErrorObject> for Failure {
    fn from(error: ErrorObject) -> Self {
        Self::Error(error.into())
    }
}

/// What a handler has left to do once its arguments are taken.
pub enum Work<T> {
    /// Something asynchronous.
    Future(BoxFuture<'static, Result<T, Failure>>),
    /// Something that may block the thread it runs on.
    Blocking(Box<dyn FnOnce() -> Result<T, Failure> + Send>),
}

impl<T> Work<T> {
    /// Something asynchronous.
    pub fn future(future: impl Future<Output = Result<T, Failure>> + Send + 'static) -> Self {
        Self::Future(Box::pin(future))
    }

    /// Something that may block the thread it runs on.
    pub fn blocking(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Self {
        Self::Blocking(Box::new(work))
    }
}

impl<T> fmt::Debug for Work<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Future(_) => "Work::Future",
            Self::Blocking(_) => "Work::Blocking",
        })
    }
}
