//! What a server says of itself when it is asked.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::setters::setters;
use crate::{Meta, ProtocolVersion, ServerCapabilities};

/// Which revisions a server speaks, and what it can do.
///
/// See [`DiscoverResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#discoverresult).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DiscoverResult {
    /// The revisions.
    pub supported_versions: Vec<ProtocolVersion>,
    /// What it can do.
    pub capabilities: ServerCapabilities,
    /// How to use it, for the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// What travels beside it.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl DiscoverResult {
    /// Which revisions a server speaks, and what it can do.
    pub fn new(
        supported_versions: impl Into<Vec<ProtocolVersion>>,
        capabilities: ServerCapabilities,
    ) -> Self {
        Self { supported_versions: supported_versions.into(), capabilities, ..Self::default() }
    }

    setters! {
        instructions: Option<String>,
        meta: Meta,
    }
}
