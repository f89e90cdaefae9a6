//! Errors of handlers and extractors.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use mcpwright_core::ErrorObject;
use mcpwright_core::schema::Problem;

/// An error type of a handler: any type that `?` converts into `Box<dyn Error + Send + Sync>`.
///
/// ```
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Server, ToolHandler};
///
/// #[derive(Debug, thiserror::Error)]
/// enum BookingError {
///     #[error("there are only {0} seats left")]
///     Full(u32),
/// }
///
/// async fn book(seats: u32) -> Result<String, BookingError> {
///     if seats > 3 { Err(BookingError::Full(3)) } else { Ok(format!("booked {seats} seats")) }
/// }
///
/// # futures::executor::block_on(async {
/// let book = ToolHandler::function("book", ["seats"], book);
/// let client = Client::modern(Server::builder("cinema", "1.0.0").tool(book));
/// let result = client.call_tool("book", [("seats", 4)]).await?;
/// assert_eq!(result.content[0].as_text(), Some("there are only 3 seats left"));
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a handler",
    label = "a handler cannot fail with this",
    note = "implement `std::error::Error` for it: `#[derive(thiserror::Error)]` does",
    note = "or use `String`, `&str`, `ToolError`, or any error that converts into `Box<dyn Error + Send + Sync>`"
)]
pub trait IntoError {
    /// Converts the value into a boxed error.
    fn into_error(self) -> Box<dyn Error + Send + Sync>;
}

#[diagnostic::do_not_recommend]
impl<E: Into<Box<dyn Error + Send + Sync>>> IntoError for E {
    fn into_error(self) -> Box<dyn Error + Send + Sync> {
        self.into()
    }
}

/// An error of a tool whose text is written for the model: it states what went wrong, and what to do next.
///
/// Every error of a tool reaches the model as text. This type differs from others in one way:
/// [`Builder::mask_errors`](crate::Builder::mask_errors) leaves its text unchanged.
///
/// ```
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Server, ToolError, ToolHandler};
///
/// # futures::executor::block_on(async {
/// let book = ToolHandler::function("book", ["seats"], |seats: u32| async move {
///     match seats {
///         1..=8 => Ok(format!("booked {seats} seats")),
///         _ => Err(ToolError::new("a booking has 1 to 8 seats; book larger groups in parts")),
///     }
/// });
/// let client = Client::modern(Server::builder("cinema", "1.0.0").tool(book).mask_errors());
/// let result = client.call_tool("book", [("seats", 9)]).await?;
/// assert_eq!(result.is_error, Some(true));
/// assert_eq!(result.content[0].as_text(), Some("a booking has 1 to 8 seats; book larger groups in parts"));
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolError(Cow<'static, str>);

impl ToolError {
    /// Returns an error with a text for the model.
    ///
    /// ```
    /// use mcpwright_server::ToolError;
    ///
    /// fn check(seats: u32) -> Result<u32, ToolError> {
    ///     match seats {
    ///         0..=8 => Ok(seats),
    ///         _ => Err(ToolError::new(format!("{seats} seats are too many; book at most 8"))),
    ///     }
    /// }
    ///
    /// assert_eq!(check(9).unwrap_err().to_string(), "9 seats are too many; book at most 8");
    /// ```
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

/// The failure of a handler: invalid arguments, or an error of the handler or of one of its extractors.
///
/// ```
/// use mcpwright_core::CallToolResult;
/// use mcpwright_core::schema::Problem;
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Argument, Execution, Failure, Server, ToolHandler};
///
/// let divide = ToolHandler::new("divide", |mut arguments| {
///     let (a, b) = (arguments.extract::<f64, _>(0), arguments.extract::<f64, _>(1));
///     arguments.check()?;
///     let (a, b) = (a.value(), b.value());
///     if b == 0.0 {
///         return Err(Failure::InvalidArguments(vec![Problem::custom("/b", "must not be 0")]));
///     }
///     Ok(Execution::future(async move { Ok(CallToolResult::text((a / b).to_string())) }))
/// })
/// .parameter::<f64, _>(Argument::new("a"))
/// .parameter::<f64, _>(Argument::new("b"));
/// # futures::executor::block_on(async {
/// let client = Client::modern(Server::builder("calculator", "1.0.0").tool(divide));
/// let result = client.call_tool("divide", [("a", 7), ("b", 0)]).await?;
/// assert_eq!(result.is_error, Some(true));
/// assert!(result.content[0].as_text().unwrap().contains("b: must not be 0"));
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// The arguments do not match the parameters of the handler.
    InvalidArguments(Vec<Problem>),
    /// The handler, or one of its extractors, returned an error.
    Error(Box<dyn Error + Send + Sync>),
}

impl From<ErrorObject> for Failure {
    fn from(error: ErrorObject) -> Self {
        Self::Error(error.into())
    }
}
