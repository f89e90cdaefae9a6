//! Completers, which suggest values for an argument while the user types it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use mcpwright_core::Completion;

use crate::handler::context::Context;
use crate::handler::error::{Failure, IntoError};
use crate::limits::MAX_COMPLETION_VALUES;

/// A request of a client for suggestions, as a [`Completer`] gets it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CompletionRequest {
    /// Text that the user has typed so far.
    pub value: String,
    /// Arguments that the user has filled in already, by name.
    pub arguments: BTreeMap<String, String>,
    /// Context of the request.
    pub context: Context,
}

impl CompletionRequest {
    pub(crate) fn new(value: String, arguments: BTreeMap<String, String>, context: Context) -> Self {
        Self { value, arguments, context }
    }
}

type Complete = dyn Fn(CompletionRequest) -> BoxFuture<'static, Result<Completion, Failure>> + Send + Sync;

/// A function that suggests values for an argument while the user types it. Cheap to clone.
///
/// Arguments whose values are an enumeration need none: their values are suggested without it.
///
/// ```
/// use mcpwright_core::ResourceTemplateReference;
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Completer, CompletionRequest, Server, TemplateHandler};
///
/// async fn ids(typed: CompletionRequest) -> Vec<String> {
///     (1..=20).map(|id| id.to_string()).filter(|id| id.starts_with(&typed.value)).collect()
/// }
///
/// # futures::executor::block_on(async {
/// let note = TemplateHandler::function("note://{id}", "note", ["id"], |id: u32| async move { format!("note {id}") })
///     .argument("id", |id| id.complete(Completer::new(ids)));
/// let client = Client::modern(Server::builder("notes", "1.0.0").template(note));
/// let completion = client.complete(ResourceTemplateReference::new("note://{id}"), "id", "2").await?;
/// assert_eq!(completion.values, ["2", "20"]);
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct Completer(Arc<Complete>);

impl Completer {
    /// Returns a completer that calls an asynchronous function.
    pub fn new<F>(complete: impl Fn(CompletionRequest) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output: IntoCompletion> + Send + 'static,
    {
        Self(Arc::new(move |request| {
            let completion = complete(request);
            Box::pin(async move { completion.await.into_completion() })
        }))
    }

    pub(crate) fn complete(
        &self,
        request: CompletionRequest,
    ) -> BoxFuture<'static, Result<Completion, Failure>> {
        (self.0)(request)
    }
}

impl fmt::Debug for Completer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Completer")
    }
}

/// A return type of a completer: a list of texts, a [`Completion`], or a `Result` of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a completion",
    label = "a completer cannot return this",
    note = "return `Vec<String>`, `Completion`, or a `Result` of these"
)]
pub trait IntoCompletion {
    /// Converts the value into a completion.
    ///
    /// # Errors
    ///
    /// Returns an error if the completer failed.
    fn into_completion(self) -> Result<Completion, Failure>;
}

impl IntoCompletion for Completion {
    fn into_completion(self) -> Result<Completion, Failure> {
        Ok(self)
    }
}

impl<T: Into<String>> IntoCompletion for Vec<T> {
    fn into_completion(self) -> Result<Completion, Failure> {
        Ok(completion_of(self.into_iter().map(Into::into).collect()))
    }
}

impl<T: IntoCompletion, E: IntoError> IntoCompletion for Result<T, E> {
    fn into_completion(self) -> Result<Completion, Failure> {
        self.map_err(|error| Failure::Error(error.into_error()))?.into_completion()
    }
}

/// Returns a completion with as many of the values as the protocol allows, and with the number of all values.
pub(crate) fn completion_of(mut values: Vec<String>) -> Completion {
    let total = values.len();
    values.truncate(MAX_COMPLETION_VALUES);
    Completion::new(values).total(total as u64).has_more(total > MAX_COMPLETION_VALUES)
}
