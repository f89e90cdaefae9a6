//! What is said to a client's model, and what it says.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::setters::setters;
use crate::{AudioContent, ContentBlock, ImageContent, JsonText, Meta, Role, TextContent, codec};

/// What one of the two says in a conversation with a client's model.
///
/// See [`SamplingMessage`](https://modelcontextprotocol.io/specification/2026-07-28/schema#samplingmessage).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SamplingMessage {
    /// Who says it.
    pub role: Role,
    /// What is said: one block alone is written without a list.
    #[serde(with = "codec::one_or_many")]
    pub content: Vec<SamplingMessageContentBlock>,
    /// What travels beside it.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl SamplingMessage {
    /// What one of the two says.
    pub fn new(role: Role, content: impl Into<Vec<SamplingMessageContentBlock>>) -> Self {
        Self { role, content: content.into(), meta: Meta::new(), other: Map::new() }
    }

    /// What the person says.
    pub fn user(content: impl Into<SamplingMessageContentBlock>) -> Self {
        Self::new(Role::User, [content.into()])
    }

    /// What the model says.
    pub fn assistant(content: impl Into<SamplingMessageContentBlock>) -> Self {
        Self::new(Role::Assistant, [content.into()])
    }

    setters! {
        meta: Meta,
    }
}

/// One piece of what is said to a client's model, or of what it says.
///
/// See [`SamplingMessageContentBlock`](https://modelcontextprotocol.io/specification/2026-07-28/schema#samplingmessagecontentblock).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum SamplingMessageContentBlock {
    /// Text.
    Text(TextContent),
    /// A picture.
    Image(ImageContent),
    /// A sound.
    Audio(AudioContent),
    /// The model wants to use a tool.
    ToolUse(ToolUseContent),
    /// What came of it.
    ToolResult(ToolResultContent),
    /// A block of a type that this crate does not know, as it came.
    #[serde(untagged)]
    Other(Value),
}

impl<'de> Deserialize<'de> for SamplingMessageContentBlock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        codec::tagged(deserializer, "type", |tag, value| match &*tag {
            "text" => codec::read(&value).map(Self::Text),
            "image" => codec::read(&value).map(Self::Image),
            "audio" => codec::read(&value).map(Self::Audio),
            "tool_use" => codec::read(&value).map(Self::ToolUse),
            "tool_result" => codec::read(&value).map(Self::ToolResult),
            _ => Ok(Self::Other(codec::retagged("type", tag, value))),
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

/// That a model wants to use a tool.
///
/// See [`ToolUseContent`](https://modelcontextprotocol.io/specification/2026-07-28/schema#toolusecontent).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolUseContent {
    /// What the result will be known by.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments.
    pub input: Map<String, Value>,
    /// What travels beside it.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ToolUseContent {
    /// The use of a tool.
    pub fn new(id: impl Into<String>, name: impl Into<String>, input: Map<String, Value>) -> Self {
        Self { id: id.into(), name: name.into(), input, ..Self::default() }
    }

    setters! {
        meta: Meta,
    }
}

/// What came of a tool that a model wanted to use.
///
/// See [`ToolResultContent`](https://modelcontextprotocol.io/specification/2026-07-28/schema#toolresultcontent).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ToolResultContent {
    /// Which use it was.
    pub tool_use_id: String,
    /// What the model reads.
    pub content: Vec<ContentBlock>,
    /// The same for programs: any JSON value, `null` among them.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "codec::present")]
    pub structured_content: Option<JsonText>,
    /// Whether the tool failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_error: Option<bool>,
    /// What travels beside it.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ToolResultContent {
    /// What came of this use.
    pub fn new(tool_use_id: impl Into<String>, content: impl Into<Vec<ContentBlock>>) -> Self {
        Self { tool_use_id: tool_use_id.into(), content: content.into(), ..Self::default() }
    }

    setters! {
        structured_content: Option<JsonText>,
        is_error: Option<bool>,
        meta: Meta,
    }
}
