//! A prompt together with its handler.

use std::sync::Arc;

use mcpwright_core::{ContentBlock, GetPromptResult, Prompt, PromptArgument, PromptMessage};
use serde_json::Value;

use crate::handler::arguments::CallArguments;
use crate::handler::error::{Failure, IntoError};
use crate::handler::execution::Execution;
use crate::handler::function::Function;
use crate::handler::handler_core::{HandlerCore, calling, described};
use crate::replicas::change::Change;
use crate::server::catalog::ListEntry;
use crate::server::provider::Entry;

/// A prompt together with its handler. Cheap to clone.
#[derive(Clone)]
pub struct PromptHandler(Arc<Parts>);

#[derive(Clone)]
struct Parts {
    definition: Prompt,
    handling: HandlerCore<GetPromptResult>,
}

impl PromptHandler {
    /// A prompt whose handler takes its parameters from an [`CallArguments`]; they are declared with [`parameter`](Self::parameter).
    ///
    /// # Panics
    ///
    /// When the name is empty.
    #[track_caller]
    pub fn new(
        name: impl Into<String>,
        run: impl Fn(CallArguments<'_>) -> Result<Execution<GetPromptResult>, Failure> + Send + Sync + 'static,
    ) -> Self {
        let name = name.into();
        assert!(!name.is_empty(), "a prompt needs a name");
        Self(Arc::new(Parts { definition: Prompt::new(name), handling: HandlerCore::new(run) })).refreshed()
    }

    /// A prompt from an asynchronous function, with the names of its arguments in their order.
    ///
    /// # Panics
    ///
    /// When there are fewer names than arguments, or when the type of an argument has a schema that cannot be published.
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
        let prompt = Self::new(name, calling(function, F::Output::into_prompt_result));
        let declared = prompt.settled(F::declare(&names));
        prompt.declared(declared)
    }

    described!(Parts, Prompt, GetPromptResult, "What the prompt is for.");

    /// The same, as it is called in the server where it is mounted.
    pub(crate) fn prefixed(mut self, prefix: &str) -> Self {
        let name = &mut self.edit().definition.name;
        *name = format!("{prefix}_{name}");
        self
    }

    /// Publishes the arguments as they are now declared.
    #[track_caller]
    fn refreshed(mut self) -> Self {
        let schema = self.edit().handling.parameters.schema();
        self.settled(schema);
        let Parts { definition, handling } = self.edit();
        let arguments = handling.parameters.arguments();
        definition.arguments = arguments
            .map(|(declared, schema)| {
                let mut argument = PromptArgument::new(&*declared.argument.name).required(declared.required);
                argument.description = schema.get("description").and_then(Value::as_str).map(str::to_owned);
                argument.title = schema.get("title").and_then(Value::as_str).map(str::to_owned);
                argument
            })
            .collect();
        self
    }
}

impl ListEntry for PromptHandler {
    type Definition = Prompt;
    const KIND: &'static str = "prompt";
    const LIST: &'static str = "prompts";
    const APART: &'static str = "give one of them another name, or mount it with a prefix";

    fn key(&self) -> &str {
        &self.0.definition.name
    }

    fn definition(&self) -> &Prompt {
        &self.0.definition
    }
}

impl Entry for PromptHandler {
    fn key(&self) -> &str {
        ListEntry::key(self)
    }

    fn change() -> Change {
        Change::Prompts
    }
}

impl std::fmt::Debug for PromptHandler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PromptHandler").field("definition", self.definition()).finish_non_exhaustive()
    }
}

/// What a prompt may return: text of the user, messages, and `Result`s of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the result of a prompt",
    label = "a prompt cannot return this",
    note = "return text, a `PromptMessage`, a `Vec<PromptMessage>`, a `GetPromptResult`, or a `Result` of these; \
            the error of a `Result` is anything that converts into `Box<dyn Error + Send + Sync>`"
)]
pub trait IntoPromptResult {
    /// The result as it travels.
    ///
    /// # Errors
    ///
    /// The prompt failed.
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
