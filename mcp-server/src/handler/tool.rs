//! Tools.

use mcpwright_core::{CallToolResult, Tool};
use serde_json::{Map, Value};

use crate::handler::ToolHandler;
use crate::handler::context::Context;
use crate::handler::error::Failure;
use crate::handler::execution::Execution;
use crate::handler::input_check::InputCheck;
use crate::handler::kind::{CommonMembers, HandlerKind, HandlerParts, Kind};
use crate::handler::parameters::argument_text::ArgumentText;
use crate::handler::parameters::call_arguments::{AllArguments, CallArguments};
use crate::handler::parameters::function::{Function, handler_of};
use crate::handler::parameters::header_params::HeaderParam;
use crate::handler::results::tool::IntoToolResult;
use crate::handler::task_mode::TaskMode;
use crate::handler::tool_hints::{CONTRADICTION, is_contradiction};
use crate::handler::tool_name::{check_argument_names, check_tool_name};
use crate::handler::tool_output::OutputCheck;

/// Settings of a tool beyond its definition.
#[derive(Clone)]
pub struct ToolSettings {
    /// Arguments that clients repeat in HTTP headers, or the reason that clients would ignore the tool.
    header_params: Result<Vec<HeaderParam>, String>,
    /// No Rust type has the schema of the arguments, and the code takes all of them as one value.
    pub(crate) takes_whole: bool,
    /// Check of the arguments, if no Rust type has their schema.
    pub(crate) input_check: Option<InputCheck>,
    /// Check of the structured content against the published schema.
    pub(crate) output_check: Option<OutputCheck>,
    /// Text of a result that is empty.
    pub(crate) empty_text: Option<String>,
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
            let argument = parts.core.parameters.arguments().next();
            return argument.map_or(Ok(()), |(_, argument)| Err(declared_argument(&argument.name)));
        }
        let schema = parts.core.parameters.generate_schema()?;
        if let Value::Object(mut schema) = schema.into_value() {
            // Some clients reject a tool whose schema has none.
            schema.entry("properties").or_insert_with(|| Map::new().into());
            publish(parts, schema);
        }
        Ok(())
    }

    /// Clients would ignore a tool whose header parameters are invalid, would not ask their users before the call of a
    /// destructive tool that is read-only at the same time, and could not send arguments of other names to models.
    fn check_complete(parts: &HandlerParts<Self>) -> Result<(), String> {
        if parts.definition.annotations.as_ref().is_some_and(is_contradiction) {
            return Err(CONTRADICTION.to_owned());
        }
        check_argument_names(&parts.definition.input_schema)?;
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
    /// The handler has an [error](Self::checked) if the name is not 1 to 128 of `A-Z a-z 0-9 _ - .`, or if that of an argument
    /// is not 1 to 64 of them.
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
            input_check: None,
            output_check: None,
            empty_text: None,
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
    /// The handler has an [error](Self::checked) if the name cannot be the name of a tool, if one of an argument is
    /// not 1 to 64 of `A-Z a-z 0-9 _ - .`, if the number of names is not the
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

    /// Takes what a definition from elsewhere, such as a file or the list of another server, says about the tool: its title,
    /// description, hints, icons and metadata. The name and the schemas stay.
    ///
    /// The handler has an [error](Self::checked) if the hints contradict each other: `readOnlyHint` and `destructiveHint` must
    /// not both be `true`.
    ///
    /// ```
    /// use mcpwright_core::Tool;
    /// use mcpwright_server::ToolHandler;
    /// use serde_json::json;
    ///
    /// // From the list of another server.
    /// let mut tool: Tool = serde_json::from_value(json!({
    ///     "name": "get_issue",
    ///     "description": "Returns an issue.",
    ///     "inputSchema": { "type": "object", "properties": { "number": { "type": "integer" } }, "required": ["number"] },
    ///     "annotations": { "readOnlyHint": true },
    ///     "_meta": { "example.com/team": "support" },
    /// }))?;
    /// let schema = std::mem::take(&mut tool.input_schema).into();
    /// let forward = ToolHandler::with_portable_schema(&tool.name, schema, |arguments, _| async move {
    ///     format!("would send {arguments}")
    /// })
    /// .described_by(tool);
    /// assert_eq!(forward.definition().description.as_deref(), Some("Returns an issue."));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn described_by(mut self, definition: Tool) -> Self {
        let Tool { title, description, annotations, icons, meta, other, .. } = definition;
        let own = &mut self.parts_mut().definition;
        (own.title, own.description, own.annotations) = (title, description, annotations);
        (own.icons, own.meta, own.other) = (icons, meta, other);
        self
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

    /// Accepts arguments only if they match the schema exactly, whether it is that of Rust types or a schema of its own. By default, values of a slightly different type are
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

    /// Returns `true` if arguments must match the schema as they are sent.
    pub(crate) fn is_strict(&self) -> bool {
        self.core().parameters.is_strict
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
        let all = match &settings.input_check {
            None => AllArguments::Text(text),
            Some(check) => {
                let checked = check.apply(text, self.core().parameters.is_strict);
                AllArguments::Checked(checked.map_err(Failure::InvalidArguments)?)
            }
        };
        self.core().start_whole(all, context)
    }
}

/// Returns the error of a tool that declares an argument, and whose schema no Rust type has.
fn declared_argument(name: &str) -> String {
    format!(
        "the argument `{name}` must not be declared, because the input schema is not made of Rust types: read it with \
         `CallArguments::take_map` or `CallArguments::text`"
    )
}

/// Sets the input schema of the definition, and the header parameters that it declares.
pub(crate) fn publish(parts: &mut HandlerParts<Tool>, schema: Map<String, Value>) {
    parts.settings.header_params = HeaderParam::of(&schema);
    parts.definition.input_schema = schema;
}
