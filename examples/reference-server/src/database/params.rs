//! Values of a statement's parameters, converted from JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rusqlite::types::Value as Sql;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::error::DatabaseError;

/// Values of parameters, by position or by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Params {
    /// One value for each `?`, in order.
    Positional(Vec<Param>),
    /// One value for each `:name`, by the name without the colon.
    Named(BTreeMap<String, Param>),
}

impl Default for Params {
    fn default() -> Self {
        Self::Positional(Vec::new())
    }
}

/// A short schema: the format of values is described once, in the description of the tool's argument.
impl JsonSchema for Params {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Params")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "type": "array", "items": { "anyOf": [
                { "type": "string" },
                { "type": "number" },
                { "type": "boolean" },
                { "type": "null" },
                { "type": "object", "additionalProperties": true },
            ] } },
            { "type": "object", "additionalProperties": true },
        ] })
    }
}

/// A parameter's value: text, a number, a boolean (bound as 1 or 0), null, `{"integer": "9007199254740993"}` for
/// integers that not all JSON parsers represent exactly, or `{"blob": "c0ffee"}` for bytes in hexadecimal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Param(pub Json);

impl<T: Into<Json>> From<T> for Param {
    fn from(value: T) -> Self {
        Self(value.into())
    }
}

impl Params {
    /// Binds a value to every parameter of the statement.
    pub(super) fn bind(&self, statement: &mut rusqlite::Statement<'_>) -> Result<(), DatabaseError> {
        let count = statement.parameter_count();
        match self {
            Self::Positional(values) => {
                if values.len() != count {
                    return Err(invalid(format!(
                        "the number of values must be {count}, not {}",
                        values.len()
                    )));
                }
                for (index, value) in values.iter().enumerate() {
                    bind(statement, index + 1, value, &format!("parameter {}", index + 1))?;
                }
            }
            Self::Named(values) => {
                let mut unused: Vec<&String> = values.keys().collect();
                for index in 1..=count {
                    let name = name(statement, index)?;
                    let value =
                        values.get(&name).ok_or_else(|| invalid(format!("there is no value for :{name}")))?;
                    unused.retain(|key| **key != name);
                    bind(statement, index, value, &format!("the parameter :{name}"))?;
                }
                if let Some(name) = unused.first() {
                    return Err(invalid(format!("the statement does not have the parameter :{name}")));
                }
            }
        }
        Ok(())
    }

    /// Like [`bind`](Self::bind), but binds nothing if there are no values.
    pub(super) fn bind_known(&self, statement: &mut rusqlite::Statement<'_>) -> Result<(), DatabaseError> {
        let is_empty = match self {
            Self::Positional(values) => values.is_empty(),
            Self::Named(values) => values.is_empty(),
        };
        if is_empty { Ok(()) } else { self.bind(statement) }
    }

    /// Returns a text that is equal for equal values only, for the digest of a request.
    pub(super) fn canonical(&self) -> String {
        // Both variants have a fixed order, and JSON values always serialize.
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn invalid(reason: impl Into<String>) -> DatabaseError {
    DatabaseError::Parameters(reason.into())
}

/// Returns the name of a parameter without its sigil.
fn name(statement: &rusqlite::Statement<'_>, index: usize) -> Result<String, DatabaseError> {
    match statement.parameter_name(index).and_then(|name| name.strip_prefix([':', '@', '$'])) {
        Some(name) => Ok(name.to_owned()),
        None => Err(invalid(format!("parameter {index} has no name, so params must be an array"))),
    }
}

fn bind(
    statement: &mut rusqlite::Statement<'_>,
    index: usize,
    value: &Param,
    label: &str,
) -> Result<(), DatabaseError> {
    let value = value.to_sql().map_err(|error| invalid(format!("{label} {error}")))?;
    statement.raw_bind_parameter(index, value).map_err(|error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::TooBig) => invalid(format!("{label} is too long")),
        _ => DatabaseError::internal(error),
    })
}

impl Param {
    fn to_sql(&self) -> Result<Sql, String> {
        match &self.0 {
            Json::Null => Ok(Sql::Null),
            Json::Bool(value) => Ok(Sql::Integer(i64::from(*value))),
            Json::String(text) => Ok(Sql::Text(text.clone())),
            Json::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(integer), _) => Ok(Sql::Integer(integer)),
                (None, Some(real)) if number.is_f64() => Ok(Sql::Real(real)),
                _ => Err("must be an integer of at most 64 bits; pass larger ones as text".to_owned()),
            },
            Json::Object(object) if object.len() == 1 => match object.iter().next() {
                Some((key, Json::String(text))) if key == "integer" => text
                    .parse()
                    .map(Sql::Integer)
                    .map_err(|_| format!("must be a 64-bit integer, not {text:?}")),
                Some((key, Json::String(text))) if key == "blob" => bytes(text)
                    .map(Sql::Blob)
                    .ok_or_else(|| "must have pairs of hexadecimal digits as its blob".to_owned()),
                _ => Err(EXPECTED.to_owned()),
            },
            Json::Object(_) | Json::Array(_) => Err(EXPECTED.to_owned()),
        }
    }
}

const EXPECTED: &str = r#"must be text, a number, a boolean, null, {"integer": "…"} or {"blob": "…"}"#;

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = digits
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok()))
        .collect::<Option<_>>()?;
    digits.len().is_multiple_of(2).then(|| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use rusqlite::types::Value as Sql;
    use serde_json::json;

    use super::Param;

    #[test]
    fn values_are_converted_exactly() {
        let sql = |json: serde_json::Value| Param(json).to_sql();
        assert_eq!(sql(json!(9_007_199_254_740_993_i64)), Ok(Sql::Integer(9_007_199_254_740_993)));
        assert_eq!(sql(json!({"integer": "-9223372036854775808"})), Ok(Sql::Integer(i64::MIN)));
        assert_eq!(sql(json!({"blob": "c0Ff"})), Ok(Sql::Blob(vec![0xc0, 0xff])));
        assert_eq!(sql(json!(0.5)), Ok(Sql::Real(0.5)));
        assert_eq!(sql(json!(true)), Ok(Sql::Integer(1)));
        assert_eq!(sql(json!("x")), Ok(Sql::Text("x".to_owned())));
        for wrong in [
            json!([1]),
            json!({"integer": 5}),
            json!({"blob": "abc"}),
            json!({"integer": "1.5"}),
            json!(u64::MAX),
        ] {
            assert!(sql(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
