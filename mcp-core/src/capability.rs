//! Capabilities of clients and servers.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::json::Members;
use crate::setters::setters;

/// Capabilities that a client may support.
///
/// See [`ClientCapabilities`](https://modelcontextprotocol.io/specification/2026-07-28/schema#clientcapabilities).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ClientCapabilities {
    /// Present if the client supports elicitation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elicitation: Option<ElicitationCapability>,
    /// Present if the client supports sampling from a language model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampling: Option<SamplingCapability>,
    /// Present if the client supports listing its roots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roots: Option<RootsCapability>,
    /// Settings of the extensions that the client supports, by extension identifier.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub extensions: Members<Map<String, Value>>,
    /// Experimental capabilities, which are not in the specification, by name.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub experimental: Members<Map<String, Value>>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ClientCapabilities {
    /// Creates an empty set of capabilities.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        elicitation: Option<ElicitationCapability>,
        sampling: Option<SamplingCapability>,
        roots: Option<RootsCapability>,
        extensions: Members<Map<String, Value>>,
        experimental: Members<Map<String, Value>>,
    }
}

/// Modes of elicitation that a client supports.
///
/// See [`ClientCapabilities`](https://modelcontextprotocol.io/specification/2026-07-28/schema#clientcapabilities).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ElicitationCapability {
    /// Present if the client supports form mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Map<String, Value>>,
    /// Present if the client supports URL mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Map<String, Value>>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ElicitationCapability {
    /// Returns `true` if the client supports form mode. A client that declares no mode supports it too.
    pub fn supports_forms(&self) -> bool {
        self.form.is_some() || self.url.is_none()
    }

    setters! {
        form: Option<Map<String, Value>>,
        url: Option<Map<String, Value>>,
    }
}

/// Options of sampling that a client supports.
///
/// See [`ClientCapabilities`](https://modelcontextprotocol.io/specification/2026-07-28/schema#clientcapabilities).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SamplingCapability {
    /// Present if the client supports values of `includeContext` other than `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Map<String, Value>>,
    /// Present if the client supports tool use: the `tools` and `toolChoice` parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<Map<String, Value>>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl SamplingCapability {
    setters! {
        context: Option<Map<String, Value>>,
        tools: Option<Map<String, Value>>,
    }
}

/// Support for listing roots.
///
/// See [`ClientCapabilities`](https://modelcontextprotocol.io/specification/2026-07-28/schema#clientcapabilities).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RootsCapability {
    /// `true` if the client sends `notifications/roots/list_changed`. Revisions up to 2025-11-25 only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_changed: Option<bool>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Capabilities that a server may support.
///
/// See [`ServerCapabilities`](https://modelcontextprotocol.io/specification/2026-07-28/schema#servercapabilities).
///
/// ```
/// use mcpwright_core::{ServerCapabilities, ToolsCapability};
///
/// let capabilities = ServerCapabilities::new().tools(ToolsCapability::default().list_changed(true));
/// assert_eq!(serde_json::to_string(&capabilities).unwrap(), r#"{"tools":{"listChanged":true}}"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ServerCapabilities {
    /// Present if the server offers tools.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<ToolsCapability>,
    /// Present if the server offers resources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<ResourcesCapability>,
    /// Present if the server offers prompts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompts: Option<PromptsCapability>,
    /// Present if the server completes arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completions: Option<Map<String, Value>>,
    /// Present if the server sends log messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logging: Option<Map<String, Value>>,
    /// Settings of the extensions that the server supports, by extension identifier.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub extensions: Members<Map<String, Value>>,
    /// Experimental capabilities, which are not in the specification, by name.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub experimental: Members<Map<String, Value>>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ServerCapabilities {
    /// Creates an empty set of capabilities.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        tools: Option<ToolsCapability>,
        resources: Option<ResourcesCapability>,
        prompts: Option<PromptsCapability>,
        completions: Option<Map<String, Value>>,
        logging: Option<Map<String, Value>>,
        extensions: Members<Map<String, Value>>,
        experimental: Members<Map<String, Value>>,
    }
}

/// Support for tools.
///
/// See [`ServerCapabilities`](https://modelcontextprotocol.io/specification/2026-07-28/schema#servercapabilities).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ToolsCapability {
    /// `true` if the server sends `notifications/tools/list_changed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_changed: Option<bool>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ToolsCapability {
    setters! {
        list_changed: Option<bool>,
    }
}

/// Support for resources.
///
/// See [`ServerCapabilities`](https://modelcontextprotocol.io/specification/2026-07-28/schema#servercapabilities).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ResourcesCapability {
    /// `true` if the server sends `notifications/resources/updated` for subscribed resources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscribe: Option<bool>,
    /// `true` if the server sends `notifications/resources/list_changed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_changed: Option<bool>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ResourcesCapability {
    setters! {
        subscribe: Option<bool>,
        list_changed: Option<bool>,
    }
}

/// Support for prompts.
///
/// See [`ServerCapabilities`](https://modelcontextprotocol.io/specification/2026-07-28/schema#servercapabilities).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PromptsCapability {
    /// `true` if the server sends `notifications/prompts/list_changed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_changed: Option<bool>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl PromptsCapability {
    setters! {
        list_changed: Option<bool>,
    }
}
