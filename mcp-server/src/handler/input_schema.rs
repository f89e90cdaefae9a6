//! Tools with input schemas that no Rust type has, in every build.

use std::sync::Arc;

use mcpwright_core::schema::{CompiledSchema, PortableSchema};
use serde_json::{Map, Value};

use crate::handler::ToolHandler;
use crate::handler::context::Context;
use crate::handler::execution::Execution;
use crate::handler::input_check::InputCheck;
use crate::handler::results::tool::IntoToolResult;
use crate::handler::tool::publish;

impl ToolHandler {
    /// Returns a tool with an input schema that comes from elsewhere, such as a document of OpenAPI or another server. The
    /// function takes all arguments as one JSON value, an object.
    ///
    /// The schema is published in the form that known clients accept, as those of Rust types are: without references to types
    /// that do not contain themselves, lists of types and Boolean schemas. The older forms of draft 7 and of OpenAPI 3.0, such
    /// as `nullable`, are converted, and a choice at the root becomes one object with the members of all its branches. Calls
    /// are checked against the published schema, and values are converted as
    /// [those of typed arguments](Self::strict) are.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Server, ToolHandler};
    /// use serde_json::json;
    ///
    /// let schema = json!({
    ///     "properties": { "pet": { "$ref": "#/components/schemas/Pet" }, "age": { "type": "integer", "nullable": true } },
    ///     "required": ["pet"],
    ///     "components": { "schemas": { "Pet": { "type": "string", "enum": ["cat", "dog"] } } },
    /// });
    /// let adopt = ToolHandler::with_portable_schema("adopt", schema, |arguments, _| async move { arguments.to_string() });
    /// let published = &adopt.definition().input_schema;
    /// assert_eq!(published["properties"]["pet"], json!({ "type": "string", "enum": ["cat", "dog"] }));
    ///
    /// # futures::executor::block_on(async {
    /// let client = Client::modern(Server::builder("shelter", "1.0.0").tool(adopt));
    /// let result = client.call_tool("adopt", json!({ "pet": "Cat", "age": "3" })).await?;
    /// assert_eq!(result.content[0].as_text(), Some(r#"{"pet":"cat","age":3}"#));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// The handler has an [error](Self::checked) with the reason if the schema has a keyword that the form does not have, such
    /// as `if`, does not describe an object, or refers to another document. `with_schema`, with the feature `validate`, and
    /// [`with_unchecked_schema`](Self::with_unchecked_schema) publish such schemas unchanged.
    #[track_caller]
    pub fn with_portable_schema<R, F>(
        name: impl Into<String>,
        schema: Value,
        handler: impl Fn(Value, Context) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = R> + Send + 'static,
        R: IntoToolResult,
    {
        Self::of_value(name, handler).portable_input_schema(schema)
    }

    /// Returns a tool that publishes an input schema written elsewhere, without checking calls against it. The function takes all
    /// arguments as one JSON value, an object, and checks them itself.
    ///
    /// It receives the values that the client sent, without conversions. Only arguments that are a string with the JSON text
    /// of an object are read as that object, and missing ones as an empty object.
    /// [`with_portable_schema`](Self::with_portable_schema) checks calls, and so does `with_schema`, with the feature
    /// `validate`.
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
        Self::of_value(name, handler).unchecked_input_schema(schema)
    }

    /// Publishes an input schema that comes from elsewhere, as [`with_portable_schema`](Self::with_portable_schema) does, for
    /// code that takes its arguments from [`CallArguments`](crate::CallArguments).
    ///
    /// ```
    /// use mcpwright_core::CallToolResult;
    /// use mcpwright_server::{Caller, Execution, ToolHandler};
    /// use serde_json::json;
    ///
    /// let query = ToolHandler::new("query", |mut arguments| {
    ///     let map = arguments.take_map()?;
    ///     let caller = arguments.context().caller().clone();
    ///     Ok(Execution::future(async move { Ok(CallToolResult::text(format!("{caller} asks {}", map.len()))) }))
    /// })
    /// .portable_input_schema(json!({ "type": "object", "additionalProperties": { "type": ["string", "null"] } }));
    /// assert!(query.checked().is_ok());
    /// ```
    ///
    /// The handler has an [error](Self::checked) in the same cases, and if it has arguments of its own.
    #[must_use]
    #[track_caller]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the methods that publish a schema unchanged take it by value"
    )]
    pub fn portable_input_schema(self, schema: Value) -> Self {
        self.with_input_schema(portable(&schema).map(|(schema, check)| (schema, Some(check))))
    }

    /// Publishes an input schema written elsewhere without checking calls against it, as
    /// [`with_unchecked_schema`](Self::with_unchecked_schema) does, for code that takes its arguments from
    /// [`CallArguments`](crate::CallArguments).
    ///
    /// ```
    /// use mcpwright_core::CallToolResult;
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Execution, Server, ToolHandler};
    /// use serde_json::json;
    ///
    /// // Passes the text on to a component, without parsing it.
    /// let run = ToolHandler::new("run", |arguments| {
    ///     let output = format!("component received {}", arguments.text());
    ///     Ok(Execution::future(async move { Ok(CallToolResult::text(output)) }))
    /// })
    /// .unchecked_input_schema(json!({ "type": "object" }));
    ///
    /// # futures::executor::block_on(async {
    /// let client = Client::modern(Server::builder("components", "1.0.0").tool(run));
    /// let result = client.call_tool("run", json!({ "speed": "5" })).await?;
    /// assert_eq!(result.content[0].as_text(), Some(r#"component received {"speed":"5"}"#));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// The handler has an [error](Self::checked) if the schema does not have `"type": "object"` at its root, or if the handler
    /// has arguments of its own.
    #[must_use]
    #[track_caller]
    pub fn unchecked_input_schema(self, schema: Value) -> Self {
        self.with_input_schema(object_schema(schema).map(|schema| (schema, None)))
    }

    /// Publishes an input schema, and checks calls as it says.
    #[track_caller]
    pub(crate) fn with_input_schema(
        mut self,
        schema: Result<(Map<String, Value>, Option<InputCheck>), String>,
    ) -> Self {
        self.parts_mut().settings.takes_whole = true;
        if let Some((schema, check)) = self.accept(schema) {
            let parts = self.parts_mut();
            parts.settings.input_check = check;
            publish(parts, schema);
        }
        self.updated()
    }

    /// Returns a tool whose function takes all arguments as one JSON value. Its schema is published later.
    #[track_caller]
    pub(crate) fn of_value<R, F>(
        name: impl Into<String>,
        handler: impl Fn(Value, Context) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = R> + Send + 'static,
        R: IntoToolResult,
    {
        let tool = Self::new(name, move |mut arguments| {
            let result = handler(arguments.take_map()?.into(), arguments.context().clone());
            Ok(Execution::future(async move { result.await.into_tool_result() }))
        });
        tool.returns::<R>()
    }
}

/// Returns an input schema as an object, if it describes objects.
pub(crate) fn object_schema(schema: Value) -> Result<Map<String, Value>, String> {
    match schema {
        Value::Object(schema) if schema.get("type").is_some_and(|kind| kind == "object") => Ok(schema),
        _ => Err("the input schema must have `\"type\": \"object\"` at its root".to_owned()),
    }
}

/// Makes an input schema portable.
fn portable(schema: &Value) -> Result<(Map<String, Value>, InputCheck), String> {
    let invalid = |error| format!("the input schema: {error}");
    let schema = PortableSchema::from_json_schema(schema).and_then(PortableSchema::into_arguments);
    let schema = schema.map_err(invalid)?;
    let check = InputCheck::Portable(Arc::new(CompiledSchema::new(&schema).map_err(invalid)?));
    Ok((object_schema(schema.into_value())?, check))
}
