//! The keywords of JSON Schema: about what they assert, and which become what.

use serde_json::{Map, Number, Value};

use super::SchemaError;
use super::node::{Kind, Node, ScalarKind};
use super::number;

/// What a keyword does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It bounds values of one type, with a value of the given sort.
    Bounds(Bounded, Operand),
    /// It says which schemas apply, or of which type a value is.
    Structure,
    /// It is of no use to a reader of the portable form.
    Dropped,
    /// It asserts what the portable form cannot say.
    Refused,
    /// It asserts nothing.
    Annotation,
}

/// The type whose values a keyword bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bounded {
    Number,
    String,
    Array,
    Object,
}

/// What a keyword's value has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    Number,
    PositiveNumber,
    Count,
    Text,
    Flag,
}

pub(super) fn role(keyword: &str) -> Role {
    use Bounded::{Array, Number, Object, String};
    match keyword {
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
            Role::Bounds(Number, Operand::Number)
        }
        "multipleOf" => Role::Bounds(Number, Operand::PositiveNumber),
        "minLength" | "maxLength" => Role::Bounds(String, Operand::Count),
        "pattern" => Role::Bounds(String, Operand::Text),
        "minItems" | "maxItems" => Role::Bounds(Array, Operand::Count),
        "uniqueItems" => Role::Bounds(Array, Operand::Flag),
        "minProperties" | "maxProperties" => Role::Bounds(Object, Operand::Count),
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
        | "$ref" => Role::Structure,
        "$schema" | "$id" | "$comment" | "$defs" | "definitions" | "$anchor" | "$dynamicAnchor"
        | "$vocabulary" => Role::Dropped,
        "if" | "then" | "else" | "contains" | "minContains" | "maxContains" | "propertyNames"
        | "unevaluatedItems" | "additionalItems" | "dependencies" | "dependentRequired"
        | "dependentSchemas" | "$dynamicRef" | "$recursiveRef" => Role::Refused,
        _ => Role::Annotation,
    }
}

/// Whether JSON Schema itself names the format; clients warn about others, or refuse them.
pub(super) fn is_standard_format(format: &str) -> bool {
    matches!(
        format,
        "date-time"
            | "date"
            | "time"
            | "duration"
            | "email"
            | "idn-email"
            | "hostname"
            | "idn-hostname"
            | "ipv4"
            | "ipv6"
            | "uri"
            | "uri-reference"
            | "iri"
            | "iri-reference"
            | "uuid"
            | "uri-template"
            | "json-pointer"
            | "relative-json-pointer"
            | "regex"
    )
}

/// What the Rust integer type named by a format can hold, where JSON can say it exactly.
pub(super) fn natural_bounds(format: &str) -> Option<(Option<i64>, Option<i64>)> {
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

impl Bounded {
    pub(super) fn of(kind: ScalarKind) -> Option<Self> {
        match kind {
            ScalarKind::Integer | ScalarKind::Number => Some(Self::Number),
            ScalarKind::String => Some(Self::String),
            ScalarKind::Null | ScalarKind::Boolean => None,
        }
    }
}

impl Operand {
    pub(super) fn accepts(self, value: &Value) -> bool {
        match self {
            Self::Number => value.is_number(),
            Self::PositiveNumber => value.as_f64().is_some_and(|number| number > 0.0),
            Self::Count => value.as_u64().is_some(),
            Self::Text => value.is_string(),
            Self::Flag => value.is_boolean(),
        }
    }

    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::PositiveNumber => "a number above 0",
            Self::Count => "a count",
            Self::Text => "a string",
            Self::Flag => "true or false",
        }
    }
}

impl Node {
    /// The place for keywords that bound values of that type, if this schema describes such values.
    pub(super) fn bounds(&mut self, bounded: Bounded) -> Option<&mut Map<String, Value>> {
        match (&mut self.kind, bounded) {
            (Kind::Scalar(scalar), _) if Bounded::of(scalar.kind) == Some(bounded) => {
                Some(&mut scalar.keywords)
            }
            (Kind::Array(array), Bounded::Array) => Some(&mut array.keywords),
            (Kind::Object(object), Bounded::Object) => Some(&mut object.keywords),
            _ => None,
        }
    }
}

/// The keywords that assert what both sides assert.
pub(super) fn narrow(
    mut left: Map<String, Value>,
    right: Map<String, Value>,
) -> Result<Map<String, Value>, SchemaError> {
    for (keyword, value) in right {
        let both = match left.get(&keyword) {
            None => value,
            Some(other) => narrower(&keyword, other, &value)?,
        };
        left.insert(keyword, both);
    }
    Ok(left)
}

fn narrower(keyword: &str, left: &Value, right: &Value) -> Result<Value, SchemaError> {
    let larger_narrows =
        matches!(keyword, "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties");
    Ok(match (left, right) {
        (Value::Number(left), Value::Number(right)) if keyword != "multipleOf" => {
            if (number::compare(left, right).is_ge()) == larger_narrows {
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
            .filter(|value| right.iter().any(|other| number::same(value, other)))
            .cloned()
            .collect(),
        _ if left == right => left.clone(),
        _ => return Err(SchemaError::Keyword { keyword: keyword.into(), pointer: "/allOf".into() }),
    })
}

/// Adds the bounds of the Rust type that a format names, where none are given. Says whether the schema now asserts
/// just these.
pub(super) fn add_natural_bounds(keywords: &mut Map<String, Value>, format: &str) -> bool {
    let Some((minimum, maximum)) = natural_bounds(format) else { return keywords.is_empty() };
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
