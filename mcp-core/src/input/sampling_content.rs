//! Messages of a conversation with the client's language model.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::annotations::Role;
use crate::codec;
use crate::content::{AudioContent, ContentBlock, ImageContent, TextContent};
use crate::json::JsonText;
use crate::meta::Meta;
use crate::setters::setters;

/// A message of a conversation with the client's language model.
///
/// See [`SamplingMessage`](https://modelcontextprotocol.io/specification/2026-07-28/schema#samplingmessage).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SamplingMessage {
    /// The sender of the message.
    pub role: Role,
    /// The content of the message. A single block is serialized as an object, others as an array.
    #[serde(with = "codec::one_or_many")]
    pub content: Vec<SamplingMessageContentBlock>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl SamplingMessage {
    /// Creates a message with the given role.
    pub fn new(role: Role, content: impl Into<Vec<SamplingMessageContentBlock>>) -> Self {
        Self { role, content: content.into(), meta: Meta::new(), other: Map::new() }
    }

    /// Creates a message of the user, with one block of content.
    pub fn user(content: impl Into<SamplingMessageContentBlock>) -> Self {
        Self::new(Role::User, [content.into()])
    }

    /// Creates a message of the language model, with one block of content.
    pub fn assistant(content: impl Into<SamplingMessageContentBlock>) -> Self {
        Self::new(Role::Assistant, [content.into()])
    }

    setters! {
        meta: Meta,
    }
}

/// One block of content of a [`SamplingMessage`].
///
/// See [`SamplingMessageContentBlock`](https://modelcontextprotocol.io/specification/2026-07-28/schema#samplingmessagecontentblock).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum SamplingMessageContentBlock {
    /// Text.
    Text(TextContent),
    /// An image.
    Image(ImageContent),
    /// Audio.
    Audio(AudioContent),
    /// A request of the model to use a tool.
    ToolUse(ToolUseContent),
    /// The result of a tool use.
    ToolResult(ToolResultContent),
    /// A block of an unrecognized type, preserved when it is serialized again.
    #[serde(untagged)]
    Other(Value),
}

impl<'de> Deserialize<'de> for SamplingMessageContentBlock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        codec::tagged(deserializer, "type", |tag, value| match &*tag {
            "text" => codec::from_value(&value).map(Self::Text),
            "image" => codec::from_value(&value).map(Self::Image),
            "audio" => codec::from_value(&value).map(Self::Audio),
            "tool_use" => codec::from_value(&value).map(Self::ToolUse),
            "tool_result" => codec::from_value(&value).map(Self::ToolResult),
            _ => Ok(Self::Other(codec::with_tag("type", tag, value))),
        })
    }
}

impl From<&str> for SamplingMessageContentBlock {
    fn from(text: &str) -> Self {
        Self::Text(TextContent::new(text))
    }
}

impl From<String> for SamplingMessageContentBlock {
    fn from(text: String) -> Self {
        Self::Text(TextContent::new(text))
    }
}

impl From<TextContent> for SamplingMessageContentBlock {
    fn from(text: TextContent) -> Self {
        Self::Text(text)
    }
}

impl From<ImageContent> for SamplingMessageContentBlock {
    fn from(image: ImageContent) -> Self {
        Self::Image(image)
    }
}

impl From<AudioContent> for SamplingMessageContentBlock {
    fn from(audio: AudioContent) -> Self {
        Self::Audio(audio)
    }
}

impl From<ToolUseContent> for SamplingMessageContentBlock {
    fn from(tool_use: ToolUseContent) -> Self {
        Self::ToolUse(tool_use)
    }
}

impl From<ToolResultContent> for SamplingMessageContentBlock {
    fn from(tool_result: ToolResultContent) -> Self {
        Self::ToolResult(tool_result)
    }
}

/// A request of the model to use a tool.
///
/// See [`ToolUseContent`](https://modelcontextprotocol.io/specification/2026-07-28/schema#toolusecontent).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolUseContent {
    /// The id of the tool use, which its result refers to.
    pub id: String,
    /// The name of the tool.
    pub name: String,
    /// The arguments of the tool.
    pub input: Map<String, Value>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ToolUseContent {
    /// Creates a tool use from its id, the name of the tool and its arguments.
    pub fn new(id: impl Into<String>, name: impl Into<String>, input: Map<String, Value>) -> Self {
        Self { id: id.into(), name: name.into(), input, ..Self::default() }
    }

    setters! {
        meta: Meta,
    }
}

/// The result of a tool use, for the model that requested it.
///
/// See [`ToolResultContent`](https://modelcontextprotocol.io/specification/2026-07-28/schema#toolresultcontent).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ToolResultContent {
    /// The id of the tool use.
    pub tool_use_id: String,
    /// The unstructured result, for the language model.
    pub content: Vec<ContentBlock>,
    /// The structured result: any JSON value, including `null`.
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

impl ToolResultContent {
    /// Creates the result of the tool use `tool_use_id`.
    pub fn new(tool_use_id: impl Into<String>, content: impl Into<Vec<ContentBlock>>) -> Self {
        Self { tool_use_id: tool_use_id.into(), content: content.into(), ..Self::default() }
    }

    setters! {
        structured_content: Option<JsonText>,
        is_error: Option<bool>,
        meta: Meta,
    }
}
