//! What a server answers when it cannot do what it was asked.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::ProtocolVersion;

/// The error of a JSON-RPC response: what the *client's program* reads.
///
/// What the *model* may read is a tool result with `isError`, not this.
/// See [error codes](https://modelcontextprotocol.io/specification/2026-07-28/basic#error-codes).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ErrorObject {
    /// Which kind of error it is.
    pub code: ErrorCode,
    /// One sentence for a person.
    pub message: Cow<'static, str>,
    /// Details for a program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

impl ErrorObject {
    /// An error of any code.
    pub fn new(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    /// Adds details for a program.
    #[must_use]
    pub fn data(mut self, data: Value) -> Self {
        self.data = Some(data);
        self
    }

    /// The text was not JSON.
    pub fn parse_error(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::PARSE_ERROR, message)
    }

    /// The JSON was not a request.
    pub fn invalid_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::INVALID_REQUEST, message)
    }

    /// The server has no such method. The echo of the name is cut at 64 characters.
    pub fn method_not_found(method: &str) -> Self {
        let name: String = method.chars().take(64).collect();
        Self::new(ErrorCode::METHOD_NOT_FOUND, format!("method not found: {}", name.escape_debug()))
    }

    /// The method exists, but not with these parameters.
    pub fn invalid_params(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::INVALID_PARAMS, message)
    }

    /// The server failed at something that is not the client's fault.
    pub fn internal(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::INTERNAL_ERROR, message)
    }

    /// No resource has this URI.
    pub fn resource_not_found(uri: &str) -> Self {
        Self::invalid_params("resource not found").data(json!({ "uri": uri }))
    }

    /// The request speaks a version that this server does not.
    pub fn unsupported_protocol_version<'a>(
        requested: &str,
        supported: impl IntoIterator<Item = &'a ProtocolVersion>,
    ) -> Self {
        let supported: Vec<_> = supported.into_iter().map(ProtocolVersion::as_str).collect();
        Self::new(ErrorCode::UNSUPPORTED_PROTOCOL_VERSION, "unsupported protocol version")
            .data(json!({ "supported": supported, "requested": requested }))
    }

    /// The request needs something that the client did not declare it can do.
    ///
    /// `required` has the shape of the client's capabilities, such as `{"sampling": {}}`.
    pub fn missing_client_capability(required: Value) -> Self {
        Self::new(
            ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY,
            "the client did not declare a required capability",
        )
        .data(Map::from_iter([("requiredCapabilities".to_owned(), required)]).into())
    }
}

impl fmt::Display for ErrorObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code.0)
    }
}

impl std::error::Error for ErrorObject {}

/// A JSON-RPC error code.
///
/// The set is open: an application may use codes of its own outside -32768 to -32000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ErrorCode(pub i64);

impl ErrorCode {
    /// The text was not JSON.
    pub const PARSE_ERROR: Self = Self(-32700);
    /// The JSON was not a request.
    pub const INVALID_REQUEST: Self = Self(-32600);
    /// The server has no such method.
    pub const METHOD_NOT_FOUND: Self = Self(-32601);
    /// The method exists, but not with these parameters.
    pub const INVALID_PARAMS: Self = Self(-32602);
    /// The server failed at something that is not the client's fault.
    pub const INTERNAL_ERROR: Self = Self(-32603);
    /// No resource has this URI: revisions up to 2025-11-25 only.
    pub const RESOURCE_NOT_FOUND: Self = Self(-32002);
    /// A header of an HTTP request does not say what its body says.
    pub const HEADER_MISMATCH: Self = Self(-32020);
    /// The request needs something that the client did not declare it can do.
    pub const MISSING_REQUIRED_CLIENT_CAPABILITY: Self = Self(-32021);
    /// The request speaks a version that this server does not.
    pub const UNSUPPORTED_PROTOCOL_VERSION: Self = Self(-32022);
}

impl From<i64> for ErrorCode {
    fn from(code: i64) -> Self {
        Self(code)
    }
}
