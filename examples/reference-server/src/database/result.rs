//! What a query gives back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Cell;
use crate::schema::brief;

/// What a column holds.
///
/// For a column of a table it is what the catalogue says; for an expression, what the values of this result are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(transform = brief(&[]))]
#[non_exhaustive]
pub enum ColumnType {
    /// A whole number; beyond ±(2^53 − 1) it comes as a string of digits.
    Integer,
    /// An amount of money as a whole number of euro cents.
    Cents,
    /// A decimal number as text, exact.
    Decimal,
    /// A floating-point number.
    Real,
    /// Text.
    Text,
    /// A day such as 2024-05-17.
    Date,
    /// A moment in UTC such as 2024-05-17T09:30:00Z.
    Timestamp,
    /// 1 or 0.
    Boolean,
    /// JSON as text.
    Json,
    /// Bytes, as hexadecimal digits.
    Blob,
    /// Values of several kinds, or none at all.
    Any,
}

impl ColumnType {
    /// Reads the name that the catalogue uses.
    pub(super) fn named(name: &str) -> Self {
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

    /// What the values of a column have in common.
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

    /// The name that the catalogue uses.
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
    /// Its name in the statement.
    pub name: String,
    /// Cents are whole euro cents, decimal is exact text, boolean is 1 or 0, json is text, any is of several kinds.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// The column of a table that it is, such as orders.id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Whether it holds data about persons; not known for expressions.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub personal: bool,
}

/// The rows that a statement gave, as many as the limits let through.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&["truncated", "nextCursor"]))]
#[non_exhaustive]
pub struct Rows {
    /// The columns, in order.
    pub columns: Vec<Column>,
    /// The rows; each has one value for every column.
    pub rows: Vec<Vec<Cell>>,
    /// How many rows these are.
    pub row_count: u64,
    /// Whether there are more rows.
    pub truncated: bool,
    /// Pass it as cursor, with the same request, for the rows that follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// What to know about this result.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notices: Vec<String>,
}

impl Rows {
    /// The rows as CSV with a line of names, quoted as RFC 4180 says.
    pub fn csv(&self) -> String {
        let mut text = String::new();
        let names = self.columns.iter().map(|column| column.name.as_str());
        line(&mut text, names.map(|name| (name.into(), false)));
        for row in &self.rows {
            // An empty text is quoted, so that it differs from null.
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
