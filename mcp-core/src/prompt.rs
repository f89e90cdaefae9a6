//! Prompts: definitions, `prompts/list` and `prompts/get`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::annotations::Role;
use crate::content::ContentBlock;
use crate::implementation::Icon;
use crate::input_responses::InputResponses;
use crate::meta::Meta;
use crate::setters::setters;

/// The definition of a prompt or prompt template that a server offers.
///
/// See [`Prompt`](https://modelcontextprotocol.io/specification/2026-07-28/schema#prompt).
///
/// ```
/// use mcpwright_core::{Prompt, PromptArgument};
///
/// let prompt = Prompt::new("review")
///     .title("Review code")
///     .description("Reviews a file for mistakes.")
///     .arguments([PromptArgument::new("path").description("Path of the file.").required(true)]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Prompt {
    /// Identifier for programmatic use.
    pub name: String,
    /// Human-readable name for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Human-readable description of the prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Arguments of the prompt template.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<PromptArgument>,
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

impl Prompt {
    /// Creates a prompt with the given name and without arguments.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    setters! {
        title: Option<String>,
        description: Option<String>,
        arguments: Vec<PromptArgument>,
        icons: Vec<Icon>,
        meta: Meta,
    }
}

/// An argument of a prompt template. Its value is a string.
///
/// See [`PromptArgument`](https://modelcontextprotocol.io/specification/2026-07-28/schema#promptargument).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PromptArgument {
    /// Identifier for programmatic use.
    pub name: String,
    /// Human-readable name for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Human-readable description of the argument.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `true` if the argument must be provided. Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl PromptArgument {
    /// Creates an optional argument with the given name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    setters! {
        title: Option<String>,
        description: Option<String>,
        required: Option<bool>,
    }
}

/// The result of `prompts/list`: one page of the prompts that a server offers.
///
/// See [`ListPromptsResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#listpromptsresult).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ListPromptsResult {
    /// The prompts of the page.
    pub prompts: Vec<Prompt>,
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

impl ListPromptsResult {
    /// Creates the last page of a list.
    pub fn new(prompts: impl Into<Vec<Prompt>>) -> Self {
        Self { prompts: prompts.into(), ..Self::default() }
    }

    setters! {
        next_cursor: Option<String>,
        meta: Meta,
    }
}

/// Parameters of `prompts/get`.
///
/// See [`GetPromptRequestParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#getpromptrequestparams).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GetPromptParams {
    /// The name of the prompt.
    pub name: String,
    /// The arguments, by name. The specification requires strings; other values are kept for the server to reject.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub arguments: Map<String, Value>,
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

impl GetPromptParams {
    /// Creates parameters without arguments for the prompt `name`.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    setters! {
        arguments: Map<String, Value>,
        input_responses: InputResponses,
        request_state: Option<String>,
        meta: Meta,
    }
}

/// The result of `prompts/get`: the messages of a prompt.
///
/// See [`GetPromptResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#getpromptresult).
///
/// ```
/// use mcpwright_core::{GetPromptResult, PromptMessage};
///
/// let result = GetPromptResult::new([
///     PromptMessage::user("Review this file: fn main() {}"),
///     PromptMessage::assistant("Which edition of Rust does it use?"),
/// ]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetPromptResult {
    /// Human-readable description of the prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The messages of the prompt.
    pub messages: Vec<PromptMessage>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl GetPromptResult {
    /// Creates a result from the messages of a prompt.
    pub fn new(messages: impl Into<Vec<PromptMessage>>) -> Self {
        Self { messages: messages.into(), ..Self::default() }
    }

    setters! {
        description: Option<String>,
        meta: Meta,
    }
}

/// A message of a prompt: its sender, and one block of content.
///
/// See [`PromptMessage`](https://modelcontextprotocol.io/specification/2026-07-28/schema#promptmessage).
///
/// ```
/// use mcpwright_core::{ContentBlock, PromptMessage, ResourceContents, Role};
///
/// let file = ResourceContents::text("file:///src/main.rs", "fn main() {}");
/// let messages = [
///     PromptMessage::user("Review this file."),
///     PromptMessage::user(ContentBlock::resource(file)),
///     PromptMessage::assistant("The file has no tests."),
/// ];
/// assert_eq!(messages[2].role, Role::Assistant);
/// assert_eq!(messages[2].content.as_text(), Some("The file has no tests."));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PromptMessage {
    /// The sender of the message.
    pub role: Role,
    /// The content of the message.
    pub content: ContentBlock,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl PromptMessage {
    /// Creates a message with the given role.
    pub fn new(role: Role, content: impl Into<ContentBlock>) -> Self {
        Self { role, content: content.into(), other: Map::new() }
    }

    /// Creates a message of the user.
    pub fn user(content: impl Into<ContentBlock>) -> Self {
        Self::new(Role::User, content)
    }

    /// Creates a message of the language model.
    pub fn assistant(content: impl Into<ContentBlock>) -> Self {
        Self::new(Role::Assistant, content)
    }
}
