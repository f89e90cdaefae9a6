//! A prompt together with its handler.

use std::sync::Arc;
use std::time::Duration;

use mcpwright_core::{ContentBlock, GetPromptResult, Icon, Prompt, PromptArgument, PromptMessage};
use serde_json::Value;

use crate::argument::{Argument, Declared, Given, Parameters};
use crate::function::Function;
use crate::provider::Entry;
use crate::run::Pace;
use crate::{Change, Context, Failure, Input, IntoError, Parameter, Work};

/// A prompt together with its handler. Cheap to clone.
#[derive(Clone)]
pub struct PromptHandler(Arc<Parts>);

type Run = dyn Fn(Input<'_>) -> Result<Work<GetPromptResult>, Failure> + Send + Sync;

#[derive(Clone)]
struct Parts {
    definition: Prompt,
    parameters: Parameters,
    run: Arc<Run>,
    pace: Arc<Pace>,
    deadline: Option<Duration>,
}

impl PromptHandler {
    /// A prompt whose handler takes its parameters from an [`Input`]; they are declared with [`parameter`](Self::parameter).
    ///
    /// # Panics
    ///
    /// When the name is empty.
    #[track_caller]
    pub fn new(
        name: impl Into<String>,
        run: impl Fn(Input<'_>) -> Result<Work<GetPromptResult>, Failure> + Send + Sync + 'static,
    ) -> Self {
        let name = name.into();
        assert!(!name.is_empty(), "a prompt needs a name");
        let definition = Prompt::new(name);
        let parameters = Parameters::default();
        Self(Arc::new(Parts {
            definition,
            parameters,
            run: Arc::new(run),
            pace: Arc::default(),
            deadline: None,
        }))
        .refreshed()
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
        let name = name.into();
        let declared = F::declare(&names).unwrap_or_else(|reason| panic!("the prompt `{name}`: {reason}"));
        let mut prompt = Self::new(name, move |input| {
            let result = function.start(input)?;
            Ok(Work::future(async move { result.await.into_prompt_result() }))
        });
        prompt.parts().parameters.declared = declared;
        prompt.refreshed()
    }

    /// Declares the next parameter of the handler.
    ///
    /// # Panics
    ///
    /// When the type has a schema that cannot be published, or an attribute does not fit the type.
    #[must_use]
    #[track_caller]
    pub fn parameter<T: Parameter<K>, K>(mut self, argument: Argument) -> Self {
        let declared = Declared::of::<T, K>(argument);
        let name = &self.definition().name;
        let declared = declared.unwrap_or_else(|reason| panic!("the prompt `{name}`: {reason}"));
        self.parts().parameters.declared.push(declared);
        self.refreshed()
    }

    /// Says more of an argument than its type does.
    ///
    /// # Panics
    ///
    /// When there is no argument of this name, or what is said does not fit its type.
    #[must_use]
    #[track_caller]
    pub fn argument(mut self, name: &str, describe: impl FnOnce(Argument) -> Argument) -> Self {
        let prompt = self.definition().name.clone();
        let described = self.parts().parameters.describe(name, describe);
        described.unwrap_or_else(|reason| panic!("the prompt `{prompt}`: {reason}"));
        self.refreshed()
    }

    /// What the prompt is for.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.parts().definition.description = Some(description.into());
        self
    }

    /// What people call the prompt.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.parts().definition.title = Some(title.into());
        self
    }

    /// A picture of the prompt; may be said more than once.
    #[must_use]
    pub fn icon(mut self, icon: Icon) -> Self {
        self.parts().definition.icons.push(icon);
        self
    }

    /// Something that travels beside the definition; may be said more than once.
    #[must_use]
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.parts().definition.meta.0.insert(key.into(), value.into());
        self
    }

    /// Ends a call that takes longer; five minutes if nothing is said.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.parts().deadline = Some(deadline);
        self
    }

    /// What clients are told of the prompt.
    pub fn definition(&self) -> &Prompt {
        &self.0.definition
    }

    pub(crate) fn renamed(mut self, name: String) -> Self {
        self.parts().definition.name = name;
        self
    }

    pub(crate) fn own_deadline(&self) -> Option<Duration> {
        self.0.deadline
    }

    pub(crate) fn pace(&self) -> &Arc<Pace> {
        &self.0.pace
    }

    pub(crate) fn parameters(&self) -> &Parameters {
        &self.0.parameters
    }

    /// Takes the arguments and returns what is left to do.
    pub(crate) fn start(
        &self,
        given: &Given<'_>,
        context: &Context,
    ) -> Result<Work<GetPromptResult>, Failure> {
        self.0.parameters.give(given, context, &*self.0.run)
    }

    fn parts(&mut self) -> &mut Parts {
        Arc::make_mut(&mut self.0)
    }

    /// Publishes the arguments as they are now declared.
    #[track_caller]
    fn refreshed(mut self) -> Self {
        let name = self.definition().name.clone();
        let parts = self.parts();
        if let Err(reason) = parts.parameters.schema() {
            panic!("the prompt `{name}`: {reason}");
        }
        parts.definition.arguments = parts
            .parameters
            .arguments()
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

impl Entry for PromptHandler {
    fn key(&self) -> &str {
        &self.definition().name
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
