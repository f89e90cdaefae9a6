//! JSON-RPC errors.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::version::ProtocolVersion;

/// Maximum number of characters of an unknown method that an error repeats.
const MAX_UNKNOWN_NAME_CHARS: usize = 64;

/// The error of a JSON-RPC response: a protocol error, for the client program.
///
/// An error that the language model should see is a tool result with `isError` instead: see
/// [`CallToolResult::error`](crate::CallToolResult::error).
///
/// See [error codes](https://modelcontextprotocol.io/specification/2026-07-28/basic#error-codes).
///
/// ```
/// use mcpwright_core::{ErrorCode, ErrorObject};
/// use serde_json::json;
///
/// let error = ErrorObject::invalid_params("`limit` must be at most 100");
/// assert_eq!(error.to_string(), "`limit` must be at most 100 (-32602)");
///
/// let error = ErrorObject::new(ErrorCode(429), "too many requests").data(json!({ "retryAfter": 5 }));
/// assert_eq!(error.code, ErrorCode(429));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ErrorObject {
    /// The type of error.
    pub code: ErrorCode,
    /// A short description, in one sentence.
    pub message: Cow<'static, str>,
    /// Additional information about the error, in a form that the sender defines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

impl ErrorObject {
    /// Creates an error with the given code.
    pub fn new(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    /// Sets [`data`](Self#structfield.data).
    #[must_use]
    pub fn data(mut self, data: Value) -> Self {
        self.data = Some(data);
        self
    }

    /// Creates a [parse error](ErrorCode::PARSE_ERROR).
    pub fn parse_error(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::PARSE_ERROR, message)
    }

    /// Creates an [invalid request](ErrorCode::INVALID_REQUEST) error.
    pub fn invalid_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::INVALID_REQUEST, message)
    }

    /// Creates a [method not found](ErrorCode::METHOD_NOT_FOUND) error. The message contains the first 64 characters of
    /// the name.
    pub fn method_not_found(method: &str) -> Self {
        let name: String = method.chars().take(MAX_UNKNOWN_NAME_CHARS).collect();
        Self::new(ErrorCode::METHOD_NOT_FOUND, format!("method not found: {}", name.escape_debug()))
    }

    /// Creates an [invalid params](ErrorCode::INVALID_PARAMS) error.
    pub fn invalid_params(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::INVALID_PARAMS, message)
    }

    /// Creates an [internal error](ErrorCode::INTERNAL_ERROR).
    pub fn internal(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::INTERNAL_ERROR, message)
    }

    /// Creates the error for a URI that no resource has: [invalid params](ErrorCode::INVALID_PARAMS) with the URI in
    /// `data`.
    pub fn resource_not_found(uri: &str) -> Self {
        Self::invalid_params("resource not found").data(json!({ "uri": uri }))
    }

    /// Creates an [unsupported protocol version](ErrorCode::UNSUPPORTED_PROTOCOL_VERSION) error, with the supported and
    /// requested revisions in `data`.
    pub fn unsupported_protocol_version<'a>(
        requested: &str,
        supported: impl IntoIterator<Item = &'a ProtocolVersion>,
    ) -> Self {
        let supported: Vec<_> = supported.into_iter().map(ProtocolVersion::as_str).collect();
        Self::new(ErrorCode::UNSUPPORTED_PROTOCOL_VERSION, "unsupported protocol version")
            .data(json!({ "supported": supported, "requested": requested }))
    }

    /// Creates a [missing required client capability](ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY) error.
    ///
    /// `required` is the missing part of the client's capabilities, such as `{"sampling": {}}`. The message names it, because
    /// most clients show only the message.
    ///
    /// ```
    /// use mcpwright_core::ErrorObject;
    /// use serde_json::json;
    ///
    /// let error = ErrorObject::missing_client_capability(json!({ "elicitation": { "url": {} } }));
    /// assert_eq!(error.message, "the client did not declare the required capability `elicitation.url`");
    /// ```
    pub fn missing_client_capability(required: Value) -> Self {
        let mut names = Vec::new();
        collect_capabilities(&required, "", &mut names);
        let message = match names.as_slice() {
            [] => "the client did not declare a required capability".to_owned(),
            [name] => format!("the client did not declare the required capability `{name}`"),
            names => format!("the client did not declare the required capabilities `{}`", names.join("`, `")),
        };
        Self::new(ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY, message)
            .data(Map::from_iter([("requiredCapabilities".to_owned(), required)]).into())
    }
}

/// Adds the names of the capabilities that a declaration contains: `sampling.tools` for `{"sampling": {"tools": {}}}`. The
/// identifier of an extension is its name.
fn collect_capabilities(declared: &Value, path: &str, names: &mut Vec<String>) {
    match declared.as_object().filter(|members| !members.is_empty()) {
        Some(members) => {
            for (name, member) in members {
                match path {
                    "" => collect_capabilities(member, name, names),
                    // The settings of an extension are its own.
                    "extensions" | "experimental" => names.push(name.clone()),
                    path => collect_capabilities(member, &format!("{path}.{name}"), names),
                }
            }
        }
        None if path.is_empty() => {}
        None => names.push(path.to_owned()),
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
/// The set is open: an application may define codes outside the range from -32768 to -32000, which JSON-RPC reserves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ErrorCode(pub i64);

impl ErrorCode {
    /// The message is not valid JSON.
    pub const PARSE_ERROR: Self = Self(-32700);
    /// The message is JSON but not a valid request object.
    pub const INVALID_REQUEST: Self = Self(-32600);
    /// The method does not exist or is not available.
    pub const METHOD_NOT_FOUND: Self = Self(-32601);
    /// The parameters of the method are invalid.
    pub const INVALID_PARAMS: Self = Self(-32602);
    /// The request failed for a reason that is not the client's fault.
    pub const INTERNAL_ERROR: Self = Self(-32603);
    /// No resource has the requested URI. Revisions up to 2025-11-25 only; later ones use
    /// [`INVALID_PARAMS`](Self::INVALID_PARAMS).
    pub const RESOURCE_NOT_FOUND: Self = Self(-32002);
    /// A header of an HTTP request is missing or malformed, or does not match the body.
    pub const HEADER_MISMATCH: Self = Self(-32020);
    /// The request requires a capability that the client did not declare.
    pub const MISSING_REQUIRED_CLIENT_CAPABILITY: Self = Self(-32021);
    /// The server does not support the revision of the request.
    pub const UNSUPPORTED_PROTOCOL_VERSION: Self = Self(-32022);
}

impl From<i64> for ErrorCode {
    fn from(code: i64) -> Self {
        Self(code)
    }
}
