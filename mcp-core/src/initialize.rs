//! The `initialize` handshake of revisions up to 2025-11-25.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::capability::{ClientCapabilities, ServerCapabilities};
use crate::implementation::Implementation;
use crate::meta::Meta;
use crate::setters::setters;
use crate::version::ProtocolVersion;

/// Parameters of `initialize`, with which a client opens a session.
///
/// See [`InitializeRequestParams`](https://modelcontextprotocol.io/specification/2025-11-25/schema#initializerequestparams).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct InitializeParams {
    /// The newest revision that the client supports.
    pub protocol_version: ProtocolVersion,
    /// The capabilities of the client.
    pub capabilities: ClientCapabilities,
    /// The implementation that the client reports.
    pub client_info: Implementation,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl InitializeParams {
    /// Creates the parameters from a client's revision, capabilities and implementation.
    pub fn new(
        protocol_version: ProtocolVersion,
        capabilities: ClientCapabilities,
        client_info: Implementation,
    ) -> Self {
        Self { protocol_version, capabilities, client_info, meta: Meta::new(), other: Map::new() }
    }

    setters! {
        meta: Meta,
    }
}

/// The result of `initialize`, with which a server accepts a session.
///
/// See [`InitializeResult`](https://modelcontextprotocol.io/specification/2025-11-25/schema#initializeresult).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct InitializeResult {
    /// The revision of the session, which the server chose.
    pub protocol_version: ProtocolVersion,
    /// The capabilities of the server.
    pub capabilities: ServerCapabilities,
    /// The implementation that the server reports.
    pub server_info: Implementation,
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

impl InitializeResult {
    /// Creates the result from the session's revision and the server's capabilities and implementation.
    pub fn new(
        protocol_version: ProtocolVersion,
        capabilities: ServerCapabilities,
        server_info: Implementation,
    ) -> Self {
        Self {
            protocol_version,
            capabilities,
            server_info,
            instructions: None,
            meta: Meta::new(),
            other: Map::new(),
        }
    }

    setters! {
        instructions: Option<String>,
        meta: Meta,
    }
}
