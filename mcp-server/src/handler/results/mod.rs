//! Return types of handlers, and their conversion into results.

pub(crate) mod contents;
pub(crate) mod prompt;
pub(crate) mod tool;
