//! The values for a statement's parameters, from JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rusqlite::types::Value as Sql;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::DatabaseError;

/// Values by position or by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Params {
    /// One for each `?`, in order.
    Positional(Vec<Param>),
    /// One for each `:name`, under its name without the colon.
    Named(BTreeMap<String, Param>),
}

impl Default for Params {
    fn default() -> Self {
        Self::Positional(Vec::new())
    }
}

/// What values look like is said where the argument is: here it would be said for each kind, and for each tool.
impl JsonSchema for Params {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Params")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "array" }, { "type": "object", "additionalProperties": true }] })
    }
}

/// A value: text, a number, a boolean (1 or 0), null, or `{"integer": "9007199254740993"}` for integers that JSON
/// numbers cannot carry everywhere, or `{"blob": "c0ffee"}` for bytes as hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Param(pub Json);

impl<T: Into<Json>> From<T> for Param {
    fn from(value: T) -> Self {
        Self(value.into())
    }
}

impl Params {
    /// Gives every parameter of the statement its value.
    pub(super) fn bind(&self, statement: &mut rusqlite::Statement<'_>) -> Result<(), DatabaseError> {
        let count = statement.parameter_count();
        match self {
            Self::Positional(values) => {
                if values.len() != count {
                    return Err(wrong(format!("the statement has {count}, and {} came", values.len())));
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
                        values.get(&name).ok_or_else(|| wrong(format!("there is no value for :{name}")))?;
                    unused.retain(|key| **key != name);
                    bind(statement, index, value, &format!("the parameter :{name}"))?;
                }
                if let Some(name) = unused.first() {
                    return Err(wrong(format!("the statement does not have :{name}")));
                }
            }
        }
        Ok(())
    }

    /// The same, but values that nobody knows yet may be left out altogether.
    pub(super) fn bind_known(&self, statement: &mut rusqlite::Statement<'_>) -> Result<(), DatabaseError> {
        let none = match self {
            Self::Positional(values) => values.is_empty(),
            Self::Named(values) => values.is_empty(),
        };
        if none { Ok(()) } else { self.bind(statement) }
    }

    /// A text that differs for different values, for what is bound to them.
    pub(super) fn canonical(&self) -> String {
        // Both kinds have a fixed order, and text is all that JSON values become.
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn wrong(what: impl Into<String>) -> DatabaseError {
    DatabaseError::Parameters(what.into())
}

/// The name of a parameter without its first sign.
fn name(statement: &rusqlite::Statement<'_>, index: usize) -> Result<String, DatabaseError> {
    match statement.parameter_name(index).and_then(|name| name.strip_prefix([':', '@', '$'])) {
        Some(name) => Ok(name.to_owned()),
        None => Err(wrong(format!("parameter {index} has no name, so params must be an array"))),
    }
}

fn bind(
    statement: &mut rusqlite::Statement<'_>,
    index: usize,
    value: &Param,
    what: &str,
) -> Result<(), DatabaseError> {
    let value = value.to_sql().map_err(|error| wrong(format!("{what} {error}")))?;
    statement.raw_bind_parameter(index, value).map_err(|error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::TooBig) => wrong(format!("{what} is too long")),
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
                _ => Err("is an integer beyond 64 bits; pass it as text".to_owned()),
            },
            Json::Object(object) if object.len() == 1 => match object.iter().next() {
                Some((key, Json::String(text))) if key == "integer" => {
                    text.parse().map(Sql::Integer).map_err(|_| format!("is not a 64-bit integer: {text:?}"))
                }
                Some((key, Json::String(text))) if key == "blob" => {
                    bytes(text).map(Sql::Blob).ok_or_else(|| "has a blob that is not hexadecimal".to_owned())
                }
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
    fn values_arrive_exactly() {
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
