//! Steps: effects that happen once, although their handler runs several times.

use std::error::Error;
use std::fmt;

use mcpwright_core::JsonText;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::handler::context::Context;
use crate::handler::error::IntoError;

/// The error of a [step](Context::step): the error of its effect, or of the serialization of its value.
///
/// The model reads the text of the inner error.
///
/// ```
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Context, Server, StepError, ToolHandler};
///
/// async fn book(context: Context) -> Result<String, StepError> {
///     let room: u32 = context.step("reserve", async { Err("the hotel is full") }).await?;
///     Ok(format!("room {room}"))
/// }
///
/// # futures::executor::block_on(async {
/// let client = Client::modern(Server::builder("hotel", "1.0.0").tool(ToolHandler::function("book", [], book)));
/// let result = client.call_tool("book", ()).await?;
/// assert_eq!(result.content[0].as_text(), Some("the hotel is full"));
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct StepError(Box<dyn Error + Send + Sync>);

impl StepError {
    /// Returns the inner error.
    pub fn into_inner(self) -> Box<dyn Error + Send + Sync> {
        self.0
    }
}

/// Returns the inner error of a [`StepError`], and any other error unchanged.
pub(crate) fn unwrap_step(error: Box<dyn Error + Send + Sync>) -> Box<dyn Error + Send + Sync> {
    match error.downcast::<StepError>() {
        Ok(step) => step.0,
        Err(error) => error,
    }
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for StepError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

impl Context {
    /// Runs an effect once, although the handler runs again for each round of input requests: later runs get the value
    /// of the first one.
    ///
    /// The value is sent to the client and back, as sealed JSON, so it should be small, such as the id of what was
    /// created. An effect that fails runs again in the next run. Each step of a handler needs a key of its own, which
    /// must not depend on input.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU64, Ordering};
    ///
    /// use mcpwright_core::{ClientCapabilities, RootsCapability};
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Context, Server, ToolHandler};
    /// use serde_json::json;
    ///
    /// type Error = Box<dyn std::error::Error + Send + Sync>;
    ///
    /// async fn reserve() -> Result<u64, Error> {
    ///     static RESERVATIONS: AtomicU64 = AtomicU64::new(0);
    ///     Ok(RESERVATIONS.fetch_add(1, Ordering::Relaxed))
    /// }
    ///
    /// async fn book(context: Context) -> Result<String, Error> {
    ///     let reservation: u64 = context.step("reserve", reserve()).await?;
    ///     let roots = context.roots()?;
    ///     Ok(format!("reservation {reservation} for {} roots", roots.len()))
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let client = Client::modern(Server::builder("hotel", "1.0.0").tool(ToolHandler::function("book", [], book)))
    ///     .capabilities(ClientCapabilities::new().roots(RootsCapability::default()))
    ///     .input_handler(|_| Ok(json!({ "roots": [] })));
    /// // The handler runs twice: before and after the client has answered.
    /// assert_eq!(client.call_tool("book", ()).await?.content[0].as_text(), Some("reservation 0 for 0 roots"));
    /// assert_eq!(reserve().await.unwrap(), 1);
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the effect fails, or if its value cannot be serialized or deserialized.
    pub async fn step<T, E, F>(&self, key: &str, effect: F) -> Result<T, StepError>
    where
        T: Serialize + DeserializeOwned,
        E: IntoError,
        F: Future<Output = Result<T, E>>,
    {
        let invalid = |error: serde_json::Error| StepError(error.into());
        if let Some(value) = self.pending_input().step(key) {
            return value.decode_owned().map_err(invalid);
        }
        let value = effect.await.map_err(|error| StepError(error.into_error()))?;
        self.pending_input().complete_step(key, JsonText::encode(&value).map_err(invalid)?);
        Ok(value)
    }
}
