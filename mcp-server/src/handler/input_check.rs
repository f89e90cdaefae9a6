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
    /// Checks the text of arguments, and converts values that models send in a slightly different type, unless `is_strict`.
    pub(crate) fn apply(&self, text: &str, is_strict: bool) -> Result<Value, Vec<Problem>> {
        match self {
            Self::Portable(schema) => {
                let coerced = schema.coerce_text(text, is_strict)?;
                serde_json::from_str(&coerced).map_err(|error| vec![schema.explain(None, &coerced, &error)])
            }
            Self::HandWritten { validator, coercion: None } => {
                let arguments = parse(text)?;
                validator.check(&arguments).map(|()| arguments)
            }
            Self::HandWritten { validator, coercion: Some(coercion) } => {
                let checked = coercion.coerce_text(text, is_strict).and_then(|coerced| {
                    let coerced = parse(&coerced)?;
                    validator.check(&coerced).map(|()| coerced)
                });
                // Only the validator rejects: where the two differ, as in details of patterns, it decides.
                checked.or_else(|problems| {
                    parse(text).ok().filter(|sent| validator.check(sent).is_ok()).ok_or(problems)
                })
            }
        }
    }
}

fn parse(text: &str) -> Result<Value, Vec<Problem>> {
    serde_json::from_str(text).map_err(|error| vec![Problem::custom("", error.to_string())])
}
