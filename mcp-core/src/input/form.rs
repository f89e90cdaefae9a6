//! The fields of a form: the part of JSON Schema that clients can show.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Error, Map, Value};

use crate::setters::setters;
use crate::{Members, codec};

mod check;
mod choice;
mod format;
mod words;

pub use check::FormError;
pub use choice::{
    EnumOption, LegacyTitledEnumSchema, TitledItems, TitledMultiSelectEnumSchema,
    TitledSingleSelectEnumSchema, UntitledItems, UntitledMultiSelectEnumSchema,
    UntitledSingleSelectEnumSchema,
};

/// The fields of a form: an object without further objects in it.
///
/// See [`ElicitRequestFormParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#elicitrequestformparams).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FormSchema {
    /// Which JSON Schema this is; 2020-12 if nothing is said.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    #[serde(rename = "type")]
    of: Object,
    /// The fields, by name.
    pub properties: Members<PrimitiveSchema>,
    /// Which of them must be filled in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<String>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The one type that a form has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Object {
    #[default]
    Object,
}

impl FormSchema {
    /// A form of these fields, all of them optional.
    pub fn new(properties: impl Into<Members<PrimitiveSchema>>) -> Self {
        Self { properties: properties.into(), ..Self::default() }
    }

    setters! {
        schema: Option<String>,
        required: Vec<String>,
    }
}

/// One field of a form.
///
/// See [`PrimitiveSchemaDefinition`](https://modelcontextprotocol.io/specification/2026-07-28/schema#primitiveschemadefinition).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
#[non_exhaustive]
pub enum PrimitiveSchema {
    /// A text.
    String(StringSchema),
    /// A number.
    Number(NumberSchema),
    /// An integer.
    Integer(NumberSchema),
    /// Yes or no.
    Boolean(BooleanSchema),
    /// One of several values.
    #[serde(rename = "string")]
    UntitledSingleSelect(UntitledSingleSelectEnumSchema),
    /// One of several values, each with a title.
    #[serde(rename = "string")]
    TitledSingleSelect(TitledSingleSelectEnumSchema),
    /// Some of several values.
    #[serde(rename = "array")]
    UntitledMultiSelect(UntitledMultiSelectEnumSchema),
    /// Some of several values, each with a title.
    #[serde(rename = "array")]
    TitledMultiSelect(TitledMultiSelectEnumSchema),
    /// One of several values with titles, as clients before 2025-11-25 have it.
    #[serde(rename = "string")]
    LegacyTitledEnum(LegacyTitledEnumSchema),
}

impl<'de> Deserialize<'de> for PrimitiveSchema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        codec::tagged(deserializer, "type", |tag, value| {
            let has = |member| value.get(member).is_some();
            match &*tag {
                "string" if has("oneOf") => codec::read(&value).map(Self::TitledSingleSelect),
                "string" if has("enumNames") => codec::read(&value).map(Self::LegacyTitledEnum),
                "string" if has("enum") => codec::read(&value).map(Self::UntitledSingleSelect),
                "string" => codec::read(&value).map(Self::String),
                "number" => codec::read(&value).map(Self::Number),
                "integer" => codec::read(&value).map(Self::Integer),
                "boolean" => codec::read(&value).map(Self::Boolean),
                "array" if value.pointer("/items/anyOf").is_some() => {
                    codec::read(&value).map(Self::TitledMultiSelect)
                }
                "array" => codec::read(&value).map(Self::UntitledMultiSelect),
                _ => Err(Error::unknown_variant(&tag, &["string", "number", "integer", "boolean", "array"])),
            }
        })
    }
}

/// A field for text.
///
/// See [`StringSchema`](https://modelcontextprotocol.io/specification/2026-07-28/schema#stringschema).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StringSchema {
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How many characters it has at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u64>,
    /// How many characters it has at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u64>,
    /// What kind of text it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<StringFormat>,
    /// What it holds at first.
    #[serde(rename = "default", default, skip_serializing_if = "Option::is_none")]
    pub default_value: Option<String>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl StringSchema {
    /// Any text.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        title: Option<String>,
        description: Option<String>,
        min_length: Option<u64>,
        max_length: Option<u64>,
        format: Option<StringFormat>,
        default_value: Option<String>,
    }
}

/// What kind of text a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StringFormat {
    /// An e-mail address.
    Email,
    /// A URI.
    Uri,
    /// A day.
    Date,
    /// A moment.
    DateTime,
}

/// A field for a number or an integer.
///
/// See [`NumberSchema`](https://modelcontextprotocol.io/specification/2026-07-28/schema#numberschema).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NumberSchema {
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The least it may be.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "codec::optional_number")]
    pub minimum: Option<f64>,
    /// The most it may be.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "codec::optional_number")]
    pub maximum: Option<f64>,
    /// What it is at first.
    #[serde(
        rename = "default",
        default,
        skip_serializing_if = "Option::is_none",
        with = "codec::optional_number"
    )]
    pub default_value: Option<f64>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl NumberSchema {
    /// Any number.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        title: Option<String>,
        description: Option<String>,
        minimum: Option<f64>,
        maximum: Option<f64>,
        default_value: Option<f64>,
    }
}

/// A field for yes or no.
///
/// See [`BooleanSchema`](https://modelcontextprotocol.io/specification/2026-07-28/schema#booleanschema).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BooleanSchema {
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it is at first.
    #[serde(rename = "default", default, skip_serializing_if = "Option::is_none")]
    pub default_value: Option<bool>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl BooleanSchema {
    /// Yes or no.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        title: Option<String>,
        description: Option<String>,
        default_value: Option<bool>,
    }
}
