//! Schemas of forms: the subset of JSON Schema that clients can display.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Error, Map, Value};

use crate::codec;
use crate::json::Members;
use crate::setters::setters;

mod choice;
mod coerce;
mod common;
mod format;
mod validate;

pub use choice::{
    EnumOption, LegacyTitledEnumSchema, TitledItems, TitledMultiSelectEnumSchema,
    TitledSingleSelectEnumSchema, UntitledItems, UntitledMultiSelectEnumSchema,
    UntitledSingleSelectEnumSchema,
};
pub use validate::FormError;

/// The schema of a form: an object whose properties are primitive, without nesting.
///
/// See [`ElicitRequestFormParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#elicitrequestformparams).
///
/// ```
/// use mcpwright_core::{EnumOption, FormSchema, NumberSchema, PrimitiveSchema, TitledSingleSelectEnumSchema};
///
/// let size = TitledSingleSelectEnumSchema::new([EnumOption::new("s", "Small"), EnumOption::new("l", "Large")]);
/// let schema = FormSchema::new([
///     ("size", PrimitiveSchema::TitledSingleSelect(size)),
///     ("count", PrimitiveSchema::Integer(NumberSchema::new().minimum(1).default_value(1))),
/// ])
/// .required(["size".to_owned()]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FormSchema {
    /// The dialect of JSON Schema. Default: 2020-12.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    #[serde(rename = "type")]
    object_type: ObjectType,
    /// The fields, by name.
    pub properties: Members<PrimitiveSchema>,
    /// The names of the required fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<String>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The value of `type` in the schema of a form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ObjectType {
    #[default]
    Object,
}

impl FormSchema {
    /// Creates the schema of a form from its fields, all of which are optional.
    pub fn new(properties: impl Into<Members<PrimitiveSchema>>) -> Self {
        Self { properties: properties.into(), ..Self::default() }
    }

    setters! {
        schema: Option<String>,
        required: Vec<String>,
    }
}

/// The schema of one field of a form.
///
/// See [`PrimitiveSchemaDefinition`](https://modelcontextprotocol.io/specification/2026-07-28/schema#primitiveschemadefinition).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
#[non_exhaustive]
pub enum PrimitiveSchema {
    /// A string.
    String(StringSchema),
    /// A number.
    Number(NumberSchema),
    /// An integer.
    Integer(NumberSchema),
    /// A boolean.
    Boolean(BooleanSchema),
    /// A selection of one value.
    #[serde(rename = "string")]
    UntitledSingleSelect(UntitledSingleSelectEnumSchema),
    /// A selection of one value, from values with titles.
    #[serde(rename = "string")]
    TitledSingleSelect(TitledSingleSelectEnumSchema),
    /// A selection of several values.
    #[serde(rename = "array")]
    UntitledMultiSelect(UntitledMultiSelectEnumSchema),
    /// A selection of several values, from values with titles.
    #[serde(rename = "array")]
    TitledMultiSelect(TitledMultiSelectEnumSchema),
    /// A selection of one value, from values with titles, in the form of revisions before 2025-11-25.
    #[serde(rename = "string")]
    LegacyTitledEnum(LegacyTitledEnumSchema),
}

impl<'de> Deserialize<'de> for PrimitiveSchema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        codec::tagged(deserializer, "type", |tag, value| {
            let has = |member| value.get(member).is_some();
            match &*tag {
                "string" if has("oneOf") => codec::from_value(&value).map(Self::TitledSingleSelect),
                "string" if has("enumNames") => codec::from_value(&value).map(Self::LegacyTitledEnum),
                "string" if has("enum") => codec::from_value(&value).map(Self::UntitledSingleSelect),
                "string" => codec::from_value(&value).map(Self::String),
                "number" => codec::from_value(&value).map(Self::Number),
                "integer" => codec::from_value(&value).map(Self::Integer),
                "boolean" => codec::from_value(&value).map(Self::Boolean),
                "array" if value.pointer("/items/anyOf").is_some() => {
                    codec::from_value(&value).map(Self::TitledMultiSelect)
                }
                "array" => codec::from_value(&value).map(Self::UntitledMultiSelect),
                _ => Err(Error::unknown_variant(&tag, &["string", "number", "integer", "boolean", "array"])),
            }
        })
    }
}

/// The schema of a string field.
///
/// See [`StringSchema`](https://modelcontextprotocol.io/specification/2026-07-28/schema#stringschema).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StringSchema {
    /// Human-readable name for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Description of the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Minimum length, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u64>,
    /// Maximum length, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u64>,
    /// Format of the string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<StringFormat>,
    /// Default value (`default`).
    #[serde(rename = "default", default, skip_serializing_if = "Option::is_none")]
    pub default_value: Option<String>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl StringSchema {
    /// Creates the schema of a string without constraints.
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

/// The format of a string field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StringFormat {
    /// An email address.
    Email,
    /// A URI.
    Uri,
    /// A date, such as `2026-07-28`.
    Date,
    /// A date and time with an offset, such as `2026-07-28T10:00:00Z`.
    DateTime,
}

/// The schema of a number or integer field.
///
/// See [`NumberSchema`](https://modelcontextprotocol.io/specification/2026-07-28/schema#numberschema).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NumberSchema {
    /// Human-readable name for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Description of the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Minimum value.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "codec::optional_number")]
    pub minimum: Option<f64>,
    /// Maximum value.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "codec::optional_number")]
    pub maximum: Option<f64>,
    /// Default value (`default`).
    #[serde(
        rename = "default",
        default,
        skip_serializing_if = "Option::is_none",
        with = "codec::optional_number"
    )]
    pub default_value: Option<f64>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl NumberSchema {
    /// Creates the schema of a number without constraints.
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

/// The schema of a boolean field.
///
/// See [`BooleanSchema`](https://modelcontextprotocol.io/specification/2026-07-28/schema#booleanschema).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BooleanSchema {
    /// Human-readable name for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Description of the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Default value (`default`).
    #[serde(rename = "default", default, skip_serializing_if = "Option::is_none")]
    pub default_value: Option<bool>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl BooleanSchema {
    /// Creates the schema of a boolean.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        title: Option<String>,
        description: Option<String>,
        default_value: Option<bool>,
    }
}
