//! Output schemas of tools, and the results that are checked against them.

use std::sync::Arc;

use mcpwright_core::schema::{CompiledSchema, PortableSchema};
use mcpwright_core::{CallToolResult, JsonText};
use schemars::Schema;
use serde_json::Value;

use crate::handler::ToolHandler;
use crate::handler::results::tool::{IntoToolResult, OutputSchema};
use crate::handler::schema::generate_output;
use crate::handler::validate::Validator;

/// The check of structured content against the published schema.
#[derive(Clone)]
pub(crate) enum OutputCheck {
    /// Against the schema of a type.
    Derived(Arc<CompiledSchema>),
    /// Against a schema written by hand.
    #[allow(dead_code, reason = "schemas of results are written by hand with the feature `validate` only")]
    HandWritten(Validator),
}

impl ToolHandler {
    /// Publishes the schema of `T` as that of the results, for a handler that makes its structured content itself: it
    /// returns a [`CallToolResult`], a [`JsonText`] or a [`Value`].
    ///
    /// Each result is checked against the schema, and must have structured content unless it is an error. Another result
    /// is not sent: the client gets an error with an incident number, and the log has the reason. A handler that returns
    /// [`Json<T>`](crate::Json) publishes the schema without this.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Server, ToolHandler};
    /// use serde_json::json;
    ///
    /// #[derive(schemars::JsonSchema)]
    /// # #[allow(dead_code)]
    /// struct Depth {
    ///     bids: Vec<f64>,
    /// }
    ///
    /// // The exchange answers in JSON already.
    /// let depth = ToolHandler::function("depth", ["symbol"], |symbol: String| async move {
    ///     if symbol == "ACME" { json!({ "bids": [9.5, 9.4] }) } else { json!({ "bids": null }) }
    /// })
    /// .output::<Depth>();
    /// assert_eq!(depth.definition().output_schema.as_ref().unwrap()["required"][0], "bids");
    ///
    /// # futures::executor::block_on(async {
    /// let client = Client::modern(Server::builder("exchange", "1.0.0").tool(depth));
    /// let result = client.call_tool("depth", [("symbol", "ACME")]).await?;
    /// assert_eq!(result.structured_content.unwrap().as_str(), r#"{"bids":[9.5,9.4]}"#);
    /// assert_eq!(result.content[0].as_text(), Some(r#"{"bids":[9.5,9.4]}"#));
    /// let result = client.call_tool("depth", [("symbol", "?")]).await?;
    /// assert_eq!(result.is_error, Some(true));
    /// let text = result.content[0].as_text().unwrap();
    /// assert!(text.starts_with("the result of depth does not match its output schema, incident "));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// If `T` is not an object, such as a list, the structured content is the value itself, and it is sent as the member
    /// `result` of an object. The handler has an [error](Self::checked) if the type has a schema that cannot be published.
    #[must_use]
    #[track_caller]
    pub fn output<T: OutputSchema>(mut self) -> Self {
        match self.accept(publishable(&generate_output::<T>())) {
            Some(output) => self.with_derived_output(output),
            None => self,
        }
    }

    /// Publishes the schema of the type that the code of the handler returns, if it has one: [`Json<T>`](crate::Json), or a
    /// type of your own. [`function`](Self::function) and the macros do this already.
    ///
    /// Each result is checked, as with [`output`](Self::output): a number that is not finite is `null` in JSON, and a type may be
    /// serialized in another form than its schema describes.
    ///
    /// ```
    /// use mcpwright_server::{Execution, IntoToolResult, Json, ToolHandler};
    ///
    /// #[derive(serde::Serialize, schemars::JsonSchema)]
    /// struct Weather {
    ///     degrees: f64,
    /// }
    ///
    /// let weather = ToolHandler::new("weather", |arguments| {
    ///     arguments.check()?;
    ///     Ok(Execution::blocking(|| Json(Weather { degrees: 21.5 }).into_tool_result()))
    /// })
    /// .returns::<Json<Weather>>();
    /// assert_eq!(weather.definition().output_schema.as_ref().unwrap()["required"][0], "degrees");
    /// ```
    ///
    /// The handler has an [error](Self::checked) if the type has a schema that cannot be published.
    #[must_use]
    #[track_caller]
    pub fn returns<R: IntoToolResult>(mut self) -> Self {
        let Some(generated) = R::output_schema() else { return self };
        match self.accept(publishable(&generated)) {
            Some(output) => self.with_derived_output(output),
            None => self,
        }
    }

    fn with_derived_output(self, output: DerivedOutput) -> Self {
        let check = OutputCheck::Derived(Arc::new(output.compiled));
        self.with_output(output.schema.into_value(), output.wraps, check)
    }

    /// Publishes an output schema, which results are checked against.
    pub(crate) fn with_output(mut self, schema: Value, wraps: bool, check: OutputCheck) -> Self {
        let parts = self.parts_mut();
        parts.settings.output_check = Some(check);
        parts.settings.wraps_output = wraps;
        if let Value::Object(schema) = schema {
            parts.definition.output_schema = Some(schema);
        }
        self
    }

    /// Checks the structured content of a result, wraps it as the published schema describes, and says in a text that the
    /// result is empty.
    pub(crate) fn finish(&self, mut result: CallToolResult) -> Result<CallToolResult, String> {
        let settings = self.settings();
        self.describe_empty(&mut result);
        if settings.wraps_output {
            result.structured_content =
                result.structured_content.map(|structured| structured.wrap_in("result"));
        }
        self.check_output(&result)?;
        Ok(result)
    }

    /// Checks the structured content of a result, as it is sent.
    pub(crate) fn check_output(&self, result: &CallToolResult) -> Result<(), String> {
        // The schema describes results of calls that succeeded.
        let check = self.settings().output_check.as_ref().filter(|_| result.is_error != Some(true));
        match (check, &result.structured_content) {
            (None, _) => Ok(()),
            (Some(check), Some(structured)) => check.check(structured),
            (Some(_), None) => Err("it must have structured content".to_owned()),
        }
    }
}

impl OutputCheck {
    /// Checks structured content, and returns the problems as one text.
    fn check(&self, structured: &JsonText) -> Result<(), String> {
        match self {
            Self::Derived(schema) => schema.check(structured).map_err(|problem| problem.to_string()),
            Self::HandWritten(validator) => {
                let value: Value = structured.decode_owned().map_err(|error| error.to_string())?;
                let problems = validator.check(&value);
                problems.map_err(|problems| {
                    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
                })
            }
        }
    }
}

/// The schema of a type's results.
struct DerivedOutput {
    schema: mcpwright_core::schema::Schema,
    compiled: CompiledSchema,
    /// The results are sent as the member `result` of an object.
    wraps: bool,
}

/// Returns the schema of a type's results.
fn publishable(generated: &Schema) -> Result<DerivedOutput, String> {
    let invalid = |error| format!("its result: {error}");
    let portable = PortableSchema::for_result(generated.as_value()).map_err(invalid)?;
    let wraps = !portable.is_object();
    let schema = portable.into_result();
    let compiled = CompiledSchema::new(&schema).map_err(invalid)?;
    Ok(DerivedOutput { schema, compiled, wraps })
}
