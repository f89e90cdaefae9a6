//! Prompts and their return types.

use mcpwright_core::{ContentBlock, GetPromptResult, Prompt, PromptArgument, PromptMessage};
use serde_json::Value;

use crate::handler::PromptHandler;
use crate::handler::arguments::CallArguments;
use crate::handler::error::{Failure, IntoError};
use crate::handler::execution::Execution;
use crate::handler::function::{Function, handler_of};
use crate::handler::kind::{CommonMembers, HandlerKind, HandlerParts, Kind};

impl HandlerKind for Prompt {}

impl Kind for Prompt {
    type Output = GetPromptResult;
    type Settings = ();
    const NAME: &'static str = "prompt";

    fn key(&self) -> &str {
        &self.name
    }

    fn common_mut(&mut self) -> CommonMembers<'_> {
        let Self { title, description, icons, meta, .. } = self;
        CommonMembers { title, description, icons, meta }
    }

    fn update(parts: &mut HandlerParts<Self>) -> Result<(), String> {
        parts.core.parameters.generate_schema()?;
        let arguments = parts.core.parameters.arguments();
        parts.definition.arguments = arguments
            .map(|(spec, schema)| {
                let mut argument = PromptArgument::new(&*spec.argument.name).required(spec.required);
                argument.description = schema.get("description").and_then(Value::as_str).map(str::to_owned);
                argument.title = schema.get("title").and_then(Value::as_str).map(str::to_owned);
                argument
            })
            .collect();
        Ok(())
    }
}

impl PromptHandler {
    /// Returns a prompt whose code extracts its parameters from [`CallArguments`]. Declare them with
    /// [`parameter`](Self::parameter).
    ///
    /// ```
    /// use mcpwright_core::{GetPromptResult, PromptMessage};
    /// use mcpwright_server::{Argument, Execution, PromptHandler};
    ///
    /// let summarize = PromptHandler::new("summarize", |mut arguments| {
    ///     let text = arguments.extract::<String, _>(0);
    ///     arguments.check()?;
    ///     let message = PromptMessage::user(format!("Summarize this text: {}", text.value()));
    ///     Ok(Execution::future(async { Ok(GetPromptResult::new([message])) }))
    /// })
    /// .parameter::<String, _>(Argument::new("text"));
    /// assert_eq!(summarize.definition().arguments[0].name, "text");
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if the name is empty.
    #[track_caller]
    pub fn new(
        name: impl Into<String>,
        code: impl Fn(CallArguments<'_>) -> Result<Execution<GetPromptResult>, Failure> + Send + Sync + 'static,
    ) -> Self {
        let name = name.into();
        assert!(!name.is_empty(), "the name of a prompt must not be empty");
        Self::from_parts(Prompt::new(name), (), code).updated()
    }

    /// Returns a prompt that calls an asynchronous function, with the names of its arguments in their order.
    ///
    /// ```
    /// use mcpwright_server::PromptHandler;
    ///
    /// let translate = PromptHandler::function("translate", ["text"], |text: String| async move {
    ///     format!("Translate into English: {text}")
    /// })
    /// .description("Translate a text into English.");
    /// assert_eq!(translate.definition().arguments[0].name, "text");
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if the name is empty, if the number of names is not the number of arguments, or if the type of an
    /// argument has a schema that cannot be published.
    #[track_caller]
    pub fn function<F, K, P, const N: usize>(
        name: impl Into<String>,
        names: [&'static str; N],
        function: F,
    ) -> Self
    where
        F: Function<K, P>,
        F::Output: IntoPromptResult,
    {
        let prompt = Self::new(name, handler_of(function, F::Output::into_prompt_result));
        let specs = prompt.expect_valid(F::declare(&names));
        prompt.with_parameters(specs)
    }

    /// Returns the prompt with a prefix before its name, for the server that it is mounted in.
    pub(crate) fn prefixed(mut self, prefix: &str) -> Self {
        let name = &mut self.parts_mut().definition.name;
        *name = format!("{prefix}_{name}");
        self
    }
}

/// A return type of a prompt: text of the user, messages, or a `Result` of these.
///
/// ```
/// use mcpwright_core::{ContentBlock, GetPromptResult, PromptMessage, ResourceContents};
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Failure, IntoPromptResult, PromptHandler, Server};
///
/// /// A request to review a file, which is embedded.
/// struct Review {
///     uri: String,
///     text: String,
/// }
///
/// impl IntoPromptResult for Review {
///     fn into_prompt_result(self) -> Result<GetPromptResult, Failure> {
///         let file = ContentBlock::resource(ResourceContents::text(self.uri, self.text));
///         Ok(GetPromptResult::new([PromptMessage::user("Review this file."), PromptMessage::user(file)]))
///     }
/// }
///
/// # futures::executor::block_on(async {
/// let review = PromptHandler::function("review", ["uri"], |uri: String| async move {
///     Review { uri, text: "fn main() {}".to_owned() }
/// });
/// let client = Client::modern(Server::builder("editor", "1.0.0").prompt(review));
/// let result = client.get_prompt("review", [("uri", "file:///src/main.rs")]).await?;
/// assert_eq!(result.messages.len(), 2);
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the result of a prompt",
    label = "a prompt cannot return this",
    note = "return text, a `PromptMessage`, a `Vec<PromptMessage>`, a `GetPromptResult`, or a `Result` of these; \
            the error of a `Result` is anything that converts into `Box<dyn Error + Send + Sync>`"
)]
pub trait IntoPromptResult {
    /// Converts the value into a result.
    ///
    /// # Errors
    ///
    /// Returns an error if the prompt failed.
    fn into_prompt_result(self) -> Result<GetPromptResult, Failure>;
}

impl IntoPromptResult for GetPromptResult {
    fn into_prompt_result(self) -> Result<GetPromptResult, Failure> {
        Ok(self)
    }
}

impl IntoPromptResult for Vec<PromptMessage> {
    fn into_prompt_result(self) -> Result<GetPromptResult, Failure> {
        Ok(GetPromptResult::new(self))
    }
}

impl<const N: usize> IntoPromptResult for [PromptMessage; N] {
    fn into_prompt_result(self) -> Result<GetPromptResult, Failure> {
        Ok(GetPromptResult::new(self))
    }
}

impl IntoPromptResult for PromptMessage {
    fn into_prompt_result(self) -> Result<GetPromptResult, Failure> {
        Ok(GetPromptResult::new([self]))
    }
}

impl IntoPromptResult for ContentBlock {
    fn into_prompt_result(self) -> Result<GetPromptResult, Failure> {
        PromptMessage::user(self).into_prompt_result()
    }
}

impl IntoPromptResult for String {
    fn into_prompt_result(self) -> Result<GetPromptResult, Failure> {
        PromptMessage::user(self).into_prompt_result()
    }
}

impl IntoPromptResult for &str {
    fn into_prompt_result(self) -> Result<GetPromptResult, Failure> {
        PromptMessage::user(self).into_prompt_result()
    }
}

impl<T: IntoPromptResult, E: IntoError> IntoPromptResult for Result<T, E> {
    fn into_prompt_result(self) -> Result<GetPromptResult, Failure> {
        self.map_err(|error| Failure::Error(error.into_error()))?.into_prompt_result()
    }
}
