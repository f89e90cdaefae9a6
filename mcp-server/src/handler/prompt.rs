//! Prompts.

use mcpwright_core::{GetPromptResult, Prompt, PromptArgument};
use serde_json::Value;

use crate::handler::PromptHandler;
use crate::handler::error::Failure;
use crate::handler::execution::Execution;
use crate::handler::kind::{CommonMembers, HandlerKind, HandlerParts, Kind};
use crate::handler::parameters::call_arguments::CallArguments;
use crate::handler::parameters::function::{Function, handler_of};
use crate::handler::results::prompt::IntoPromptResult;

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
    /// The handler has an [error](Self::checked) if the name is empty.
    #[track_caller]
    pub fn new(
        name: impl Into<String>,
        code: impl Fn(CallArguments<'_>) -> Result<Execution<GetPromptResult>, Failure> + Send + Sync + 'static,
    ) -> Self {
        let mut prompt = Self::from_parts(Prompt::new(name), (), code);
        if prompt.key().is_empty() {
            prompt.accept::<()>(Err("the name of a prompt must not be empty".to_owned()));
        }
        prompt.updated()
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
    /// The handler has an [error](Self::checked) if the name is empty, if the number of names is not the number of arguments,
    /// or if the type of an argument has a schema that cannot be published.
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
        prompt.with_parameters(F::declare(&names))
    }

    /// Returns the prompt with a prefix before its name, for the server that it is mounted in.
    pub(crate) fn prefixed(mut self, prefix: &str) -> Self {
        let name = &mut self.parts_mut().definition.name;
        *name = format!("{prefix}_{name}");
        self
    }
}
