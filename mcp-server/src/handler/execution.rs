//! The execution of a handler after its parameters have been extracted.

use std::fmt;

use futures::future::BoxFuture;

use crate::handler::error::Failure;

/// The execution of a handler after its parameters have been extracted: a future, or a closure that may block.
///
/// ```
/// use mcpwright_core::CallToolResult;
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Argument, Execution, Server, ToolHandler};
///
/// // A checksum of a long text takes time, so it must not run on a thread of the runtime.
/// let checksum = ToolHandler::new("checksum", |mut arguments| {
///     let text = arguments.extract::<String, _>(0);
///     arguments.check()?;
///     let text = text.value();
///     Ok(Execution::blocking(move || {
///         let sum = text.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
///         Ok(CallToolResult::text(sum.to_string()))
///     }))
/// })
/// .parameter::<String, _>(Argument::new("text"));
/// # futures::executor::block_on(async {
/// let client = Client::modern(Server::builder("files", "1.0.0").tool(checksum));
/// let result = client.call_tool("checksum", [("text", "a")]).await?;
/// assert_eq!(result.content[0].as_text(), Some("97"));
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
pub enum Execution<T> {
    /// A future, which must not block its thread.
    Future(BoxFuture<'static, Result<T, Failure>>),
    /// A closure that may block the thread it runs on.
    Blocking(Box<dyn FnOnce() -> Result<T, Failure> + Send>),
    /// A future that returns the execution: it runs asynchronous extractors first.
    Deferred(BoxFuture<'static, Result<Execution<T>, Failure>>),
}

impl<T> Execution<T> {
    /// Returns an execution that polls a future.
    pub fn future(future: impl Future<Output = Result<T, Failure>> + Send + 'static) -> Self {
        Self::Future(Box::pin(future))
    }

    /// Returns an execution that runs a closure on a thread that may block.
    pub fn blocking(closure: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Self {
        Self::Blocking(Box::new(closure))
    }
}

impl<T> fmt::Debug for Execution<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Future(_) => "Execution::Future",
            Self::Blocking(_) => "Execution::Blocking",
            Self::Deferred(_) => "Execution::Deferred",
        })
    }
}
