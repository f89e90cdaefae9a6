//! Prompts.

use std::collections::BTreeMap;

use futures::future::Either;
use mcpwright_core::{GetPromptResult, Prompt, PromptArgument};
use serde_json::Value;

use crate::handler::PromptHandler;
use crate::handler::context::Context;
use crate::handler::error::Failure;
use crate::handler::execution::Execution;
use crate::handler::kind::{CommonMembers, HandlerKind, HandlerParts, Kind};
use crate::handler::parameters::argument::Argument;
use crate::handler::parameters::call_arguments::{CallArguments, Extracted};
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
            .map(|(_, member)| {
                let mut argument = PromptArgument::new(&*member.name).required(member.required);
                let text = |keyword| member.document.get(keyword).and_then(Value::as_str).map(str::to_owned);
                argument.description = text("description");
                argument.title = text("title");
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
        prompt.with_parameters(F::declare(Some(&names)))
    }

    /// Returns a prompt whose arguments are data, such as those of a file of prompts. The function takes their values by name;
    /// an optional argument that the client leaves out is missing.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    ///
    /// use mcpwright_core::PromptArgument;
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{PromptHandler, Server};
    ///
    /// # futures::executor::block_on(async {
    /// // From a file.
    /// let (name, text, arguments) = ("review", "Review {path}.", [PromptArgument::new("path").required(true)]);
    /// let prompt = PromptHandler::with_arguments(name, arguments, move |values: BTreeMap<String, String>, _| async move {
    ///     values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    /// });
    /// let client = Client::modern(Server::builder("prompts", "1.0.0").prompt(prompt));
    /// let result = client.get_prompt("review", [("path", "src/main.rs")]).await?;
    /// assert_eq!(result.messages[0].content.as_text(), Some("Review src/main.rs."));
    /// assert!(client.get_prompt("review", ()).await.is_err());
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// The handler has an [error](Self::checked) if the name is empty, or if two arguments have the same name.
    #[track_caller]
    pub fn with_arguments<F>(
        name: impl Into<String>,
        arguments: impl IntoIterator<Item = PromptArgument>,
        handler: impl Fn(BTreeMap<String, String>, Context) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output: IntoPromptResult> + Send + 'static,
    {
        let arguments: Vec<_> = arguments.into_iter().collect();
        let names: Vec<_> =
            arguments.iter().map(|each| (each.name.clone(), each.required == Some(true))).collect();
        let mut prompt = Self::new(name, move |mut given| {
            let mut values = Vec::with_capacity(names.len());
            for (index, (name, is_required)) in names.iter().enumerate() {
                values.push((
                    name,
                    match is_required {
                        true => Either::Left(given.extract::<String, _>(index)),
                        false => Either::Right(given.extract::<Option<String>, _>(index)),
                    },
                ));
            }
            let context = given.context().clone();
            given.check()?;
            let value = |value| match value {
                Either::Left(required) => Some(Extracted::value(required)),
                Either::Right(optional) => Extracted::value(optional),
            };
            let values = values.into_iter().filter_map(|(name, each)| Some((name.clone(), value(each)?)));
            let result = handler(values.collect(), context);
            Ok(Execution::future(async move { result.await.into_prompt_result() }))
        });
        for given in arguments {
            let mut argument = Argument::new(given.name);
            if let Some(description) = given.description {
                argument = argument.description(description);
            }
            if let Some(title) = given.title {
                argument = argument.keyword("title", title);
            }
            prompt = match given.required {
                Some(true) => prompt.parameter::<String, _>(argument),
                _ => prompt.parameter::<Option<String>, _>(argument),
            };
        }
        prompt
    }

    /// Returns the prompt with a prefix before its name, for the server that it is mounted in.
    pub(crate) fn prefixed(mut self, prefix: &str) -> Self {
        let name = &mut self.parts_mut().definition.name;
        *name = format!("{prefix}_{name}");
        self
    }
}
