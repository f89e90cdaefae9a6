//! Suggestions for an argument while a person types it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use mcpwright_core::Completion;

use crate::handler::context::Context;
use crate::handler::error::{Failure, IntoError};

/// What is being typed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CompletionRequest {
    /// What has been typed so far.
    pub value: String,
    /// The arguments that are known already, by name.
    pub arguments: BTreeMap<String, String>,
    /// The call.
    pub context: Context,
}

impl CompletionRequest {
    pub(crate) fn new(value: String, arguments: BTreeMap<String, String>, context: Context) -> Self {
        Self { value, arguments, context }
    }
}

type Complete = dyn Fn(CompletionRequest) -> BoxFuture<'static, Result<Completion, Failure>> + Send + Sync;

/// Suggests values for an argument.
#[derive(Clone)]
pub struct Completer(Arc<Complete>);

impl Completer {
    /// A completer from a function.
    pub fn new<F>(complete: impl Fn(CompletionRequest) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output: IntoCompletion> + Send + 'static,
    {
        Self(Arc::new(move |completing| {
            let completion = complete(completing);
            Box::pin(async move { completion.await.into_completion() })
        }))
    }

    pub(crate) fn complete(
        &self,
        completing: CompletionRequest,
    ) -> BoxFuture<'static, Result<Completion, Failure>> {
        (self.0)(completing)
    }
}

impl fmt::Debug for Completer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Completer")
    }
}

/// What a completer may return: a list of texts, a [`Completion`], or a `Result` of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a completion",
    label = "a completer cannot return this",
    note = "return `Vec<String>`, `Completion`, or a `Result` of these"
)]
pub trait IntoCompletion {
    /// The completion as it travels.
    ///
    /// # Errors
    ///
    /// The completer failed.
    fn into_completion(self) -> Result<Completion, Failure>;
}

impl IntoCompletion for Completion {
    fn into_completion(self) -> Result<Completion, Failure> {
        Ok(self)
    }
}

impl<T: Into<String>> IntoCompletion for Vec<T> {
    fn into_completion(self) -> Result<Completion, Failure> {
        Ok(of(self.into_iter().map(Into::into).collect()))
    }
}

impl<T: IntoCompletion, E: IntoError> IntoCompletion for Result<T, E> {
    fn into_completion(self) -> Result<Completion, Failure> {
        self.map_err(|error| Failure::Error(error.into_error()))?.into_completion()
    }
}

/// The first hundred of the values, which is all that may be sent, and how many there are.
pub(crate) fn of(mut values: Vec<String>) -> Completion {
    const MOST: usize = 100;
    let total = values.len();
    values.truncate(MOST);
    Completion::new(values).total(total as u64).has_more(total > MOST)
}
