//! Tools with schemas written by hand, which calls and results are checked against.

use serde_json::Value;

use crate::handler::ToolHandler;
use crate::handler::context::Context;
use crate::handler::results::tool::IntoToolResult;
use crate::handler::tool::{object_schema, publish};
use crate::handler::tool_output::OutputCheck;
use crate::handler::validate::Validator;

impl ToolHandler {
    /// Returns a tool with an input schema written by hand. The function takes all arguments as one JSON value.
    ///
    /// The schema is published unchanged, and may use all of JSON Schema 2020-12. Calls are checked against it.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    /// use serde_json::json;
    ///
    /// let to = json!({ "enum": ["left", "right"] });
    /// let schema = json!({ "type": "object", "properties": { "to": to }, "required": ["to"] });
    /// let turn = ToolHandler::with_schema("turn", schema, |arguments, _| async move { arguments["to"].to_string() });
    /// assert_eq!(turn.definition().input_schema["required"][0], "to");
    /// ```
    ///
    /// The handler has an [error](Self::checked) if the schema is invalid, refers to another document, or does not have
    /// `"type": "object"` at its root. Without the feature `validate`, there is only
    /// [`with_unchecked_schema`](Self::with_unchecked_schema).
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
        let mut tool = Self::of_whole(name, handler);
        let compiled = Validator::compile("input schema", &schema)
            .and_then(|validator| object_schema(schema).map(|schema| (validator, schema)));
        if let Some((validator, schema)) = tool.accept(compiled) {
            let parts = tool.parts_mut();
            parts.settings.input_validator = Some(validator);
            publish(parts, schema);
        }
        tool.returns::<R>()
    }

    /// Publishes a schema of the structured content that is written by hand. Results are checked against it.
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
                self.with_output(schema.into(), false, Some(OutputCheck::HandWritten(validator)))
            }
            None => self,
        }
    }
}
