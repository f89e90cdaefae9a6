//! Tools: definitions, `tools/list` and `tools/call`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::codec;
use crate::content::ContentBlock;
use crate::implementation::Icon;
use crate::input_responses::InputResponses;
use crate::json::JsonText;
use crate::meta::Meta;
use crate::setters::setters;

/// The definition of a tool that a client can call.
///
/// See [`Tool`](https://modelcontextprotocol.io/specification/2026-07-28/schema#tool).
///
/// ```
/// use mcpwright_core::{Tool, ToolAnnotations};
/// use serde_json::json;
///
/// let schema = json!({
///     "type": "object",
///     "properties": { "city": { "type": "string" } },
///     "required": ["city"],
/// });
/// let tool = Tool::new("forecast", schema.as_object().cloned().unwrap())
///     .title("Weather forecast")
///     .description("Returns the weather forecast for a city.")
///     .annotations(ToolAnnotations::new().read_only_hint(true));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Tool {
    /// Identifier for programs and the language model.
    pub name: String,
    /// Human-readable name for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Description of the tool for the language model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// JSON Schema of the arguments. Its `type` must be `object`.
    pub input_schema: Map<String, Value>,
    /// JSON Schema of the structured content of results.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<Map<String, Value>>,
    /// Hints on the behavior of the tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<ToolAnnotations>,
    /// Icons that a client can display.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub icons: Vec<Icon>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Tool {
    /// Creates a tool from its name and the JSON Schema of its arguments.
    pub fn new(name: impl Into<String>, input_schema: Map<String, Value>) -> Self {
        Self { name: name.into(), input_schema, ..Self::default() }
    }

    setters! {
        title: Option<String>,
        description: Option<String>,
        output_schema: Option<Map<String, Value>>,
        annotations: Option<ToolAnnotations>,
        icons: Vec<Icon>,
        meta: Meta,
    }
}

/// Hints on the behavior of a tool, for example for a client that asks its user before a call.
///
/// For an absent hint, the client assumes the default. Clients must not trust the hints of an untrusted server.
///
/// See [`ToolAnnotations`](https://modelcontextprotocol.io/specification/2026-07-28/schema#toolannotations).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ToolAnnotations {
    /// Human-readable name for display, used if the tool has no [`title`](Tool::title).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// `true` if the tool does not modify its environment. Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_only_hint: Option<bool>,
    /// `true` if the tool may perform destructive updates, `false` if it performs only additive ones. Default: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destructive_hint: Option<bool>,
    /// `true` if repeated calls with the same arguments have no additional effect. Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotent_hint: Option<bool>,
    /// `true` if the tool interacts with external entities, as a web search does. Default: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_world_hint: Option<bool>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ToolAnnotations {
    /// Creates annotations without hints.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        title: Option<String>,
        read_only_hint: Option<bool>,
        destructive_hint: Option<bool>,
        idempotent_hint: Option<bool>,
        open_world_hint: Option<bool>,
    }
}

/// The result of `tools/list`: one page of the tools that a server offers.
///
/// See [`ListToolsResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#listtoolsresult).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ListToolsResult {
    /// The tools of the page.
    pub tools: Vec<Tool>,
    /// Cursor of the next page. `None` on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ListToolsResult {
    /// Creates the last page of a list.
    pub fn new(tools: impl Into<Vec<Tool>>) -> Self {
        Self { tools: tools.into(), ..Self::default() }
    }

    setters! {
        next_cursor: Option<String>,
        meta: Meta,
    }
}

/// Parameters of `tools/call`.
///
/// See [`CallToolRequestParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#calltoolrequestparams).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CallToolParams {
    /// The name of the tool.
    pub name: String,
    /// The arguments, as the text that the client sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<JsonText>,
    /// Responses to the input requests of the previous round trip, by key.
    #[serde(default, skip_serializing_if = "InputResponses::is_empty")]
    pub input_responses: InputResponses,
    /// The `requestState` of the previous round trip, echoed without changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_state: Option<String>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl CallToolParams {
    /// Creates parameters without arguments for the tool `name`.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    setters! {
        arguments: Option<JsonText>,
        input_responses: InputResponses,
        request_state: Option<String>,
        meta: Meta,
    }
}

/// The result of `tools/call`: content for the language model, and structured content for programs.
///
/// See [`CallToolResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#calltoolresult).
///
/// ```
/// use mcpwright_core::{CallToolResult, ContentBlock, JsonText};
/// use serde_json::json;
///
/// let text = CallToolResult::text("The city has 2 million inhabitants.");
/// let failed = CallToolResult::error("No city is called `Pariss`. Did you mean `Paris`?");
///
/// let blocks = CallToolResult::new([
///     ContentBlock::text(r#"{"inhabitants":2102650}"#),
///     ContentBlock::image([0x89, b'P', b'N', b'G'], "image/png"),
/// ]);
/// let structured = blocks.structured_content(JsonText::encode(&json!({ "inhabitants": 2_102_650 }))?);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CallToolResult {
    /// The unstructured result, for the language model.
    pub content: Vec<ContentBlock>,
    /// The structured result, for programs: any JSON value, including `null`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "codec::present")]
    pub structured_content: Option<JsonText>,
    /// `true` if the tool failed. The content then describes the error. Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_error: Option<bool>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl CallToolResult {
    /// Creates a result from content blocks.
    pub fn new(content: impl Into<Vec<ContentBlock>>) -> Self {
        Self { content: content.into(), ..Self::default() }
    }

    /// Creates a result from one block of text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new([ContentBlock::text(text)])
    }

    /// Creates the result of a failed call, with a description of the error for the language model.
    ///
    /// ```
    /// use mcpwright_core::CallToolResult;
    ///
    /// let result = CallToolResult::error("there is no note 7; list the notes to find one");
    /// assert_eq!(result.is_error, Some(true));
    /// ```
    pub fn error(text: impl Into<String>) -> Self {
        Self::text(text).is_error(true)
    }

    /// The constructor of rmcp, for the message to who copies it.
    #[doc(hidden)]
    #[deprecated(
        note = "`success` is a function of rmcp: write `CallToolResult::text(…)`, or return the text itself"
    )]
    pub fn success(content: Vec<ContentBlock>) -> Self {
        Self::new(content)
    }

    setters! {
        structured_content: Option<JsonText>,
        is_error: Option<bool>,
        meta: Meta,
    }
}
