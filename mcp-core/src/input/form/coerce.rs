//! Coercion of submitted forms, as of arguments.

use serde_json::{Map, Value, json};

use super::{FormError, FormSchema, PrimitiveSchema};
use crate::schema::{CompiledSchema, Schema};

impl FormSchema {
    /// Validates the submitted values of a form as [`validate`](Self::validate) does, after coercing those that are not valid.
    ///
    /// Values are coerced as arguments are: `"5"` to 5, `"true"` to true, 5 to `"5"`, a list in a string to the list. `null`
    /// is removed, and so is an empty string or list in an optional field that cannot be empty. Valid values are not changed.
    ///
    /// ```
    /// use mcpwright_core::{FormSchema, NumberSchema, PrimitiveSchema, StringFormat, StringSchema};
    /// use serde_json::json;
    ///
    /// let schema = FormSchema::new([
    ///     ("seats", PrimitiveSchema::Integer(NumberSchema::new().minimum(1))),
    ///     ("email", PrimitiveSchema::String(StringSchema::new().format(StringFormat::Email))),
    /// ]);
    /// let schema = schema.required(["seats".to_owned()]);
    ///
    /// let coerce = |content: serde_json::Value| schema.coerce(content.as_object().cloned().unwrap());
    /// assert_eq!(json!(coerce(json!({ "seats": "2", "email": "" })).unwrap()), json!({ "seats": 2 }));
    /// assert_eq!(
    ///     coerce(json!({ "seats": "none" })).unwrap_err().to_string(),
    ///     "`seats` must be an integer of at least 1",
    /// );
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if a required field is missing, or if the value of a field is invalid and cannot be coerced.
    pub fn coerce(&self, mut content: Map<String, Value>) -> Result<Map<String, Value>, FormError> {
        let is_required = |name: &str| self.required.iter().any(|required| required == name);
        for (name, schema) in self.properties.iter() {
            let Some(value) = content.get_mut(name).filter(|value| !schema.accepts(value)) else { continue };
            if value.is_null() || (is_empty(value) && !is_required(name)) {
                content.shift_remove(name);
            } else if let Some(coerced) = schema.coerce(value) {
                *value = coerced;
            }
        }
        self.validate(&content)?;
        Ok(content)
    }
}

impl PrimitiveSchema {
    /// Returns the value coerced to the type of the field, or `None` if that is not possible.
    fn coerce(&self, value: &Value) -> Option<Value> {
        const FIELD: &str = "field";
        let schema =
            json!({ "type": "object", "properties": { FIELD: self.type_schema() }, "required": [FIELD] });
        let compiled = CompiledSchema::new(&Schema::from_value(schema)).ok()?;
        compiled.coerce_member(FIELD, value.clone(), false).ok()?
    }

    /// Returns a schema of the type and the options of the field. The validation of the form checks the other constraints.
    fn type_schema(&self) -> Value {
        match self {
            Self::String(_) => json!({ "type": "string" }),
            Self::Number(_) => json!({ "type": "number" }),
            Self::Integer(_) => json!({ "type": "integer" }),
            Self::Boolean(_) => json!({ "type": "boolean" }),
            _ if self.is_multi_select() => {
                json!({ "type": "array", "items": { "type": "string", "enum": self.options() } })
            }
            _ => json!({ "type": "string", "enum": self.options() }),
        }
    }
}

/// Returns `true` for an empty string and an empty list, which clients send for a field that the user has not filled in.
fn is_empty(value: &Value) -> bool {
    value.as_str() == Some("") || value.as_array().is_some_and(Vec::is_empty)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn schema() -> FormSchema {
        let schema = json!({
            "type": "object",
            "properties": {
                "text": { "type": "string", "maxLength": 5 },
                "count": { "type": "integer", "minimum": 1, "maximum": 10 },
                "ratio": { "type": "number" },
                "agreed": { "type": "boolean" },
                "size": { "type": "string", "oneOf": [{ "const": "Small", "title": "S" }, { "const": "Large", "title": "L" }] },
                "colors": { "type": "array", "items": { "type": "string", "enum": ["Red", "Green"] }, "minItems": 1 },
                "email": { "type": "string", "format": "email" },
            },
            "required": ["text"],
        });
        serde_json::from_value(schema).expect("a schema")
    }

    fn coerce(content: &Value) -> Result<Value, String> {
        let content = content.as_object().cloned().expect("an object");
        schema().coerce(content).map(Value::from).map_err(|error| error.to_string())
    }

    #[test]
    fn values_of_another_type_are_coerced() {
        for (sent, expected) in [
            (json!({ "text": 5 }), json!({ "text": "5" })),
            (json!({ "text": "a", "count": "5" }), json!({ "text": "a", "count": 5 })),
            (json!({ "text": "a", "ratio": "0.5" }), json!({ "text": "a", "ratio": 0.5 })),
            (json!({ "text": "a", "agreed": "true" }), json!({ "text": "a", "agreed": true })),
            (json!({ "text": "a", "size": "small" }), json!({ "text": "a", "size": "Small" })),
            (json!({ "text": "a", "colors": "[\"Red\"]" }), json!({ "text": "a", "colors": ["Red"] })),
            (json!({ "text": "a", "colors": ["red"] }), json!({ "text": "a", "colors": ["Red"] })),
            (
                json!({ "text": "a", "count": null, "ratio": "", "size": "", "email": "", "colors": [] }),
                json!({ "text": "a" }),
            ),
        ] {
            assert_eq!(coerce(&sent), Ok(expected), "{sent}");
        }
    }

    #[test]
    fn valid_values_are_not_changed() {
        for sent in [
            json!({ "text": "" }),
            json!({ "text": "5", "count": 5.0, "ratio": 1, "agreed": false, "other": "5" }),
            json!({ "text": "null", "size": "Large", "colors": ["Red", "Green"], "email": "a@example.com" }),
        ] {
            assert_eq!(coerce(&sent), Ok(sent.clone()));
        }
    }

    #[test]
    fn other_values_are_rejected() {
        for (sent, expected) in [
            (json!({}), "`text` is missing and must be a string of at most 5 characters"),
            (json!({ "text": null }), "`text` is missing and must be a string of at most 5 characters"),
            (json!({ "text": 123_456 }), "`text` must be a string of at most 5 characters"),
            (json!({ "text": "a", "count": "50" }), "`count` must be an integer from 1 to 10"),
            (json!({ "text": "a", "count": 5.5 }), "`count` must be an integer from 1 to 10"),
            (json!({ "text": "a", "agreed": "perhaps" }), "`agreed` must be true or false"),
            (json!({ "text": "a", "size": "Medium" }), "`size` must be one of \"Small\", \"Large\""),
            (json!({ "text": "a", "email": "nobody" }), "`email` must be an email address"),
        ] {
            assert_eq!(coerce(&sent), Err(expected.to_owned()), "{sent}");
        }
    }
}
