//! Tools.

use mcpwright_core::{CallToolResult, Tool};
use serde_json::{Map, Value};

use crate::handler::ToolHandler;
use crate::handler::context::Context;
use crate::handler::error::Failure;
use crate::handler::execution::Execution;
use crate::handler::kind::{CommonMembers, HandlerKind, HandlerParts, Kind};
use crate::handler::parameters::argument_text::ArgumentText;
use crate::handler::parameters::call_arguments::CallArguments;
use crate::handler::parameters::function::{Function, handler_of};
use crate::handler::parameters::header_params::HeaderParam;
use crate::handler::results::tool::IntoToolResult;
use crate::handler::task_mode::TaskMode;
use crate::handler::tool_hints::{CONTRADICTION, is_contradiction};
use crate::handler::tool_output::OutputCheck;
use crate::handler::validate::Validator;
use crate::limits::MAX_TOOL_NAME_BYTES;

/// Settings of a tool beyond its definition.
#[derive(Clone)]
pub struct ToolSettings {
    /// Arguments that clients repeat in HTTP headers, or the reason that clients would ignore the tool.
    header_params: Result<Vec<HeaderParam>, String>,
    /// The schema of the arguments is written by hand, and the code takes all of them as one value.
    takes_whole: bool,
    /// Validator of the arguments, if their schema is written by hand.
    pub(crate) input_validator: Option<Validator>,
    /// Check of the structured content, if the handler makes it itself.
    pub(crate) output_check: Option<OutputCheck>,
    /// The structured content is not an object by itself, and is sent as the member `result` of one.
    pub(crate) wraps_output: bool,
    /// The tool's own mode, which overrides the server's.
    task_mode: Option<TaskMode>,
    is_single_use: bool,
}

impl HandlerKind for Tool {}

impl Kind for Tool {
    type Output = CallToolResult;
    type Settings = ToolSettings;
    const NAME: &'static str = "tool";

    fn key(&self) -> &str {
        &self.name
    }

    fn common_mut(&mut self) -> CommonMembers<'_> {
        let Self { title, description, icons, meta, .. } = self;
        CommonMembers { title, description, icons, meta }
    }

    fn update(parts: &mut HandlerParts<Self>) -> Result<(), String> {
        if parts.settings.takes_whole {
            return Ok(());
        }
        let schema = parts.core.parameters.generate_schema()?;
        if let Value::Object(schema) = schema.into_value() {
            publish(parts, schema);
        }
        Ok(())
    }

    /// Clients would ignore a tool whose header parameters are invalid, and would not ask their users before the call of a
    /// destructive tool that is read-only at the same time.
    fn check_complete(parts: &HandlerParts<Self>) -> Result<(), String> {
        if parts.definition.annotations.as_ref().is_some_and(is_contradiction) {
            return Err(CONTRADICTION.to_owned());
        }
        parts.settings.header_params.as_ref().map(|_| ()).map_err(String::clone)
    }
}

impl ToolHandler {
    /// Returns a tool whose code extracts its parameters from [`CallArguments`]. Declare them with
    /// [`parameter`](Self::parameter).
    ///
    /// ```
    /// use mcpwright_core::CallToolResult;
    /// use mcpwright_server::{Argument, Execution, ToolHandler};
    ///
    /// let double = ToolHandler::new("double", |mut arguments| {
    ///     let number = arguments.extract::<i64, _>(0);
    ///     arguments.check()?;
    ///     let doubled = 2 * number.value();
    ///     Ok(Execution::future(async move { Ok(CallToolResult::text(doubled.to_string())) }))
    /// })
    /// .parameter::<i64, _>(Argument::new("number"));
    /// assert_eq!(double.definition().input_schema["required"][0], "number");
    /// ```
    ///
    /// The handler has an [error](Self::checked) if the name is not 1 to 128 of `A-Z a-z 0-9 _ - .`.
    #[track_caller]
    pub fn new(
        name: impl Into<String>,
        code: impl Fn(CallArguments<'_>) -> Result<Execution<CallToolResult>, Failure> + Send + Sync + 'static,
    ) -> Self {
        let name = name.into();
        let valid_name = check_tool_name(&name);
        let definition = Tool::new(name, Map::from_iter([("type".to_owned(), "object".into())]));
        let settings = ToolSettings {
            header_params: Ok(Vec::new()),
            takes_whole: false,
            input_validator: None,
            output_check: None,
            wraps_output: false,
            task_mode: None,
            is_single_use: false,
        };
        let mut tool = Self::from_parts(definition, settings, code);
        tool.accept(valid_name);
        tool.updated()
    }

    /// Returns a tool that calls an asynchronous function, with the names of its arguments in their order.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// let add = ToolHandler::function("add", ["a", "b"], |a: i64, b: i64| async move { a + b })
    ///     .description("Add two integers.")
    ///     .read_only(true);
    /// assert_eq!(add.definition().input_schema["properties"]["a"]["type"], "integer");
    /// ```
    ///
    /// The handler has an [error](Self::checked) if the name cannot be the name of a tool, if the number of names is not the
    /// number of arguments, or if the type of an argument or of the result has a schema that cannot be published.
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
        let tool = Self::new(name, handler_of(function, F::Output::into_tool_result));
        tool.with_parameters(F::declare(Some(&names))).returns::<F::Output>()
    }

    /// Returns a tool that publishes an input schema written elsewhere, without checking calls against it. The function takes all
    /// arguments as one JSON value, an object, and checks them itself.
    ///
    /// With the feature `validate`, `with_schema` checks calls.
    ///
    /// ```
    /// use mcpwright_server::{ToolError, ToolHandler};
    /// use serde_json::json;
    ///
    /// // The schema of a component, which checks its own input.
    /// let schema = json!({ "type": "object", "properties": { "to": { "type": "string" } }, "required": ["to"] });
    /// let turn = ToolHandler::with_unchecked_schema("turn", schema, |arguments, _| async move {
    ///     match arguments["to"].as_str() {
    ///         Some(to) => Ok(format!("turned {to}")),
    ///         None => Err(ToolError::new("`to` must be a string")),
    ///     }
    /// });
    /// assert_eq!(turn.definition().input_schema["required"][0], "to");
    /// ```
    ///
    /// The handler has an [error](Self::checked) if the schema does not have `"type": "object"` at its root.
    #[track_caller]
    pub fn with_unchecked_schema<R, F>(
        name: impl Into<String>,
        schema: Value,
        handler: impl Fn(Value, Context) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = R> + Send + 'static,
        R: IntoToolResult,
    {
        let mut tool = Self::of_whole(name, handler);
        if let Some(schema) = tool.accept(object_schema(schema)) {
            publish(tool.parts_mut(), schema);
        }
        tool.returns::<R>()
    }

    /// Returns a tool whose function takes all arguments as one JSON value. Its schema is published later.
    #[track_caller]
    pub(crate) fn of_whole<R, F>(
        name: impl Into<String>,
        handler: impl Fn(Value, Context) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = R> + Send + 'static,
        R: IntoToolResult,
    {
        let mut tool = Self::new(name, move |mut arguments| {
            let result = handler(arguments.take_whole(), arguments.context().clone());
            Ok(Execution::future(async move { result.await.into_tool_result() }))
        });
        tool.parts_mut().settings.takes_whole = true;
        tool
    }

    /// Sets the mode in which calls become [tasks](https://modelcontextprotocol.io/extensions/tasks). Default: the mode
    /// that [`Builder::tasks`](crate::Builder::tasks) sets for all tools, or else no call becomes a task.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use mcpwright_server::{TaskMode, ToolHandler};
    ///
    /// let report = ToolHandler::function("report", [], || async { "a long one" })
    ///     .description("Write a report.")
    ///     .task(TaskMode::After(Duration::from_secs(5)));
    /// # let _ = report;
    /// ```
    #[must_use]
    pub fn task(mut self, mode: TaskMode) -> Self {
        self.parts_mut().settings.task_mode = Some(mode);
        self
    }

    pub(crate) fn task_mode(&self) -> Option<TaskMode> {
        self.settings().task_mode
    }

    /// Accepts each `requestState` once: every replica rejects a request that repeats one.
    ///
    /// Use it for effects that must not happen twice if a client, or an attacker with access to its messages, repeats
    /// the last request of a call that asks for input. The server needs a [`store`](crate::Builder::store) that all
    /// replicas share.
    ///
    /// ```
    /// use mcpwright_server::{Context, InputError, MemoryStore, Server, ToolHandler};
    ///
    /// async fn transfer(context: Context, euros: u32) -> Result<String, InputError> {
    ///     let () = context.elicit("confirm", format!("Transfer {euros} euros?"))?;
    ///     Ok(format!("transferred {euros} euros"))
    /// }
    ///
    /// let transfer = ToolHandler::function("transfer", ["euros"], transfer).single_use();
    /// let server = Server::builder("bank", "1.0.0").store(MemoryStore::new()).tool(transfer).build();
    /// ```
    #[must_use]
    pub fn single_use(mut self) -> Self {
        self.parts_mut().settings.is_single_use = true;
        self
    }

    pub(crate) fn is_single_use(&self) -> bool {
        self.settings().is_single_use
    }

    /// Accepts arguments only if they match the schema exactly. By default, values of a slightly different type are
    /// coerced: `"5"` to a number, for example.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// # futures::executor::block_on(async {
    /// let double = || ToolHandler::function("double", ["number"], |number: i64| async move { 2 * number });
    /// let client = Client::modern(Server::builder("calculator", "1.0.0").tool(double()));
    /// assert_eq!(client.call_tool("double", [("number", "5")]).await?.content[0].as_text(), Some("10"));
    ///
    /// let client = Client::modern(Server::builder("calculator", "1.0.0").tool(double().strict()));
    /// assert_eq!(client.call_tool("double", [("number", "5")]).await?.is_error, Some(true));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.parts_mut().core.parameters.is_strict = true;
        self
    }

    /// Ignores unknown arguments. Default: a call with an unknown argument fails, unless
    /// [`Builder::allow_unknown_arguments`](crate::Builder::allow_unknown_arguments) sets it for all tools.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// # futures::executor::block_on(async {
    /// let echo = ToolHandler::function("echo", ["text"], |text: String| async move { text }).allow_unknown_arguments();
    /// let client = Client::modern(Server::builder("echo", "1.0.0").tool(echo));
    /// let result = client.call_tool("echo", [("text", "Hello"), ("mood", "happy")]).await?;
    /// assert_eq!(result.content[0].as_text(), Some("Hello"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    #[track_caller]
    pub fn allow_unknown_arguments(self) -> Self {
        self.ignoring_unknown_arguments().updated()
    }

    /// Returns the tool for a call that ignores unknown arguments. The definition is not updated: a call does not use it.
    pub(crate) fn ignoring_unknown_arguments(mut self) -> Self {
        self.parts_mut().core.parameters.allows_unknown = true;
        self
    }

    /// Returns the arguments that clients repeat in HTTP headers.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// let tool = ToolHandler::function("query", ["region"], |region: String| async move { region })
    ///     .argument("region", |region| region.header("Region"));
    /// assert_eq!(tool.header_params()[0].path(), ["region"]);
    /// assert_eq!(tool.header_params()[0].header(), "mcp-param-region");
    /// ```
    pub fn header_params(&self) -> &[HeaderParam] {
        self.settings().header_params.as_deref().unwrap_or_default()
    }

    /// Returns the tool with a prefix before its name, for the server that it is mounted in.
    pub(crate) fn prefixed(mut self, prefix: &str) -> Self {
        let name = &mut self.parts_mut().definition.name;
        *name = format!("{prefix}_{name}");
        self
    }

    /// Extracts the parameters from the JSON text of the arguments, and returns the execution that is left to run.
    pub(crate) fn start(&self, text: &str, context: &Context) -> Result<Execution<CallToolResult>, Failure> {
        let settings = self.settings();
        if !settings.takes_whole {
            let arguments = ArgumentText::parse(text).map_err(|error| Failure::Error(error.into()))?;
            return self.core().start(&arguments, context);
        }
        let value = serde_json::from_str(text).map_err(|error| Failure::Error(error.into()))?;
        if let Some(validator) = &settings.input_validator {
            validator.check(&value).map_err(Failure::InvalidArguments)?;
        }
        self.core().start_whole(value, context)
    }
}

/// Checks the name of a tool.
fn check_tool_name(name: &str) -> Result<(), String> {
    let is_valid = (1..=MAX_TOOL_NAME_BYTES).contains(&name.len()) && name.bytes().all(is_tool_name_byte);
    let reason = || format!("the name of a tool must be 1 to {MAX_TOOL_NAME_BYTES} of A-Z a-z 0-9 _ - .");
    is_valid.then_some(()).ok_or_else(reason)
}

/// Returns `true` if names of tools can have the byte.
pub(crate) fn is_tool_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// Returns an input schema as an object, if it describes objects.
pub(crate) fn object_schema(schema: Value) -> Result<Map<String, Value>, String> {
    match schema {
        Value::Object(schema) if schema.get("type").is_some_and(|kind| kind == "object") => Ok(schema),
        _ => Err("the input schema must have `\"type\": \"object\"` at its root".to_owned()),
    }
}

/// Sets the input schema of the definition, and the header parameters that it declares.
pub(crate) fn publish(parts: &mut HandlerParts<Tool>, schema: Map<String, Value>) {
    parts.settings.header_params = HeaderParam::of(&schema);
    parts.definition.input_schema = schema;
}
