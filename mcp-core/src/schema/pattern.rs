//! Patterns of strings, in time linear in the length of the text.

use regex_lite::{Regex, RegexBuilder};

use crate::schema::error::SchemaError;

/// Maximum size of a compiled pattern, in bytes.
const MAX_PATTERN_SIZE: usize = 1 << 20;

/// Compiles a pattern.
///
/// # Errors
///
/// Returns [`SchemaError::InvalidPattern`] if it is not a regular expression with linear running time.
pub(super) fn compile_pattern(pattern: &str) -> Result<Regex, SchemaError> {
    let regex = RegexBuilder::new(pattern).size_limit(MAX_PATTERN_SIZE).build();
    regex.map_err(|error| SchemaError::InvalidPattern { pattern: pattern.into(), reason: error.to_string() })
}
