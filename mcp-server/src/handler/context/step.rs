//! What a handler does once, however often it is run.

use std::error::Error;
use std::fmt;

use mcpwright_core::JsonText;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::handler::context::Context;
use crate::handler::error::IntoError;

/// Why a step brought nothing: the error of its effect.
///
/// To the model it reads as that error does.
#[derive(Debug)]
pub struct StepError(Box<dyn Error + Send + Sync>);

impl StepError {
    /// The error of the effect.
    pub fn into_inner(self) -> Box<dyn Error + Send + Sync> {
        self.0
    }
}

/// What a handler failed with, whether or not in a step.
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
    /// Runs an effect once, however often the handler is run again because it asks: later runs get the value that it
    /// brought the first time.
    ///
    /// The value travels as JSON, sealed, through the client: it should be small, such as the id of what was made. An effect
    /// that fails is tried again by the next run. Each step of a handler has a key of its own, and no key comes and goes
    /// with the arguments.
    ///
    /// ```
    /// # use mcpwright_server::{Context, StepError};
    /// # async fn reserve() -> Result<u64, std::io::Error> { Ok(7) }
    /// # async fn example(context: &Context) -> Result<(), StepError> {
    /// let reservation: u64 = context.step("reserve", async { reserve().await }).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The effect failed, or its value cannot be written as JSON.
    pub async fn step<T, E, F>(&self, key: &str, effect: F) -> Result<T, StepError>
    where
        T: Serialize + DeserializeOwned,
        E: IntoError,
        F: Future<Output = Result<T, E>>,
    {
        let wrong = |error: serde_json::Error| StepError(error.into());
        if let Some(value) = self.pending_input().step(key) {
            return value.to().map_err(wrong);
        }
        let value = effect.await.map_err(|error| StepError(error.into_error()))?;
        self.pending_input().complete_step(key, JsonText::of(&value).map_err(wrong)?);
        Ok(value)
    }
}
