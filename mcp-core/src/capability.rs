//! What a client and a server declare that they can do.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Members;
use crate::setters::setters;

/// What a client can do for a server.
///
/// See [`ClientCapabilities`](https://modelcontextprotocol.io/specification/2026-07-28/schema#clientcapabilities).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ClientCapabilities {
    /// It can ask its user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elicitation: Option<ElicitationCapability>,
    /// It can ask its model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampling: Option<SamplingCapability>,
    /// It can say which folders it works in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roots: Option<RootsCapability>,
    /// The extensions it knows, by identifier, each with its settings.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub extensions: Members<Map<String, Value>>,
    /// What is not in the specification.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub experimental: Members<Map<String, Value>>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ClientCapabilities {
    /// None at all.
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

/// How a client can ask its user.
///
/// See [`ClientCapabilities`](https://modelcontextprotocol.io/specification/2026-07-28/schema#clientcapabilities).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ElicitationCapability {
    /// By a form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Map<String, Value>>,
    /// By sending the user to a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Map<String, Value>>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ElicitationCapability {
    /// Whether the client shows forms: also one that declares no mode does.
    pub fn shows_forms(&self) -> bool {
        self.form.is_some() || self.url.is_none()
    }

    setters! {
        form: Option<Map<String, Value>>,
        url: Option<Map<String, Value>>,
    }
}

/// How a client can ask its model.
///
/// See [`ClientCapabilities`](https://modelcontextprotocol.io/specification/2026-07-28/schema#clientcapabilities).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SamplingCapability {
    /// With `includeContext` other than `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Map<String, Value>>,
    /// With tools for the model to use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<Map<String, Value>>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl SamplingCapability {
    setters! {
        context: Option<Map<String, Value>>,
        tools: Option<Map<String, Value>>,
    }
}

/// That a client can say which folders it works in.
///
/// See [`ClientCapabilities`](https://modelcontextprotocol.io/specification/2026-07-28/schema#clientcapabilities).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RootsCapability {
    /// It says when they change: revisions up to 2025-11-25 only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_changed: Option<bool>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What a server can do for a client.
///
/// See [`ServerCapabilities`](https://modelcontextprotocol.io/specification/2026-07-28/schema#servercapabilities).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ServerCapabilities {
    /// It has tools.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<ToolsCapability>,
    /// It has resources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<ResourcesCapability>,
    /// It has prompts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompts: Option<PromptsCapability>,
    /// It completes arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completions: Option<Map<String, Value>>,
    /// It sends log messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logging: Option<Map<String, Value>>,
    /// The extensions it knows, by identifier, each with its settings.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub extensions: Members<Map<String, Value>>,
    /// What is not in the specification.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub experimental: Members<Map<String, Value>>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ServerCapabilities {
    /// None at all.
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

/// That a server has tools.
///
/// See [`ServerCapabilities`](https://modelcontextprotocol.io/specification/2026-07-28/schema#servercapabilities).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ToolsCapability {
    /// It says when the list of tools changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_changed: Option<bool>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ToolsCapability {
    setters! {
        list_changed: Option<bool>,
    }
}

/// That a server has resources.
///
/// See [`ServerCapabilities`](https://modelcontextprotocol.io/specification/2026-07-28/schema#servercapabilities).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ResourcesCapability {
    /// It says when a resource changes that a client subscribed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscribe: Option<bool>,
    /// It says when the list of resources changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_changed: Option<bool>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ResourcesCapability {
    setters! {
        subscribe: Option<bool>,
        list_changed: Option<bool>,
    }
}

/// That a server has prompts.
///
/// See [`ServerCapabilities`](https://modelcontextprotocol.io/specification/2026-07-28/schema#servercapabilities).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PromptsCapability {
    /// It says when the list of prompts changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_changed: Option<bool>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl PromptsCapability {
    setters! {
        list_changed: Option<bool>,
    }
}
