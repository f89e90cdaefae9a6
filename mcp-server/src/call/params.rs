//! Deserialization of request parameters.

use std::borrow::Cow;

use mcpwright_core::{ErrorObject, JsonText};
use serde::Deserialize;

/// Deserializes parameters. The error names neither Rust types nor positions in the text.
pub(crate) fn read<'a, P: Deserialize<'a>>(params: Option<&'a JsonText>) -> Result<P, ErrorObject> {
    let read = match params {
        Some(params) => params.read(),
        None => serde_json::from_str("{}"),
    };
    read.map_err(|error| {
        let text = error.to_string();
        let reason = text.split(" at line ").next().unwrap_or_default();
        if reason.contains("struct ") || reason.contains("enum ") || reason.contains("::") {
            return ErrorObject::invalid_params("a member of params has the wrong type");
        }
        ErrorObject::invalid_params(format!("params: {reason}"))
    })
}

/// Returns the value of a JSON string, borrowed if it has no escapes.
pub(crate) fn json_string(json: &str) -> Option<Cow<'_, str>> {
    match json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(plain) if !plain.contains('\\') => Some(Cow::Borrowed(plain)),
        _ => serde_json::from_str(json).ok().map(Cow::Owned),
    }
}
