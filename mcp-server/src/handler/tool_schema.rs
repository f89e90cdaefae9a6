//! Tools with schemas written by hand, which calls and results are checked against.

use std::sync::Arc;

use mcpwright_core::schema::CompiledSchema;
use serde_json::Value;

use crate::handler::ToolHandler;
use crate::handler::context::Context;
use crate::handler::input_check::InputCheck;
use crate::handler::input_schema::object_schema;
use crate::handler::results::tool::IntoToolResult;
use crate::handler::tool_output::OutputCheck;
use crate::handler::validate::Validator;

impl ToolHandler {
    /// Returns a tool with an input schema written by hand. The function takes all arguments as one JSON value, an object.
    ///
    /// The schema is published unchanged, and may use all of JSON Schema 2020-12. Calls are checked against it, and values that
    /// models send in a slightly different type are converted as [those of typed arguments](Self::strict) are.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Server, ToolHandler};
    /// use serde_json::json;
    ///
    /// let properties = json!({ "to": { "enum": ["left", "right"] }, "degrees": { "type": "integer", "not": { "const": 0 } } });
    /// let schema = json!({ "type": "object", "properties": properties, "required": ["to"] });
    /// let turn = ToolHandler::with_schema("turn", schema, |arguments, _| async move { arguments.to_string() });
    /// assert_eq!(turn.definition().input_schema["required"][0], "to");
    ///
    /// # futures::executor::block_on(async {
    /// let client = Client::modern(Server::builder("robot", "1.0.0").tool(turn));
    /// let result = client.call_tool("turn", json!({ "to": "Left", "degrees": "90" })).await?;
    /// assert_eq!(result.content[0].as_text(), Some(r#"{"to":"left","degrees":90}"#));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// The handler has an [error](Self::checked) if the schema is invalid, refers to another document, or does not have
    /// `"type": "object"` at its root. Without the feature `validate`, there are only
    /// [`with_portable_schema`](Self::with_portable_schema) and [`with_unchecked_schema`](Self::with_unchecked_schema).
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
        Self::of_value(name, handler).input_schema(schema)
    }

    /// Publishes an input schema written by hand and checks calls against it, as [`with_schema`](Self::with_schema) does, for
    /// code that takes its arguments from [`CallArguments`](crate::CallArguments).
    ///
    /// ```
    /// use mcpwright_core::CallToolResult;
    /// use mcpwright_server::{Execution, ToolHandler};
    /// use serde_json::json;
    ///
    /// let count = ToolHandler::new("count", |mut arguments| {
    ///     let map = arguments.take_map()?;
    ///     Ok(Execution::future(async move { Ok(CallToolResult::text(map.len().to_string())) }))
    /// })
    /// .input_schema(json!({ "type": "object", "propertyNames": { "maxLength": 10 } }));
    /// assert!(count.checked().is_ok());
    /// ```
    ///
    /// The handler has an [error](Self::checked) in the same cases, and if it has arguments of its own.
    #[must_use]
    #[track_caller]
    pub fn input_schema(self, schema: Value) -> Self {
        let compiled = Validator::compile("input schema", &schema).and_then(|validator| {
            let coercion = CompiledSchema::superset_of(&schema).ok().map(Arc::new);
            Ok((object_schema(schema)?, Some(InputCheck::HandWritten { validator, coercion })))
        });
        self.with_input_schema(compiled)
    }

    /// Publishes a schema of the structured content that is written by hand. Results are checked against it, and must have
    /// structured content, as with [`output`](Self::output).
    ///
    /// ```
    /// use mcpwright_core::{CallToolResult, JsonText};
    /// use mcpwright_server::ToolHandler;
    /// use serde_json::json;
    ///
    /// let roll = ToolHandler::function("roll", [], || async {
    ///     let rolled = JsonText::encode(&json!({ "rolled": 4 })).expect("a number is JSON");
    ///     CallToolResult::text("4").structured_content(rolled)
    /// })
    /// .output_schema(json!({ "type": "object", "properties": { "rolled": { "enum": [1, 2, 3, 4, 5, 6] } } }));
    /// assert!(roll.definition().output_schema.is_some());
    /// ```
    ///
    /// The handler has an [error](Self::checked) if the schema is invalid or refers to another document.
    #[must_use]
    #[track_caller]
    pub fn output_schema(mut self, schema: Value) -> Self {
        let compiled = Validator::compile("output schema", &schema).and_then(|validator| match schema {
            Value::Object(schema) => Ok((validator, schema)),
            _ => Err("the output schema must be an object".to_owned()),
        });
        match self.accept(compiled) {
            Some((validator, schema)) => {
                self.with_output(schema.into(), false, OutputCheck::HandWritten(validator))
            }
            None => self,
        }
    }
}
