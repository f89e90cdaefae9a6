//! Sampling: requests for messages from the client's language model.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::sampling_content::{SamplingMessage, SamplingMessageContentBlock};
use crate::annotations::Role;
use crate::codec;
use crate::meta::Meta;
use crate::setters::setters;
use crate::tool::Tool;

/// Parameters of `sampling/createMessage`.
///
/// See [`CreateMessageRequestParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#createmessagerequestparams).
///
/// ```
/// use mcpwright_core::{CreateMessageParams, ModelHint, ModelPreferences, SamplingMessage};
///
/// let request = CreateMessageParams::new([SamplingMessage::user("Summarize this text: …")], 200)
///     .system_prompt("Answer in one sentence.")
///     .model_preferences(ModelPreferences::new().hints([ModelHint::new("haiku")]).speed_priority(1.0));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CreateMessageParams {
    /// The messages of the conversation.
    pub messages: Vec<SamplingMessage>,
    /// Maximum number of tokens to sample. The client may sample fewer.
    pub max_tokens: u64,
    /// Preferences for the selection of a model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_preferences: Option<ModelPreferences>,
    /// The system prompt. The client may change or omit it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_prompt: Option<String>,
    /// The context of servers that the client should include. The client may ignore it. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_context: Option<IncludeContext>,
    /// The sampling temperature.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "codec::optional_number")]
    pub temperature: Option<f64>,
    /// Sequences that end the generated message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop_sequences: Vec<String>,
    /// Metadata for the provider of the model, in the provider's format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
    /// The tools that the model may use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Tool>,
    /// Control of tool use by the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<ToolChoice>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl CreateMessageParams {
    /// Creates the parameters from the messages of a conversation and the maximum number of tokens to sample.
    pub fn new(messages: impl Into<Vec<SamplingMessage>>, max_tokens: u64) -> Self {
        Self { messages: messages.into(), max_tokens, ..Self::default() }
    }

    setters! {
        model_preferences: Option<ModelPreferences>,
        system_prompt: Option<String>,
        include_context: Option<IncludeContext>,
        temperature: Option<f64>,
        stop_sequences: Vec<String>,
        metadata: Option<Map<String, Value>>,
        tools: Vec<Tool>,
        tool_choice: Option<ToolChoice>,
        meta: Meta,
    }
}

/// The context of servers that a client should include in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum IncludeContext {
    /// No context.
    None,
    /// The context of the requesting server. Deprecated.
    ThisServer,
    /// The context of all servers. Deprecated.
    AllServers,
}

/// Preferences for the selection of a model. They are advisory: the client may ignore them.
///
/// See [`ModelPreferences`](https://modelcontextprotocol.io/specification/2026-07-28/schema#modelpreferences).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ModelPreferences {
    /// Hints on model names, in order of preference.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<ModelHint>,
    /// Importance of low cost, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "codec::optional_number")]
    pub cost_priority: Option<f64>,
    /// Importance of low latency, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "codec::optional_number")]
    pub speed_priority: Option<f64>,
    /// Importance of intelligence and capabilities, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "codec::optional_number")]
    pub intelligence_priority: Option<f64>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ModelPreferences {
    /// Creates preferences with no member set.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        hints: Vec<ModelHint>,
        cost_priority: Option<f64>,
        speed_priority: Option<f64>,
        intelligence_priority: Option<f64>,
    }
}

/// A hint for the selection of a model.
///
/// See [`ModelHint`](https://modelcontextprotocol.io/specification/2026-07-28/schema#modelhint).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModelHint {
    /// A substring of the model's name, such as `sonnet`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ModelHint {
    /// Creates a hint on models whose name contains `name`.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), other: Map::new() }
    }
}

/// Control of tool use by a model.
///
/// See [`ToolChoice`](https://modelcontextprotocol.io/specification/2026-07-28/schema#toolchoice).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolChoice {
    /// The mode of tool use. Default: [`ToolChoiceMode::Auto`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<ToolChoiceMode>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ToolChoice {
    /// Creates a tool choice from a mode.
    pub fn new(mode: ToolChoiceMode) -> Self {
        Self { mode: Some(mode), other: Map::new() }
    }
}

/// The mode of tool use by a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ToolChoiceMode {
    /// The model decides.
    Auto,
    /// The model must use at least one tool.
    Required,
    /// The model must not use tools.
    None,
}

/// The result of `sampling/createMessage`: the message of the client's language model.
///
/// See [`CreateMessageResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#createmessageresult).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CreateMessageResult {
    /// The sender of the message: the language model.
    pub role: Role,
    /// The content of the message. A single block is serialized as an object, others as an array.
    #[serde(with = "codec::one_or_many")]
    pub content: Vec<SamplingMessageContentBlock>,
    /// The name of the model that generated the message.
    pub model: String,
    /// The reason why sampling stopped, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_reason: Option<StopReason>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl CreateMessageResult {
    /// Creates a result from the name of a model and the content of its message.
    pub fn new(model: impl Into<String>, content: impl Into<Vec<SamplingMessageContentBlock>>) -> Self {
        Self {
            role: Role::Assistant,
            content: content.into(),
            model: model.into(),
            stop_reason: None,
            meta: Meta::new(),
            other: Map::new(),
        }
    }

    setters! {
        stop_reason: Option<StopReason>,
        meta: Meta,
    }
}

/// The reason why sampling stopped. The set is open: providers may define their own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StopReason(Cow<'static, str>);

impl StopReason {
    /// The natural end of the model's turn.
    pub const END_TURN: Self = Self(Cow::Borrowed("endTurn"));
    /// A stop sequence was generated.
    pub const STOP_SEQUENCE: Self = Self(Cow::Borrowed("stopSequence"));
    /// The maximum number of tokens was reached.
    pub const MAX_TOKENS: Self = Self(Cow::Borrowed("maxTokens"));
    /// The model requests the use of tools.
    pub const TOOL_USE: Self = Self(Cow::Borrowed("toolUse"));

    /// Creates a reason from its name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(Cow::Owned(name.into()))
    }

    /// Returns the name of the reason.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
