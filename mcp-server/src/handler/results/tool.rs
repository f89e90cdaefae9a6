//! Return types of tools.

use std::borrow::Cow;

use mcpwright_core::{
    AudioContent, CallToolResult, ContentBlock, EmbeddedResource, ImageContent, JsonText, ResourceLink,
    TextContent,
};
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde_json::Value;

use crate::handler::error::{Failure, IntoError};
use crate::handler::schema::generate_output;

/// A return type of a tool: text, a number, content blocks, [`Json`], JSON, or an `Option` or a `Result` of these.
///
/// ```
/// use mcpwright_core::CallToolResult;
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Failure, IntoToolResult, Server, ToolHandler};
///
/// /// A list that the model reads as Markdown.
/// struct Bullets(Vec<String>);
///
/// impl IntoToolResult for Bullets {
///     fn into_tool_result(self) -> Result<CallToolResult, Failure> {
///         let lines: Vec<_> = self.0.iter().map(|line| format!("- {line}")).collect();
///         Ok(CallToolResult::text(lines.join("\n")))
///     }
/// }
///
/// # futures::executor::block_on(async {
/// let notes = ToolHandler::function("notes", [], || async { Bullets(vec!["milk".to_owned(), "tea".to_owned()]) });
/// let client = Client::modern(Server::builder("notes", "1.0.0").tool(notes));
/// assert_eq!(client.call_tool("notes", ()).await?.content[0].as_text(), Some("- milk\n- tea"));
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the result of a tool",
    label = "a tool cannot return this",
    note = "return `Json<{Self}>` for structured content: that needs `serde::Serialize` and `schemars::JsonSchema`",
    note = "or return text, a number, `bool`, `()`, content blocks, `Value`, `CallToolResult`, an `Option` or a `Result` of \
            these; the error of a `Result` is anything that converts into `Box<dyn Error + Send + Sync>`"
)]
pub trait IntoToolResult {
    /// Returns the schema of the structured content; `None` if results have no structured content, or no schema for it.
    ///
    /// ```
    /// use mcpwright_core::CallToolResult;
    /// use mcpwright_server::{Failure, IntoToolResult, Json, ToolHandler};
    ///
    /// #[derive(serde::Serialize, schemars::JsonSchema)]
    /// struct Weather {
    ///     degrees: f64,
    /// }
    ///
    /// impl IntoToolResult for Weather {
    ///     fn output_schema() -> Option<schemars::Schema> {
    ///         Json::<Self>::output_schema()
    ///     }
    ///
    ///     fn into_tool_result(self) -> Result<CallToolResult, Failure> {
    ///         Json(self).into_tool_result()
    ///     }
    /// }
    ///
    /// let weather = ToolHandler::function("weather", [], || async { Weather { degrees: 21.5 } });
    /// assert!(weather.definition().output_schema.is_some());
    /// ```
    fn output_schema() -> Option<Schema> {
        None
    }

    /// Converts the value into a result.
    ///
    /// # Errors
    ///
    /// Returns an error if the tool failed, or if the value cannot be serialized.
    fn into_tool_result(self) -> Result<CallToolResult, Failure>;
}

/// Structured content of a tool, or a resource of type `application/json`.
///
/// A tool publishes the JSON Schema of `T`, and its results contain the value twice: as structured content, and as
/// compact JSON text for models that read only text.
///
/// ```
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Json, Server, ToolHandler};
///
/// #[derive(serde::Serialize, schemars::JsonSchema)]
/// struct Weather {
///     degrees: f64,
/// }
///
/// # futures::executor::block_on(async {
/// let weather = ToolHandler::function("weather", [], || async { Json(Weather { degrees: 21.5 }) });
/// let client = Client::modern(Server::builder("weather", "1.0.0").tool(weather));
/// let result = client.call_tool("weather", ()).await?;
/// assert_eq!(result.structured_content.unwrap().as_str(), r#"{"degrees":21.5}"#);
/// assert_eq!(result.content[0].as_text(), Some(r#"{"degrees":21.5}"#));
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

/// A type whose values can be structured content: every type that implements `serde::Serialize` and `schemars::JsonSchema`.
///
/// ```
/// use mcpwright_server::{Json, StructuredContent};
///
/// fn listed<T: StructuredContent>(items: Vec<T>) -> Json<Vec<T>>
/// where
///     Vec<T>: StructuredContent,
/// {
///     Json(items)
/// }
///
/// assert_eq!(listed(vec![1, 2]).0, [1, 2]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be structured content",
    label = "not serializable, or without a schema",
    note = "structured content is a type with `#[derive(serde::Serialize, schemars::JsonSchema)]`",
    note = "a type of another crate needs the feature of schemars that has its schema, as in `schemars = {{ version = \"1\", \
            features = [\"chrono04\"] }}`: `chrono04`, `jiff02`, `uuid1`, `url2`, `rust_decimal1`, `bytes1`, `semver1`, …",
    note = "a derive of another version of schemars does not count: it must be schemars 1, which is also \
            `mcpwright::schemars`"
)]
pub trait StructuredContent: Serialize + JsonSchema {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + JsonSchema> StructuredContent for T {}

/// A type whose schema can be that of results: every type that implements `schemars::JsonSchema`.
///
/// ```
/// use mcpwright_server::{OutputSchema, ToolHandler};
/// use serde_json::Value;
///
/// fn publishes<T: OutputSchema>(tool: ToolHandler) -> bool {
///     tool.output::<T>().definition().output_schema.is_some()
/// }
///
/// assert!(publishes::<Vec<u32>>(ToolHandler::function("list", [], || async { Value::from([1, 2]) })));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no schema for results",
    label = "without a schema",
    note = "the schema is that of `#[derive(schemars::JsonSchema)]`",
    note = "a type of another crate needs the feature of schemars that has its schema, as in `schemars = {{ version = \"1\", \
            features = [\"chrono04\"] }}`: `chrono04`, `jiff02`, `uuid1`, `url2`, `rust_decimal1`, `bytes1`, `semver1`, …",
    note = "a derive of another version of schemars does not count: it must be schemars 1, which is also \
            `mcpwright::schemars`"
)]
pub trait OutputSchema: JsonSchema {}

#[diagnostic::do_not_recommend]
impl<T: JsonSchema> OutputSchema for T {}

impl<T: StructuredContent> IntoToolResult for Json<T> {
    fn output_schema() -> Option<Schema> {
        Some(generate_output::<T>())
    }

    fn into_tool_result(self) -> Result<CallToolResult, Failure> {
        JsonText::encode(&self.0).map_err(|error| Failure::Error(error.into()))?.into_tool_result()
    }
}

/// Structured content, and the same JSON as text. Publish its schema with [`ToolHandler::output`](crate::ToolHandler::output).
impl IntoToolResult for JsonText {
    fn into_tool_result(self) -> Result<CallToolResult, Failure> {
        let mut result = CallToolResult::text(self.as_str());
        result.structured_content = Some(self);
        Ok(result)
    }
}

/// Structured content, and the same JSON as text. Publish its schema with [`ToolHandler::output`](crate::ToolHandler::output).
impl IntoToolResult for Value {
    fn into_tool_result(self) -> Result<CallToolResult, Failure> {
        JsonText::from(self).into_tool_result()
    }
}

impl<T: IntoToolResult, E: IntoError> IntoToolResult for Result<T, E> {
    fn output_schema() -> Option<Schema> {
        T::output_schema()
    }

    fn into_tool_result(self) -> Result<CallToolResult, Failure> {
        match self {
            Ok(value) => value.into_tool_result(),
            Err(error) => Err(Failure::Error(error.into_error())),
        }
    }
}

/// `None` is an empty result, with the [text](crate::ToolHandler::empty_text) that says so.
impl<T: IntoToolResult> IntoToolResult for Option<T> {
    fn output_schema() -> Option<Schema> {
        // A result without a value has no structured content, so it cannot match the schema.
        None
    }

    fn into_tool_result(self) -> Result<CallToolResult, Failure> {
        self.map_or_else(|| Ok(CallToolResult::default()), T::into_tool_result)
    }
}

impl IntoToolResult for CallToolResult {
    fn into_tool_result(self) -> Result<CallToolResult, Failure> {
        Ok(self)
    }
}

impl IntoToolResult for () {
    fn into_tool_result(self) -> Result<CallToolResult, Failure> {
        Ok(CallToolResult::default())
    }
}

impl IntoToolResult for Vec<ContentBlock> {
    fn into_tool_result(self) -> Result<CallToolResult, Failure> {
        Ok(CallToolResult::new(self))
    }
}

impl<const N: usize> IntoToolResult for [ContentBlock; N] {
    fn into_tool_result(self) -> Result<CallToolResult, Failure> {
        Ok(CallToolResult::new(self))
    }
}

macro_rules! as_content {
    ($($type:ty),*) => {$(
        impl IntoToolResult for $type {
            fn into_tool_result(self) -> Result<CallToolResult, Failure> {
                Ok(CallToolResult::new([ContentBlock::from(self)]))
            }
        }
    )*};
}

macro_rules! as_text {
    ($($type:ty),*) => {$(
        impl IntoToolResult for $type {
            fn into_tool_result(self) -> Result<CallToolResult, Failure> {
                Ok(CallToolResult::text(self.to_string()))
            }
        }
    )*};
}

as_content!(ContentBlock, TextContent, ImageContent, AudioContent, ResourceLink, EmbeddedResource);

as_text!(
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
    f32,
    f64,
    bool,
    char,
    &str,
    Cow<'_, str>
);

impl IntoToolResult for String {
    fn into_tool_result(self) -> Result<CallToolResult, Failure> {
        Ok(CallToolResult::text(self))
    }
}
