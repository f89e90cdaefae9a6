//! The keywords of JSON Schema: their roles, their values, and the bounds they set.

use serde_json::{Map, Number, Value};

use crate::schema::error::SchemaError;
use crate::schema::node::{Kind, Node, ScalarKind};
use crate::schema::number;

/// The role of a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeywordRole {
    /// Bounds values of a type. The keyword's value has the type of the operand.
    Bounds(BoundedType, Operand),
    /// States the type of a value, or applies other schemas.
    Structure,
    /// Has no meaning in a portable schema, and is dropped.
    Dropped,
    /// Asserts something that a portable schema cannot express.
    Unsupported,
    /// Asserts nothing.
    Annotation,
}

/// A type with keywords that bound its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BoundedType {
    Number,
    String,
    Array,
    Object,
}

/// The type of a keyword's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    Number,
    PositiveNumber,
    /// A non-negative integer.
    Count,
    Text,
    Flag,
}

/// Returns the role of a keyword. Unknown keywords are annotations.
pub(super) fn role(keyword: &str) -> KeywordRole {
    use BoundedType::{Array, Number, Object, String};
    match keyword {
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
            KeywordRole::Bounds(Number, Operand::Number)
        }
        "multipleOf" => KeywordRole::Bounds(Number, Operand::PositiveNumber),
        "minLength" | "maxLength" => KeywordRole::Bounds(String, Operand::Count),
        "pattern" => KeywordRole::Bounds(String, Operand::Text),
        "minItems" | "maxItems" => KeywordRole::Bounds(Array, Operand::Count),
        "uniqueItems" => KeywordRole::Bounds(Array, Operand::Flag),
        "minProperties" | "maxProperties" => KeywordRole::Bounds(Object, Operand::Count),
        "type"
        | "enum"
        | "const"
        | "items"
        | "prefixItems"
        | "properties"
        | "required"
        | "additionalProperties"
        | "patternProperties"
        | "unevaluatedProperties"
        | "allOf"
        | "anyOf"
        | "oneOf"
        | "not"
        | "$ref" => KeywordRole::Structure,
        "$schema" | "$id" | "$comment" | "$defs" | "definitions" | "components" | "$anchor"
        | "$dynamicAnchor" | "$vocabulary" => KeywordRole::Dropped,
        "if" | "then" | "else" | "contains" | "minContains" | "maxContains" | "propertyNames"
        | "unevaluatedItems" | "additionalItems" | "dependencies" | "dependentRequired"
        | "dependentSchemas" | "$dynamicRef" | "$recursiveRef" => KeywordRole::Unsupported,
        _ => KeywordRole::Annotation,
    }
}

/// Returns the minimum and maximum of the Rust integer type named by a format.
///
/// Omits the bounds of 64-bit and 128-bit integers that many JSON implementations cannot represent exactly.
fn integer_bounds(format: &str) -> Option<(Option<i64>, Option<i64>)> {
    Some(match format {
        "uint8" => (Some(0), Some(u8::MAX.into())),
        "uint16" => (Some(0), Some(u16::MAX.into())),
        "uint32" => (Some(0), Some(u32::MAX.into())),
        "uint64" | "uint128" | "uint" => (Some(0), None),
        "int8" => (Some(i8::MIN.into()), Some(i8::MAX.into())),
        "int16" => (Some(i16::MIN.into()), Some(i16::MAX.into())),
        "int32" => (Some(i32::MIN.into()), Some(i32::MAX.into())),
        "int64" | "int128" | "int" => (None, None),
        _ => return None,
    })
}

impl BoundedType {
    /// Returns the bounded type of a scalar, or `None` if no keyword bounds it.
    pub(super) fn of(kind: ScalarKind) -> Option<Self> {
        match kind {
            ScalarKind::Integer | ScalarKind::Number => Some(Self::Number),
            ScalarKind::String => Some(Self::String),
            ScalarKind::Null | ScalarKind::Boolean => None,
        }
    }
}

impl Operand {
    /// Returns `true` if the value has this type.
    pub(super) fn accepts(self, value: &Value) -> bool {
        match self {
            Self::Number => value.is_number(),
            Self::PositiveNumber => value.as_f64().is_some_and(|number| number > 0.0),
            Self::Count => value.as_u64().is_some(),
            Self::Text => value.is_string(),
            Self::Flag => value.is_boolean(),
        }
    }

    /// Returns the name of the type, to follow "must be" in an error.
    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::PositiveNumber => "a number greater than 0",
            Self::Count => "a non-negative integer",
            Self::Text => "a string",
            Self::Flag => "a boolean",
        }
    }
}

impl Node {
    /// Returns the keywords that bound values of a type, or `None` if this schema describes values of another type.
    pub(super) fn bounds_mut(&mut self, bounded: BoundedType) -> Option<&mut Map<String, Value>> {
        match (&mut self.kind, bounded) {
            (Kind::Scalar(scalar), _) if BoundedType::of(scalar.kind) == Some(bounded) => {
                Some(&mut scalar.keywords)
            }
            (Kind::Array(array), BoundedType::Array) => Some(&mut array.keywords),
            (Kind::Object(object), BoundedType::Object) => Some(&mut object.keywords),
            _ => None,
        }
    }
}

/// Returns keywords that assert everything that `left` and `right` assert.
///
/// # Errors
///
/// Returns an error if a keyword of both has values that one keyword cannot combine.
pub(super) fn intersect(
    mut left: Map<String, Value>,
    right: Map<String, Value>,
) -> Result<Map<String, Value>, SchemaError> {
    for (keyword, value) in right {
        let both = match left.get(&keyword) {
            None => value,
            Some(other) => intersect_keyword(&keyword, other, &value)?,
        };
        left.insert(keyword, both);
    }
    Ok(left)
}

fn intersect_keyword(keyword: &str, left: &Value, right: &Value) -> Result<Value, SchemaError> {
    let is_lower_bound =
        matches!(keyword, "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties");
    Ok(match (left, right) {
        (Value::Number(left), Value::Number(right)) if keyword != "multipleOf" => {
            if (number::compare(left, right).is_ge()) == is_lower_bound {
                left.clone().into()
            } else {
                right.clone().into()
            }
        }
        (Value::Number(left), Value::Number(right)) if number::is_multiple(left, right) => {
            left.clone().into()
        }
        (Value::Number(left), Value::Number(right)) if number::is_multiple(right, left) => {
            right.clone().into()
        }
        (Value::Bool(left), Value::Bool(right)) => (*left || *right).into(),
        (Value::Array(left), Value::Array(right)) => left
            .iter()
            .filter(|value| right.iter().any(|other| number::values_equal(value, other)))
            .cloned()
            .collect(),
        _ if left == right => left.clone(),
        _ => {
            return Err(SchemaError::UnsupportedKeyword {
                keyword: keyword.into(),
                pointer: "/allOf".into(),
            });
        }
    })
}

/// Adds the bounds of the Rust integer type named by a format, unless the keywords have bounds already. Returns
/// `true` if the keywords assert nothing else.
pub(super) fn add_integer_bounds(keywords: &mut Map<String, Value>, format: &str) -> bool {
    let Some((minimum, maximum)) = integer_bounds(format) else { return keywords.is_empty() };
    for (keyword, exclusive, bound) in
        [("minimum", "exclusiveMinimum", minimum), ("maximum", "exclusiveMaximum", maximum)]
    {
        if let Some(bound) = bound
            && !keywords.contains_key(exclusive)
        {
            keywords.entry(keyword).or_insert_with(|| Number::from(bound).into());
        }
    }
    let expected = [("minimum", minimum), ("maximum", maximum)];
    expected.iter().all(|(keyword, bound)| keywords.get(*keyword).and_then(Value::as_i64) == *bound)
        && keywords.keys().all(|keyword| keyword == "minimum" || keyword == "maximum")
}

/// Removes bounds that are those of the Rust integer type named by a format.
pub(super) fn remove_integer_bounds(keywords: &mut Map<String, Value>, format: &str) {
    let Some((minimum, maximum)) = integer_bounds(format) else { return };
    for (keyword, bound) in [("minimum", minimum), ("maximum", maximum)] {
        if bound.is_some() && keywords.get(keyword).and_then(Value::as_i64) == bound {
            keywords.shift_remove(keyword);
        }
    }
}
