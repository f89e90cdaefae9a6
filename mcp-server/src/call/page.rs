//! One page of a list.

use std::sync::OnceLock;

use mcpwright_core::{Caching, JsonText};

/// One page of a list.
#[derive(Debug)]
pub(crate) struct Page {
    /// The members of the result, as the text of an object.
    pub(crate) text: String,
    pub(crate) caching: Caching,
    /// The result as each era sends it.
    pub(crate) modern: OnceLock<JsonText>,
    pub(crate) legacy: OnceLock<JsonText>,
}
