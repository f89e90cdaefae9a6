//! Questions to the client's model.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::setters::setters;
use crate::{Meta, Role, SamplingMessage, SamplingMessageContentBlock, Tool, codec};

/// What the client's model is asked.
///
/// See [`CreateMessageRequestParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#createmessagerequestparams).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CreateMessageParams {
    /// The conversation so far.
    pub messages: Vec<SamplingMessage>,
    /// How many tokens the answer may have.
    pub max_tokens: u64,
    /// Which model would suit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_preferences: Option<ModelPreferences>,
    /// How the model is to behave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_prompt: Option<String>,
    /// What the client is to add of what servers know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_context: Option<IncludeContext>,
    /// How much chance there is in the answer.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "codec::optional_number")]
    pub temperature: Option<f64>,
    /// Where the answer ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop_sequences: Vec<String>,
    /// What the provider of the model is told, as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
    /// The tools that the model may use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Tool>,
    /// Whether the model must use one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<ToolChoice>,
    /// What travels beside them.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl CreateMessageParams {
    /// To continue this conversation, by so many tokens at most.
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

/// What a client is to add to a conversation, of what servers know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum IncludeContext {
    /// Nothing.
    None,
    /// What this server knows: deprecated.
    ThisServer,
    /// What all servers know: deprecated.
    AllServers,
}

/// Which model would suit: advice that a client may ignore.
///
/// See [`ModelPreferences`](https://modelcontextprotocol.io/specification/2026-07-28/schema#modelpreferences).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ModelPreferences {
    /// Models by name, the best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<ModelHint>,
    /// How much the cost matters, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "codec::optional_number")]
    pub cost_priority: Option<f64>,
    /// How much the speed matters, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "codec::optional_number")]
    pub speed_priority: Option<f64>,
    /// How much the ability matters, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "codec::optional_number")]
    pub intelligence_priority: Option<f64>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ModelPreferences {
    /// None yet.
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

/// A model that would suit.
///
/// See [`ModelHint`](https://modelcontextprotocol.io/specification/2026-07-28/schema#modelhint).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModelHint {
    /// A part of its name, such as `sonnet`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ModelHint {
    /// A model whose name contains this.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), other: Map::new() }
    }
}

/// Whether a model must use one of its tools.
///
/// See [`ToolChoice`](https://modelcontextprotocol.io/specification/2026-07-28/schema#toolchoice).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolChoice {
    /// Whether it must; as it likes, if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<ToolChoiceMode>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ToolChoice {
    /// Whether the model must use one of its tools.
    pub fn new(mode: ToolChoiceMode) -> Self {
        Self { mode: Some(mode), other: Map::new() }
    }
}

/// Whether a model must use one of its tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ToolChoiceMode {
    /// As it likes.
    Auto,
    /// At least one.
    Required,
    /// None.
    None,
}

/// What the client's model answered.
///
/// See [`CreateMessageResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#createmessageresult).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CreateMessageResult {
    /// Who speaks: the model.
    pub role: Role,
    /// What it says: one block alone is written without a list.
    #[serde(with = "codec::one_or_many")]
    pub content: Vec<SamplingMessageContentBlock>,
    /// Which model it was.
    pub model: String,
    /// Why it stopped, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_reason: Option<StopReason>,
    /// What travels beside it.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl CreateMessageResult {
    /// What this model answered.
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

/// Why a model stopped: providers have reasons of their own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StopReason(Cow<'static, str>);

impl StopReason {
    /// It had no more to say.
    pub const END_TURN: Self = Self(Cow::Borrowed("endTurn"));
    /// It came to one of the stop sequences.
    pub const STOP_SEQUENCE: Self = Self(Cow::Borrowed("stopSequence"));
    /// It had said as much as it may.
    pub const MAX_TOKENS: Self = Self(Cow::Borrowed("maxTokens"));
    /// It wants to use tools.
    pub const TOOL_USE: Self = Self(Cow::Borrowed("toolUse"));

    /// The reason of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(Cow::Owned(name.into()))
    }

    /// The reason's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
