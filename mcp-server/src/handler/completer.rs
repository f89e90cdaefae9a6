//! Completers, which suggest values for an argument while the user types it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use mcpwright_core::Completion;

use crate::handler::context::Context;
use crate::handler::error::{Failure, IntoError};
use crate::limits::MAX_COMPLETION_VALUES;

/// A request for the suggestions of a [`Completer`]: the text so far, and the other arguments.
///
/// ```
/// use mcpwright_core::{CompleteParams, CompletionArgument, CompletionContext, PromptReference, method};
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Completer, CompletionRequest, PromptHandler, Server};
///
/// async fn cities(request: CompletionRequest) -> Vec<&'static str> {
///     // The user has filled in the country before the city.
///     let cities = match request.arguments.get("country").map(String::as_str) {
///         Some("Germany") => ["Kiel", "Köln"],
///         _ => ["Kigali", "Kyiv"],
///     };
///     cities.into_iter().filter(|city| city.starts_with(&request.value)).collect()
/// }
///
/// # futures::executor::block_on(async {
/// let visit = PromptHandler::function("visit", ["country", "city"], |country: String, city: String| async move {
///     format!("Plan a visit to {city}, {country}.")
/// })
/// .argument("city", |city| city.complete(Completer::new(cities)));
/// let client = Client::modern(Server::builder("travel", "1.0.0").prompt(visit));
/// let params = CompleteParams::new(PromptReference::new("visit"), CompletionArgument::new("city", "Ki"))
///     .context(CompletionContext::new([("country", "Germany".to_owned())]));
/// let result = client.request::<method::Complete>(&params).await?;
/// assert_eq!(result.completion.values, ["Kiel"]);
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
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
    ///
    /// ```
    /// use mcpwright_server::{Completer, CompletionRequest};
    ///
    /// /// The branches of a repository; fails if the repository is unavailable.
    /// async fn branches(prefix: &str) -> std::io::Result<Vec<String>> {
    ///     Ok(["main", "next"].iter().filter(|name| name.starts_with(prefix)).map(|name| (*name).to_owned()).collect())
    /// }
    ///
    /// let completer = Completer::new(|typed: CompletionRequest| async move { branches(&typed.value).await });
    /// # let _ = completer;
    /// ```
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
///
/// ```
/// use mcpwright_core::Completion;
/// use mcpwright_server::{Failure, IntoCompletion};
///
/// /// The first matches in an index, and the number of all matches.
/// struct Matches {
///     first: Vec<String>,
///     total: u64,
/// }
///
/// impl IntoCompletion for Matches {
///     fn into_completion(self) -> Result<Completion, Failure> {
///         let has_more = self.first.len() as u64 != self.total;
///         Ok(Completion::new(self.first).total(self.total).has_more(has_more))
///     }
/// }
///
/// let matches = Matches { first: vec!["Kiel".to_owned(), "Köln".to_owned()], total: 17 };
/// assert_eq!(matches.into_completion().unwrap().has_more, Some(true));
/// ```
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
