//! Schemas of enum fields, for the selection of one or several values.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::setters::setters;

/// An option of an enum field: a value with a title.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EnumOption {
    /// The value.
    #[serde(rename = "const")]
    pub value: String,
    /// Human-readable name for display.
    pub title: String,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl EnumOption {
    /// Creates an option from its value and title.
    pub fn new(value: impl Into<String>, title: impl Into<String>) -> Self {
        Self { value: value.into(), title: title.into(), ..Self::default() }
    }
}

/// The schema of a field for the selection of one value.
///
/// See [`UntitledSingleSelectEnumSchema`](https://modelcontextprotocol.io/specification/2026-07-28/schema#untitledsingleselectenumschema).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UntitledSingleSelectEnumSchema {
    /// Human-readable name for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Description of the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The values to choose from.
    #[serde(rename = "enum")]
    pub values: Vec<String>,
    /// Default value (`default`).
    #[serde(rename = "default", default, skip_serializing_if = "Option::is_none")]
    pub default_value: Option<String>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl UntitledSingleSelectEnumSchema {
    /// Creates a schema from the values to choose from.
    pub fn new(values: impl Into<Vec<String>>) -> Self {
        Self { values: values.into(), ..Self::default() }
    }

    setters! {
        title: Option<String>,
        description: Option<String>,
        default_value: Option<String>,
    }
}

/// The schema of a field for the selection of one value, from values with titles.
///
/// See [`TitledSingleSelectEnumSchema`](https://modelcontextprotocol.io/specification/2026-07-28/schema#titledsingleselectenumschema).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TitledSingleSelectEnumSchema {
    /// Human-readable name for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Description of the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The options to choose from.
    pub one_of: Vec<EnumOption>,
    /// Default value (`default`).
    #[serde(rename = "default", default, skip_serializing_if = "Option::is_none")]
    pub default_value: Option<String>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl TitledSingleSelectEnumSchema {
    /// Creates a schema from the options to choose from.
    pub fn new(one_of: impl Into<Vec<EnumOption>>) -> Self {
        Self { one_of: one_of.into(), ..Self::default() }
    }

    setters! {
        title: Option<String>,
        description: Option<String>,
        default_value: Option<String>,
    }
}

/// The schema of a field for the selection of one value, from values with titles, in the form of revisions before
/// 2025-11-25. For later revisions, use [`TitledSingleSelectEnumSchema`].
///
/// See [`LegacyTitledEnumSchema`](https://modelcontextprotocol.io/specification/2026-07-28/schema#legacytitledenumschema).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LegacyTitledEnumSchema {
    /// Human-readable name for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Description of the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The values to choose from.
    #[serde(rename = "enum")]
    pub values: Vec<String>,
    /// Titles of the values, in the same order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enum_names: Vec<String>,
    /// Default value (`default`).
    #[serde(rename = "default", default, skip_serializing_if = "Option::is_none")]
    pub default_value: Option<String>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl LegacyTitledEnumSchema {
    /// Creates a schema from the values to choose from and their titles.
    pub fn new(values: impl Into<Vec<String>>, enum_names: impl Into<Vec<String>>) -> Self {
        Self { values: values.into(), enum_names: enum_names.into(), ..Self::default() }
    }

    setters! {
        title: Option<String>,
        description: Option<String>,
        default_value: Option<String>,
    }
}

/// The schema of a field for the selection of several values.
///
/// See [`UntitledMultiSelectEnumSchema`](https://modelcontextprotocol.io/specification/2026-07-28/schema#untitledmultiselectenumschema).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UntitledMultiSelectEnumSchema {
    /// Human-readable name for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Description of the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Minimum number of selected values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_items: Option<u64>,
    /// Maximum number of selected values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_items: Option<u64>,
    /// The schema of the selected values.
    pub items: UntitledItems,
    /// Default values (`default`).
    #[serde(rename = "default", default, skip_serializing_if = "Vec::is_empty")]
    pub default_value: Vec<String>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl UntitledMultiSelectEnumSchema {
    /// Creates a schema from the values to choose from.
    pub fn new(values: impl Into<Vec<String>>) -> Self {
        Self { items: UntitledItems { values: values.into(), ..UntitledItems::default() }, ..Self::default() }
    }

    setters! {
        title: Option<String>,
        description: Option<String>,
        min_items: Option<u64>,
        max_items: Option<u64>,
        default_value: Vec<String>,
    }
}

/// The item schema of an [`UntitledMultiSelectEnumSchema`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UntitledItems {
    #[serde(rename = "type")]
    string_type: StringType,
    /// The values to choose from.
    #[serde(rename = "enum")]
    pub values: Vec<String>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The value of `type` in an item schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
enum StringType {
    #[default]
    #[serde(rename = "string")]
    String,
}

/// The schema of a field for the selection of several values, from values with titles.
///
/// See [`TitledMultiSelectEnumSchema`](https://modelcontextprotocol.io/specification/2026-07-28/schema#titledmultiselectenumschema).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TitledMultiSelectEnumSchema {
    /// Human-readable name for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Description of the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Minimum number of selected values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_items: Option<u64>,
    /// Maximum number of selected values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_items: Option<u64>,
    /// The schema of the selected values.
    pub items: TitledItems,
    /// Default values (`default`).
    #[serde(rename = "default", default, skip_serializing_if = "Vec::is_empty")]
    pub default_value: Vec<String>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl TitledMultiSelectEnumSchema {
    /// Creates a schema from the options to choose from.
    pub fn new(any_of: impl Into<Vec<EnumOption>>) -> Self {
        Self { items: TitledItems { any_of: any_of.into(), ..TitledItems::default() }, ..Self::default() }
    }

    setters! {
        title: Option<String>,
        description: Option<String>,
        min_items: Option<u64>,
        max_items: Option<u64>,
        default_value: Vec<String>,
    }
}

/// The item schema of a [`TitledMultiSelectEnumSchema`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TitledItems {
    /// The options to choose from.
    pub any_of: Vec<EnumOption>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}
