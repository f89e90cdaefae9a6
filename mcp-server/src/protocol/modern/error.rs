//! Errors of malformed metadata.

use mcpwright_core::ErrorObject;

pub(crate) fn malformed(key: &str) -> ErrorObject {
    ErrorObject::invalid_params(format!("{key} does not have the form that the specification gives it"))
}
