//! A page of a list, with its encoded results.

use std::sync::OnceLock;

use mcpwright_core::{Caching, JsonText};

/// One page of a list, shared by all answers that carry it.
#[derive(Debug)]
pub(crate) struct ListPage {
    /// The members of the result, as the text of an object.
    pub(crate) text: String,
    pub(crate) caching: Caching,
    /// The result as modern clients receive it.
    pub(crate) modern: OnceLock<JsonText>,
    /// The result as legacy clients receive it.
    pub(crate) legacy: OnceLock<JsonText>,
}
