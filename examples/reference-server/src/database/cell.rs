//! Values of a result, and their lossless representation in JSON.

use std::borrow::Cow;

use rusqlite::types::ValueRef;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use crate::hex;

/// Maximum integer that every JSON reader represents exactly.
const MAX_EXACT: u64 = (1 << 53) - 1;

/// One value of a result.
///
/// In JSON, integers beyond ±(2^53 − 1) are strings of digits, blobs are strings of hexadecimal digits, and infinite
/// numbers are the strings `Infinity` and `-Infinity`. [`Rows::notices`](super::result::Rows::notices) names the columns
/// with such values.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Cell {
    /// NULL.
    Null,
    /// A 64-bit integer.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// Text. Bytes that are not UTF-8 are replaced.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl Cell {
    pub(super) fn of(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(integer) => Self::Integer(integer),
            ValueRef::Real(real) => Self::Real(real),
            ValueRef::Text(text) => Self::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Blob(blob) => Self::Blob(blob.to_vec()),
        }
    }

    /// Returns `true` if the value is a string in JSON although it is not text.
    pub fn is_string_in_json(&self) -> bool {
        match self {
            Self::Integer(integer) => integer.unsigned_abs() > MAX_EXACT,
            Self::Real(real) => !real.is_finite(),
            Self::Blob(_) => true,
            Self::Null | Self::Text(_) => false,
        }
    }

    /// Returns the value as text, as in a CSV file.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Null => Cow::Borrowed(""),
            Self::Integer(integer) => Cow::Owned(integer.to_string()),
            Self::Real(real) if real.is_infinite() => {
                Cow::Borrowed(if *real > 0.0 { "Infinity" } else { "-Infinity" })
            }
            Self::Real(real) => Cow::Owned(format!("{real:?}")),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Blob(blob) => Cow::Owned(hex::encode(blob)),
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            _ if self.is_string_in_json() => serializer.serialize_str(&self.text()),
            Self::Integer(integer) => serializer.serialize_i64(*integer),
            Self::Real(real) => serializer.serialize_f64(*real),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Blob(_) => serializer.serialize_str(&self.text()),
        }
    }
}

impl JsonSchema for Cell {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Cell")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "null"] })
    }
}

#[cfg(test)]
mod tests {
    use super::Cell;

    #[test]
    fn json_is_lossless() {
        let json = |cell: Cell| serde_json::to_string(&cell).unwrap();
        assert_eq!(json(Cell::Integer((1 << 53) - 1)), "9007199254740991");
        assert_eq!(json(Cell::Integer(1 << 53)), "\"9007199254740992\"");
        assert_eq!(json(Cell::Integer(-(1 << 53) + 1)), "-9007199254740991");
        assert_eq!(json(Cell::Integer(i64::MIN)), "\"-9223372036854775808\"");
        assert_eq!(json(Cell::Real(0.1)), "0.1");
        assert_eq!(json(Cell::Real(1e300)), "1e+300");
        assert_eq!(json(Cell::Real(f64::NEG_INFINITY)), "\"-Infinity\"");
        assert_eq!(json(Cell::Blob(vec![0, 255])), "\"00ff\"");
        assert_eq!(json(Cell::Null), "null");
    }
}
