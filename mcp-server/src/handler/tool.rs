//! A tool together with its handler.

use std::any::Any;
use std::sync::Arc;

use mcpwright_core::schema::Portable;
use mcpwright_core::{CallToolResult, Tool, ToolAnnotations};
use serde_json::{Map, Value};

use crate::handler::arguments::{ArgumentText, CallArguments};
use crate::handler::context::Context;
use crate::handler::error::Failure;
use crate::handler::execution::Execution;
use crate::handler::function::Function;
use crate::handler::handler_core::{HandlerCore, calling, described};
use crate::handler::header_params::HeaderParam;
use crate::handler::into_result::IntoToolResult;
use crate::handler::task_mode::TaskMode;
use crate::handler::validate::Validator;
use crate::replicas::change::Change;
use crate::server::catalog::ListEntry;
use crate::server::provider::Entry;

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

#[derive(Clone)]
struct Parts {
    definition: Tool,
    handling: HandlerCore<CallToolResult>,
    /// The arguments that are repeated in HTTP headers, or why clients would leave out the tool.
    header_params: Result<Vec<HeaderParam>, String>,
    arguments: Arguments,
    output: Output,
    /// When a call becomes a task, if the tool says so itself.
    task: Option<TaskMode>,
    /// Whether what was asked is answered once.
    is_single_use: bool,
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
    /// A tool whose handler takes its parameters from an [`CallArguments`]; they are declared with [`parameter`](Self::parameter).
    ///
    /// # Panics
    ///
    /// When the name is not 1 to 128 of `A-Z a-z 0-9 _ - .`.
    #[track_caller]
    pub fn new(
        name: impl Into<String>,
        run: impl Fn(CallArguments<'_>) -> Result<Execution<CallToolResult>, Failure> + Send + Sync + 'static,
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
            handling: HandlerCore::new(run),
            header_params: Ok(Vec::new()),
            arguments: Arguments::ByType,
            output: Output::default(),
            task: None,
            is_single_use: false,
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
        let tool = Self::new(name, calling(function, F::Output::into_tool_result));
        let declared = tool.settled(F::declare(&names));
        tool.declared(declared).output::<F::Output>()
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
            Ok(Execution::future(async move { result.await.into_tool_result() }))
        });
        let (validator, schema) = tool.settled(by_hand("the input schema", schema));
        if schema.get("type").is_none_or(|kind| kind != "object") {
            let reason = "the input schema needs `\"type\": \"object\"` at its root";
            tool.settled(Err::<(), _>(reason));
        }
        let parts = tool.edit();
        parts.arguments = Arguments::ByHand(validator);
        parts.publish(schema);
        tool.output::<R>()
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
        let portable = Portable::result(generated.as_value());
        let portable = self.settled(portable.map_err(|error| format!("its result: {error}")));
        let parts = self.edit();
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
        let (validator, schema) = self.settled(by_hand("the output schema", schema));
        let parts = self.edit();
        parts.output = Output { is_wrapped: false, validator: Some(validator) };
        parts.definition.output_schema = Some(schema);
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
        set(self.edit().definition.annotations.get_or_insert_default());
        self
    }

    /// Says when a call becomes a [task](https://modelcontextprotocol.io/extensions/tasks): what the server says of all its
    /// tools, if nothing is said here.
    ///
    /// ```
    /// use std::time::Duration;
    /// use mcpwright_server::{TaskMode, ToolHandler};
    ///
    /// let report = ToolHandler::function("report", [], || async { "a long one" })
    ///     .description("Write a report.")
    ///     .task(TaskMode::After(Duration::from_secs(5)));
    /// ```
    #[must_use]
    pub fn task(mut self, mode: TaskMode) -> Self {
        self.edit().task = Some(mode);
        self
    }

    pub(crate) fn task_mode(&self) -> Option<TaskMode> {
        self.0.task
    }

    /// Lets the answers to what a call asks count once: whoever sends the same `requestState` again is refused, whichever
    /// replica is asked. For effects that must not happen twice although a client, or somebody who listened, repeats the last
    /// request. The server needs a [`store`](crate::Builder::store), which all replicas share.
    #[must_use]
    pub fn single_use(mut self) -> Self {
        self.edit().is_single_use = true;
        self
    }

    pub(crate) fn is_single_use(&self) -> bool {
        self.0.is_single_use
    }

    /// Takes arguments only exactly as the schema has them: `"5"` is no number.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.edit().handling.parameters.strict = true;
        self
    }

    /// Lets arguments through that the tool does not know, and ignores them.
    #[must_use]
    #[track_caller]
    pub fn allow_unknown_arguments(mut self) -> Self {
        self.edit().handling.parameters.open = true;
        self.refreshed()
    }

    /// The arguments that clients over HTTP repeat in headers.
    pub fn header_params(&self) -> &[HeaderParam] {
        self.0.header_params.as_deref().unwrap_or_default()
    }

    /// The same, as it is called in the server where it is mounted.
    pub(crate) fn prefixed(mut self, prefix: &str) -> Self {
        let name = &mut self.edit().definition.name;
        *name = format!("{prefix}_{name}");
        self
    }

    /// Returns the handler behind `Any`, for a call that has found it already.
    pub(crate) fn into_any(self) -> Arc<dyn Any + Send + Sync> {
        self.0
    }

    pub(crate) fn from_any(any: &Arc<dyn Any + Send + Sync>) -> Option<Self> {
        Arc::clone(any).downcast().ok().map(Self)
    }

    /// Takes the arguments and returns what is left to do.
    pub(crate) fn start(&self, text: &str, context: &Context) -> Result<Execution<CallToolResult>, Failure> {
        let parts = &*self.0;
        let given = ArgumentText::read(text).map_err(|error| Failure::Error(error.into()))?;
        match &parts.arguments {
            Arguments::ByType => parts.handling.start(&given, context),
            Arguments::ByHand(validator) => {
                let value = serde_json::from_str(text).map_err(|error| Failure::Error(error.into()))?;
                validator.check(&value).map_err(Failure::InvalidArguments)?;
                parts.handling.start_whole(value, context)
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

    described!(Parts, Tool, CallToolResult, "What the tool does, for the model.");

    /// Publishes the schema of the arguments as they are now declared.
    #[track_caller]
    fn refreshed(mut self) -> Self {
        if matches!(self.0.arguments, Arguments::ByHand(_)) {
            return self;
        }
        let schema = self.edit().handling.parameters.schema();
        if let Value::Object(schema) = self.settled(schema).into_value() {
            self.edit().publish(schema);
        }
        self
    }
}

impl Parts {
    fn publish(&mut self, schema: Map<String, Value>) {
        self.header_params = HeaderParam::of(&schema);
        self.definition.input_schema = schema;
    }
}

/// A schema that the author wrote, and what checks values against it.
fn by_hand(what: &str, schema: Value) -> Result<(Validator, Map<String, Value>), String> {
    let validator = Validator::new(&schema).map_err(|reason| format!("{what}: {reason}"))?;
    match schema {
        Value::Object(schema) => Ok((validator, schema)),
        _ => Err(format!("{what} is not an object")),
    }
}

impl ListEntry for ToolHandler {
    type Definition = Tool;
    const KIND: &'static str = "tool";
    const LIST: &'static str = "tools";
    const APART: &'static str = "give one of them another name, or mount it with a prefix";

    fn key(&self) -> &str {
        &self.0.definition.name
    }

    fn definition(&self) -> &Tool {
        &self.0.definition
    }

    fn mistake(&self) -> Option<&str> {
        self.0.header_params.as_ref().err().map(String::as_str)
    }
}

impl Entry for ToolHandler {
    fn key(&self) -> &str {
        ListEntry::key(self)
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
