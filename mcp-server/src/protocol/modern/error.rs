//! Errors of requests whose metadata is missing or malformed.

use mcpwright_core::ErrorObject;

/// Returns the error for a member of `_meta` or `params` that does not deserialize.
pub(crate) fn malformed(key: &str) -> ErrorObject {
    ErrorObject::invalid_params(format!("`{key}` must have the type that the specification defines"))
}

/// Returns the error for a request that declares its revision neither in `_meta` nor with a handshake.
pub(crate) fn missing_meta() -> ErrorObject {
    ErrorObject::invalid_params(
        "`params._meta` must have `io.modelcontextprotocol/protocolVersion` and \
         `io.modelcontextprotocol/clientCapabilities`; a client of an earlier revision must send initialize first",
    )
}
