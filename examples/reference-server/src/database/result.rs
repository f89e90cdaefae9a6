//! Results of queries.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cell::Cell;
use crate::schema::brief;

/// The type of a column.
///
/// For a column of a table, the type in the catalog; for an expression, the common type of the values in the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(transform = brief(&[]))]
#[non_exhaustive]
pub enum ColumnType {
    /// An integer. Beyond ±(2^53 − 1), a string of digits in JSON.
    Integer,
    /// An amount of money in whole euro cents.
    Cents,
    /// An exact decimal number as text.
    Decimal,
    /// A floating-point number.
    Real,
    /// Text.
    Text,
    /// A date such as 2024-05-17.
    Date,
    /// A UTC timestamp such as 2024-05-17T09:30:00Z.
    Timestamp,
    /// 1 or 0.
    Boolean,
    /// JSON as text.
    Json,
    /// Bytes as hexadecimal digits.
    Blob,
    /// Values of several types, or no values.
    Any,
}

impl ColumnType {
    /// Parses a type's name in the catalog.
    pub(super) fn parse(name: &str) -> Self {
        match name {
            "integer" => Self::Integer,
            "cents" => Self::Cents,
            "decimal" => Self::Decimal,
            "real" => Self::Real,
            "text" => Self::Text,
            "date" => Self::Date,
            "timestamp" => Self::Timestamp,
            "boolean" => Self::Boolean,
            "json" => Self::Json,
            "blob" => Self::Blob,
            _ => Self::Any,
        }
    }

    /// Returns the common type of values.
    pub(super) fn of<'a>(cells: impl Iterator<Item = &'a Cell>) -> Self {
        let mut common = None;
        for cell in cells {
            let kind = match cell {
                Cell::Null => continue,
                Cell::Integer(_) => Self::Integer,
                Cell::Real(_) => Self::Real,
                Cell::Text(_) => Self::Text,
                Cell::Blob(_) => Self::Blob,
            };
            common = match common {
                None => Some(kind),
                Some(same) if same == kind => common,
                Some(Self::Integer | Self::Real) if matches!(kind, Self::Integer | Self::Real) => {
                    Some(Self::Real)
                }
                Some(_) => return Self::Any,
            };
        }
        common.unwrap_or(Self::Any)
    }

    /// Returns the type's name in the catalog.
    pub fn name(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Cents => "cents",
            Self::Decimal => "decimal",
            Self::Real => "real",
            Self::Text => "text",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::Boolean => "boolean",
            Self::Json => "json",
            Self::Blob => "blob",
            Self::Any => "any",
        }
    }
}

/// A column of a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&["type", "origin", "personal"]))]
#[non_exhaustive]
pub struct Column {
    /// The column's name in the statement.
    pub name: String,
    /// cents: whole euro cents; decimal: exact text; boolean: 1 or 0; json: text; any: mixed types.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// The table column it comes from, such as orders.id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// True for personal data; unknown for expressions.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub personal: bool,
}

/// The rows of a statement, up to the limits.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&["truncated", "nextCursor"]))]
#[non_exhaustive]
pub struct Rows {
    /// The columns, in order.
    pub columns: Vec<Column>,
    /// The rows, each with one value for every column.
    pub rows: Vec<Vec<Cell>>,
    /// Number of rows in this result.
    pub row_count: u64,
    /// True if there are more rows.
    pub truncated: bool,
    /// Pass it as cursor, in the same request, for the next rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Remarks on this result.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notices: Vec<String>,
}

impl Rows {
    /// Formats the rows as CSV with a header, quoted as in RFC 4180.
    pub fn csv(&self) -> String {
        let mut text = String::new();
        let names = self.columns.iter().map(|column| column.name.as_str());
        line(&mut text, names.map(|name| (name.into(), false)));
        for row in &self.rows {
            // An empty text is quoted to distinguish it from NULL.
            line(
                &mut text,
                row.iter().map(|cell| (cell.text(), matches!(cell, Cell::Text(text) if text.is_empty()))),
            );
        }
        text
    }
}

fn line<'a>(text: &mut String, fields: impl Iterator<Item = (std::borrow::Cow<'a, str>, bool)>) {
    for (index, (field, quoted)) in fields.enumerate() {
        if index > 0 {
            text.push(',');
        }
        if quoted || field.contains([',', '"', '\n', '\r']) {
            text.push('"');
            text.push_str(&field.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&field);
        }
    }
    text.push_str("\r\n");
}
