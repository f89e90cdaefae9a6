//! Forms that several tools elicit.

use mcpwright::Form;

/// The user's name.
#[derive(Form)]
pub(crate) struct Name {
    pub(crate) name: String,
}
