//! Discovery of a server's revisions and capabilities.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::capability::ServerCapabilities;
use crate::meta::Meta;
use crate::setters::setters;
use crate::version::ProtocolVersion;

/// The result of `server/discover`: the supported revisions and the capabilities of a server.
///
/// See [`DiscoverResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#discoverresult).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DiscoverResult {
    /// The revisions that the server supports.
    pub supported_versions: Vec<ProtocolVersion>,
    /// The capabilities of the server.
    pub capabilities: ServerCapabilities,
    /// Instructions for the language model on using the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl DiscoverResult {
    /// Creates a result from the supported revisions and the capabilities of a server.
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
