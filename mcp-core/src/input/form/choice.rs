//! Fields of a form that hold one or some of several values.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::setters::setters;

/// A value that can be chosen, with what people call it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EnumOption {
    /// The value.
    #[serde(rename = "const")]
    pub value: String,
    /// What people call it.
    pub title: String,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl EnumOption {
    /// A value, and what people call it.
    pub fn new(value: impl Into<String>, title: impl Into<String>) -> Self {
        Self { value: value.into(), title: title.into(), ..Self::default() }
    }
}

/// A field for one of several values.
///
/// See [`UntitledSingleSelectEnumSchema`](https://modelcontextprotocol.io/specification/2026-07-28/schema#untitledsingleselectenumschema).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UntitledSingleSelectEnumSchema {
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The values.
    #[serde(rename = "enum")]
    pub values: Vec<String>,
    /// Which of them is chosen at first.
    #[serde(rename = "default", default, skip_serializing_if = "Option::is_none")]
    pub default_value: Option<String>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl UntitledSingleSelectEnumSchema {
    /// One of these.
    pub fn new(values: impl Into<Vec<String>>) -> Self {
        Self { values: values.into(), ..Self::default() }
    }

    setters! {
        title: Option<String>,
        description: Option<String>,
        default_value: Option<String>,
    }
}

/// A field for one of several values, each with a title.
///
/// See [`TitledSingleSelectEnumSchema`](https://modelcontextprotocol.io/specification/2026-07-28/schema#titledsingleselectenumschema).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TitledSingleSelectEnumSchema {
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The values.
    pub one_of: Vec<EnumOption>,
    /// Which of them is chosen at first.
    #[serde(rename = "default", default, skip_serializing_if = "Option::is_none")]
    pub default_value: Option<String>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl TitledSingleSelectEnumSchema {
    /// One of these.
    pub fn new(one_of: impl Into<Vec<EnumOption>>) -> Self {
        Self { one_of: one_of.into(), ..Self::default() }
    }

    setters! {
        title: Option<String>,
        description: Option<String>,
        default_value: Option<String>,
    }
}

/// A field for one of several values with titles, as clients before 2025-11-25 have it.
///
/// See [`LegacyTitledEnumSchema`](https://modelcontextprotocol.io/specification/2026-07-28/schema#legacytitledenumschema).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LegacyTitledEnumSchema {
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The values.
    #[serde(rename = "enum")]
    pub values: Vec<String>,
    /// What people call them, in the same order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enum_names: Vec<String>,
    /// Which of them is chosen at first.
    #[serde(rename = "default", default, skip_serializing_if = "Option::is_none")]
    pub default_value: Option<String>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl LegacyTitledEnumSchema {
    /// One of these, and what people call them.
    pub fn new(values: impl Into<Vec<String>>, enum_names: impl Into<Vec<String>>) -> Self {
        Self { values: values.into(), enum_names: enum_names.into(), ..Self::default() }
    }

    setters! {
        title: Option<String>,
        description: Option<String>,
        default_value: Option<String>,
    }
}

/// A field for some of several values.
///
/// See [`UntitledMultiSelectEnumSchema`](https://modelcontextprotocol.io/specification/2026-07-28/schema#untitledmultiselectenumschema).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UntitledMultiSelectEnumSchema {
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How many must be chosen at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_items: Option<u64>,
    /// How many may be chosen at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_items: Option<u64>,
    /// The values.
    pub items: UntitledItems,
    /// Which of them are chosen at first.
    #[serde(rename = "default", default, skip_serializing_if = "Vec::is_empty")]
    pub default_value: Vec<String>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl UntitledMultiSelectEnumSchema {
    /// Some of these.
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

/// The values of an [`UntitledMultiSelectEnumSchema`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UntitledItems {
    #[serde(rename = "type")]
    of: Text,
    /// The values.
    #[serde(rename = "enum")]
    pub values: Vec<String>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The one type that values have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
enum Text {
    #[default]
    #[serde(rename = "string")]
    String,
}

/// A field for some of several values, each with a title.
///
/// See [`TitledMultiSelectEnumSchema`](https://modelcontextprotocol.io/specification/2026-07-28/schema#titledmultiselectenumschema).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TitledMultiSelectEnumSchema {
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How many must be chosen at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_items: Option<u64>,
    /// How many may be chosen at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_items: Option<u64>,
    /// The values.
    pub items: TitledItems,
    /// Which of them are chosen at first.
    #[serde(rename = "default", default, skip_serializing_if = "Vec::is_empty")]
    pub default_value: Vec<String>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl TitledMultiSelectEnumSchema {
    /// Some of these.
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

/// The values of a [`TitledMultiSelectEnumSchema`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TitledItems {
    /// The values.
    pub any_of: Vec<EnumOption>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}
