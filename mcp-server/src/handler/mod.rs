//! What users write: handlers, their arguments, extractors and results.

pub(crate) mod argument;
pub(crate) mod arguments;
pub(crate) mod completer;
pub(crate) mod contents;
pub(crate) mod context;
pub(crate) mod error;
pub(crate) mod execution;
pub(crate) mod extract;
pub(crate) mod function;
pub(crate) mod handler_core;
pub(crate) mod header_params;
pub(crate) mod into_result;
pub(crate) mod latency;
pub(crate) mod parameters;
pub(crate) mod prompt;
pub(crate) mod resource;
pub(crate) mod task_mode;
pub(crate) mod tool;
#[cfg(feature = "validate")]
pub(crate) mod validate;
#[cfg(not(feature = "validate"))]
#[path = "no_validate.rs"]
pub(crate) mod validate;
