//! A tool together with its handler.

use std::sync::Arc;
use std::time::Duration;

use mcpwright_core::schema::Portable;
use mcpwright_core::{CallToolResult, Icon, Meta, Tool, ToolAnnotations};
use serde_json::{Map, Value};

use crate::argument::{Argument, Declared, Given, Parameters};
use crate::function::Function;
use crate::mirrored::Mirrored;
use crate::provider::Entry;
use crate::run::Pace;
use crate::validate::Validator;
use crate::{Change, Context, Failure, Input, IntoToolResult, Parameter, Work};

/// A tool together with its handler. Cheap to clone.
///
/// ```
/// use mcpwright_server::ToolHandler;
///
/// let add = ToolHandler::function("add", ["a", "b"], |a: i64, b: i64| async move { a + b })
///     .description("Add two integers.")
///     .read_only();
/// ```
#[derive(Clone)]
pub struct ToolHandler(Arc<Parts>);

type Run = dyn Fn(Input<'_>) -> Result<Work<CallToolResult>, Failure> + Send + Sync;

#[derive(Clone)]
struct Parts {
    definition: Tool,
    /// The arguments that are repeated in HTTP headers, or why clients would leave out the tool.
    mirrored: Result<Vec<Mirrored>, String>,
    parameters: Parameters,
    arguments: Arguments,
    output: Output,
    run: Arc<Run>,
    pace: Arc<Pace>,
    deadline: Option<Duration>,
}

/// Who decides what the arguments are.
#[derive(Clone)]
enum Arguments {
    /// The types of the handler's parameters.
    ByType,
    /// A schema that the author wrote.
    ByHand(Validator),
}

/// What the structured content is.
#[derive(Clone, Default)]
struct Output {
    /// Whether it is not an object by itself, and travels in one.
    is_wrapped: bool,
    /// Checks it against a schema that the author wrote.
    validator: Option<Validator>,
}

impl ToolHandler {
    /// A tool whose handler takes its parameters from an [`Input`]; they are declared with [`parameter`](Self::parameter).
    ///
    /// # Panics
    ///
    /// When the name is not 1 to 128 of `A-Z a-z 0-9 _ - .`.
    #[track_caller]
    pub fn new(
        name: impl Into<String>,
        run: impl Fn(Input<'_>) -> Result<Work<CallToolResult>, Failure> + Send + Sync + 'static,
    ) -> Self {
        let name = name.into();
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        assert!(
            (1..=128).contains(&name.len()) && name.bytes().all(is_allowed),
            "`{name}` cannot be the name of a tool: use 1 to 128 of A-Z a-z 0-9 _ - ."
        );
        let definition = Tool::new(name, Map::from_iter([("type".to_owned(), "object".into())]));
        Self(Arc::new(Parts {
            definition,
            mirrored: Ok(Vec::new()),
            parameters: Parameters::default(),
            arguments: Arguments::ByType,
            output: Output::default(),
            run: Arc::new(run),
            pace: Arc::default(),
            deadline: None,
        }))
        .refreshed()
    }

    /// A tool from an asynchronous function, with the names of its arguments in their order.
    ///
    /// # Panics
    ///
    /// When the name is not a tool's, when there are fewer names than arguments, or when the type of an argument has
    /// a schema that cannot be published.
    #[track_caller]
    pub fn function<F, K, P, const N: usize>(
        name: impl Into<String>,
        names: [&'static str; N],
        function: F,
    ) -> Self
    where
        F: Function<K, P>,
        F::Output: IntoToolResult,
    {
        let name = name.into();
        let declared = F::declare(&names).unwrap_or_else(|reason| panic!("the tool `{name}`: {reason}"));
        let mut tool = Self::new(name, move |input| {
            let result = function.start(input)?;
            Ok(Work::future(async move { result.await.into_tool_result() }))
        });
        tool.parts().parameters.declared = declared;
        tool.refreshed().output::<F::Output>()
    }

    /// A tool whose arguments have a schema written by hand: the handler takes them as one JSON value.
    ///
    /// The schema is published unchanged, and may use all of JSON Schema 2020-12.
    ///
    /// # Panics
    ///
    /// When the schema is not one, or names another document; and without the feature `validate`.
    #[track_caller]
    pub fn with_schema<R, F>(
        name: impl Into<String>,
        schema: Value,
        handler: impl Fn(Value, Context) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = R> + Send + 'static,
        R: IntoToolResult,
    {
        let mut tool = Self::new(name, move |mut input| {
            let (arguments, context) = (input.whole(), input.context().clone());
            let result = handler(arguments, context);
            Ok(Work::future(async move { result.await.into_tool_result() }))
        });
        let name = tool.definition().name.clone();
        let validator = Validator::new(&schema);
        let validator =
            validator.unwrap_or_else(|reason| panic!("the input schema of the tool `{name}`: {reason}"));
        let Value::Object(schema) = schema else {
            panic!("the input schema of the tool `{name}` is not an object")
        };
        assert!(
            schema.get("type").is_some_and(|kind| kind == "object"),
            "the input schema of the tool `{name}` needs `\"type\": \"object\"` at its root"
        );
        let parts = tool.parts();
        parts.arguments = Arguments::ByHand(validator);
        parts.publish(schema);
        tool.output::<R>()
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
        let declared = declared.unwrap_or_else(|reason| panic!("the tool `{name}`: {reason}"));
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
        let tool = self.definition().name.clone();
        let described = self.parts().parameters.describe(name, describe);
        described.unwrap_or_else(|reason| panic!("the tool `{tool}`: {reason}"));
        self.refreshed()
    }

    /// Publishes the schema of what the handler returns.
    ///
    /// # Panics
    ///
    /// When the type has a schema that cannot be published.
    #[must_use]
    #[track_caller]
    pub fn output<R: IntoToolResult>(mut self) -> Self {
        let Some(generated) = R::output_schema() else { return self };
        let name = self.definition().name.clone();
        let portable = Portable::result(generated.as_value());
        let portable = portable.unwrap_or_else(|error| panic!("the result of the tool `{name}`: {error}"));
        let parts = self.parts();
        parts.output = Output { is_wrapped: !portable.is_object(), validator: None };
        if let Value::Object(schema) = portable.into_result().into_value() {
            parts.definition.output_schema = Some(schema);
        }
        self
    }

    /// Publishes a schema of the structured content that was written by hand; results are checked against it.
    ///
    /// # Panics
    ///
    /// When the schema is not one, or names another document; and without the feature `validate`.
    #[must_use]
    #[track_caller]
    pub fn output_schema(mut self, schema: Value) -> Self {
        let name = self.definition().name.clone();
        let validator = Validator::new(&schema);
        let validator =
            validator.unwrap_or_else(|reason| panic!("the output schema of the tool `{name}`: {reason}"));
        let Value::Object(schema) = schema else {
            panic!("the output schema of the tool `{name}` is not an object")
        };
        let parts = self.parts();
        parts.output = Output { is_wrapped: false, validator: Some(validator) };
        parts.definition.output_schema = Some(schema);
        self
    }

    /// What the tool does, for the model.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.parts().definition.description = Some(description.into());
        self
    }

    /// What people call the tool.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.parts().definition.title = Some(title.into());
        self
    }

    /// A picture of the tool; may be said more than once.
    #[must_use]
    pub fn icon(mut self, icon: Icon) -> Self {
        self.parts().definition.icons.push(icon);
        self
    }

    /// Something that travels beside the definition; may be said more than once.
    #[must_use]
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        let meta: &mut Meta = &mut self.parts().definition.meta;
        meta.0.insert(key.into(), value.into());
        self
    }

    /// The tool changes nothing.
    #[must_use]
    pub fn read_only(self) -> Self {
        self.hint(|hints| hints.read_only_hint = Some(true))
    }

    /// The tool may destroy something.
    #[must_use]
    pub fn destructive(self) -> Self {
        self.hint(|hints| hints.destructive_hint = Some(true))
    }

    /// The tool changes something, but only by adding to it.
    #[must_use]
    pub fn additive(self) -> Self {
        self.hint(|hints| hints.destructive_hint = Some(false))
    }

    /// A second call with the same arguments does no more than the first.
    #[must_use]
    pub fn idempotent(self) -> Self {
        self.hint(|hints| hints.idempotent_hint = Some(true))
    }

    /// Whether the tool deals with things outside, as a web search does.
    #[must_use]
    pub fn open_world(self, is_open: bool) -> Self {
        self.hint(|hints| hints.open_world_hint = Some(is_open))
    }

    fn hint(mut self, set: impl FnOnce(&mut ToolAnnotations)) -> Self {
        set(self.parts().definition.annotations.get_or_insert_default());
        self
    }

    /// Ends a call that takes longer; five minutes if nothing is said.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.parts().deadline = Some(deadline);
        self
    }

    /// Takes arguments only exactly as the schema has them: `"5"` is no number.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.parts().parameters.strict = true;
        self
    }

    /// Lets arguments through that the tool does not know, and ignores them.
    #[must_use]
    #[track_caller]
    pub fn allow_unknown_arguments(mut self) -> Self {
        self.parts().parameters.open = true;
        self.refreshed()
    }

    /// What clients are told of the tool.
    pub fn definition(&self) -> &Tool {
        &self.0.definition
    }

    /// The arguments that clients over HTTP repeat in headers.
    pub fn mirrored(&self) -> &[Mirrored] {
        self.0.mirrored.as_deref().unwrap_or_default()
    }

    /// Why clients would leave out the tool, if they would.
    pub(crate) fn mistake(&self) -> Option<&str> {
        self.0.mirrored.as_ref().err().map(String::as_str)
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

    /// Takes the arguments and returns what is left to do.
    pub(crate) fn start(&self, text: &str, context: &Context) -> Result<Work<CallToolResult>, Failure> {
        let parts = &*self.0;
        let given = Given::read(text).map_err(|error| Failure::Error(error.into()))?;
        match &parts.arguments {
            Arguments::ByType => parts.parameters.give(&given, context, &*parts.run),
            Arguments::ByHand(validator) => {
                let value = serde_json::from_str(text).map_err(|error| Failure::Error(error.into()))?;
                validator.check(&value).map_err(Failure::Refused)?;
                (parts.run)(Input::of_whole(&parts.parameters, value, context))
            }
        }
    }

    /// Brings a result into the form that was published.
    pub(crate) fn finish(&self, mut result: CallToolResult) -> Result<CallToolResult, String> {
        let Some(structured) = result.structured_content.take() else { return Ok(result) };
        let output = &self.0.output;
        if let Some(validator) = &output.validator {
            let value = structured.to().map_err(|error| error.to_string())?;
            if let Err(problems) = validator.check(&value) {
                let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
                return Err(problems.join("; "));
            }
        }
        result.structured_content =
            Some(if output.is_wrapped { structured.wrapped("result") } else { structured });
        Ok(result)
    }

    fn parts(&mut self) -> &mut Parts {
        Arc::make_mut(&mut self.0)
    }

    /// Publishes the schema of the arguments as they are now declared.
    #[track_caller]
    fn refreshed(mut self) -> Self {
        let name = self.definition().name.clone();
        let parts = self.parts();
        if matches!(parts.arguments, Arguments::ByHand(_)) {
            return self;
        }
        let schema = parts.parameters.schema().unwrap_or_else(|reason| panic!("the tool `{name}`: {reason}"));
        if let Value::Object(schema) = schema.into_value() {
            parts.publish(schema);
        }
        self
    }
}

impl Parts {
    fn publish(&mut self, schema: Map<String, Value>) {
        self.mirrored = Mirrored::of(&schema);
        self.definition.input_schema = schema;
    }
}

impl Entry for ToolHandler {
    fn key(&self) -> &str {
        &self.definition().name
    }

    fn change() -> Change {
        Change::Tools
    }
}

impl std::fmt::Debug for ToolHandler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ToolHandler").field("definition", self.definition()).finish_non_exhaustive()
    }
}
