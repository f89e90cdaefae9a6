//! The check of arguments against a schema that no Rust type has.

use std::sync::Arc;

use mcpwright_core::schema::{CompiledSchema, Problem};
use serde_json::Value;

use crate::handler::validate::Validator;

/// The check of arguments against a schema that no Rust type has, with the conversions that typed arguments have.
#[derive(Clone)]
pub(crate) enum InputCheck {
    /// Against a portable schema.
    Portable(Arc<CompiledSchema>),
    /// Against a schema in all of JSON Schema.
    #[allow(dead_code, reason = "without the feature `validate`, there is no validator")]
    HandWritten {
        validator: Validator,
        /// The part of the schema that coerces; `None` if no part of it can be compiled.
        coercion: Option<Arc<CompiledSchema>>,
    },
}

impl InputCheck {
    /// Checks arguments, and converts values that models send in a slightly different type, unless `is_strict`.
    ///
    /// `sent` parses the arguments as they were sent again.
    pub(crate) fn apply(
        &self,
        arguments: Value,
        is_strict: bool,
        sent: impl FnOnce() -> Option<Value>,
    ) -> Result<Value, Vec<Problem>> {
        match self {
            Self::Portable(schema) => schema.coerce(arguments, is_strict),
            Self::HandWritten { validator, coercion: None } => {
                validator.check(&arguments).map(|()| arguments)
            }
            Self::HandWritten { validator, coercion: Some(coercion) } => {
                let coerced = coercion.coerce(arguments, is_strict);
                let checked = coerced.and_then(|coerced| validator.check(&coerced).map(|()| coerced));
                // Only the validator rejects: where the two differ, as in details of patterns, it decides.
                checked
                    .or_else(|problems| sent().filter(|sent| validator.check(sent).is_ok()).ok_or(problems))
            }
        }
    }
}
