//! Deserialization of request parameters.

use mcpwright_core::{ErrorObject, JsonText};
use serde::Deserialize;

/// Deserializes parameters. The error names neither Rust types nor positions in the text.
pub(crate) fn read<'a, P: Deserialize<'a>>(params: Option<&'a JsonText>) -> Result<P, ErrorObject> {
    let read = match params {
        Some(params) => params.decode(),
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
