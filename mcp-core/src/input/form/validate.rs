//! Validation of submitted forms against their schemas.

use std::fmt;

use serde_json::{Map, Value};

use super::choice::EnumOption;
use super::{FormSchema, NumberSchema, PrimitiveSchema, StringFormat, StringSchema};

/// Maximum number of enum values that an error message lists.
const MAX_LISTED_VALUES: usize = 20;

/// The error of an invalid form submission: all fields that are missing or invalid.
///
/// The message names the fields and describes the accepted values. It does not contain the submitted values, so that it
/// can be logged and shown to others than the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormError {
    fields: Vec<FieldError>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct FieldError {
    name: String,
    is_missing: bool,
    expected: String,
}

impl FormError {
    /// Returns the names of the missing and invalid fields.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.name.as_str())
    }
}

impl fmt::Display for FormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, FieldError { name, is_missing, expected }) in self.fields.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            let missing = if *is_missing { " is missing and" } else { "" };
            write!(f, "{separator}`{name}`{missing} must be {expected}")?;
        }
        Ok(())
    }
}

impl std::error::Error for FormError {}

impl FormSchema {
    /// Validates the submitted values of a form.
    ///
    /// Members that are not fields of the form are ignored. `null` is the same as an absent member.
    ///
    /// ```
    /// use mcpwright_core::{FormSchema, NumberSchema, PrimitiveSchema, StringSchema};
    /// use serde_json::json;
    ///
    /// let schema = FormSchema::new([
    ///     ("name", PrimitiveSchema::String(StringSchema::new().min_length(1))),
    ///     ("age", PrimitiveSchema::Integer(NumberSchema::new().minimum(18))),
    /// ]);
    /// let schema = schema.required(["name".to_owned()]);
    ///
    /// let check = |content: serde_json::Value| schema.validate(content.as_object().unwrap());
    /// assert!(check(json!({ "name": "Ada", "age": 36.0, "extra": true })).is_ok());
    /// assert_eq!(
    ///     check(json!({ "age": 7 })).unwrap_err().to_string(),
    ///     "`name` is missing and must be a string of at least 1 character; `age` must be an integer of at least 18",
    /// );
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if a required field is missing or the value of a field is invalid.
    pub fn validate(&self, content: &Map<String, Value>) -> Result<(), FormError> {
        let invalid = self.properties.iter().filter_map(|(name, schema)| {
            let value = content.get(name).filter(|value| !value.is_null());
            let is_missing = value.is_none();
            let is_valid = match value {
                Some(value) => schema.accepts(value),
                None => !self.required.iter().any(|required| required == name),
            };
            (!is_valid).then(|| FieldError {
                name: name.to_owned(),
                is_missing,
                expected: schema.to_string(),
            })
        });
        let fields: Vec<_> = invalid.collect();
        if fields.is_empty() { Ok(()) } else { Err(FormError { fields }) }
    }
}

impl PrimitiveSchema {
    /// Returns `true` if `value` is valid for the field.
    pub fn accepts(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::String(schema), Value::String(text)) => schema.accepts(text),
            (Self::Number(schema), Value::Number(number)) => {
                number.as_f64().is_some_and(|number| schema.accepts(number))
            }
            // Clients whose language has a single number type, such as JavaScript, may write 5 as 5.0.
            (Self::Integer(schema), Value::Number(number)) => {
                number.as_f64().is_some_and(|number| number.fract() == 0.0 && schema.accepts(number))
            }
            (Self::Boolean(_), Value::Bool(_)) => true,
            (_, Value::String(text)) if !self.is_multi_select() => self.options().contains(&text.as_str()),
            (_, Value::Array(items)) if self.is_multi_select() => {
                let options = self.options();
                let is_option = |item: &Value| item.as_str().is_some_and(|item| options.contains(&item));
                self.item_count().contains(items.len()) && items.iter().all(is_option)
            }
            _ => false,
        }
    }

    pub(super) fn is_multi_select(&self) -> bool {
        matches!(self, Self::UntitledMultiSelect(_) | Self::TitledMultiSelect(_))
    }

    /// Returns the values of a selection field.
    pub(super) fn options(&self) -> Vec<&str> {
        match self {
            Self::UntitledSingleSelect(schema) => untitled_values(&schema.values),
            Self::LegacyTitledEnum(schema) => untitled_values(&schema.values),
            Self::TitledSingleSelect(schema) => titled_values(&schema.one_of),
            Self::UntitledMultiSelect(schema) => untitled_values(&schema.items.values),
            Self::TitledMultiSelect(schema) => titled_values(&schema.items.any_of),
            Self::String(_) | Self::Number(_) | Self::Integer(_) | Self::Boolean(_) => Vec::new(),
        }
    }

    /// Returns the allowed number of selected values.
    fn item_count(&self) -> CountRange {
        match self {
            Self::UntitledMultiSelect(schema) => CountRange { min: schema.min_items, max: schema.max_items },
            Self::TitledMultiSelect(schema) => CountRange { min: schema.min_items, max: schema.max_items },
            _ => CountRange { min: None, max: None },
        }
    }
}

/// Describes the valid values as a noun phrase that completes "must be", such as `an integer of at least 18`.
impl fmt::Display for PrimitiveSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(schema) => schema.fmt(f),
            Self::Number(schema) => write!(f, "a number{}", NumberRange(schema)),
            Self::Integer(schema) => write!(f, "an integer{}", NumberRange(schema)),
            Self::Boolean(_) => f.write_str("true or false"),
            _ if self.is_multi_select() => {
                write!(f, "an array{}, each item one of ", self.item_count().phrase("item"))?;
                list_values(&self.options(), f)
            }
            _ => {
                f.write_str("one of ")?;
                list_values(&self.options(), f)
            }
        }
    }
}

fn untitled_values(values: &[String]) -> Vec<&str> {
    values.iter().map(String::as_str).collect()
}

fn titled_values(options: &[EnumOption]) -> Vec<&str> {
    options.iter().map(|option| option.value.as_str()).collect()
}

/// Writes the first values as JSON strings, separated by commas.
fn list_values(values: &[&str], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, value) in values.iter().take(MAX_LISTED_VALUES).enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        write!(f, "{separator}{}", Value::from(*value))?;
    }
    if values.len() > MAX_LISTED_VALUES { f.write_str(", …") } else { Ok(()) }
}

impl StringSchema {
    fn accepts(&self, text: &str) -> bool {
        let length = CountRange { min: self.min_length, max: self.max_length };
        // Characters are only counted if there is a bound: counting is linear in the length of the text.
        let is_length_valid =
            (length.min.is_none() && length.max.is_none()) || length.contains(text.chars().count());
        is_length_valid && self.format.is_none_or(|format| format.accepts(text))
    }

    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.format {
            None => "a string",
            Some(StringFormat::Email) => "an email address",
            Some(StringFormat::Uri) => "a URI",
            Some(StringFormat::Date) => "a date such as 2026-07-28",
            Some(StringFormat::DateTime) => "a date and a time such as 2026-07-28T10:00:00Z",
        })?;
        f.write_str(&CountRange { min: self.min_length, max: self.max_length }.phrase("character"))
    }
}

impl NumberSchema {
    fn accepts(&self, number: f64) -> bool {
        self.minimum.is_none_or(|minimum| number >= minimum)
            && self.maximum.is_none_or(|maximum| number <= maximum)
    }
}

/// The range of a number, as a phrase such as ` from 1 to 10`.
struct NumberRange<'a>(&'a NumberSchema);

impl fmt::Display for NumberRange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.minimum, self.0.maximum) {
            (Some(minimum), Some(maximum)) => write!(f, " from {minimum} to {maximum}"),
            (Some(minimum), None) => write!(f, " of at least {minimum}"),
            (None, Some(maximum)) => write!(f, " of at most {maximum}"),
            (None, None) => Ok(()),
        }
    }
}

/// A minimum and a maximum number of characters or items.
struct CountRange {
    min: Option<u64>,
    max: Option<u64>,
}

impl CountRange {
    fn contains(&self, count: usize) -> bool {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        self.min.is_none_or(|min| count >= min) && self.max.is_none_or(|max| count <= max)
    }

    /// Returns the range as a phrase, such as ` of 1 to 80 characters`.
    fn phrase(&self, unit: &str) -> String {
        let plural = |count: u64| if count == 1 { "" } else { "s" };
        match (self.min, self.max) {
            (Some(min), Some(max)) if min == max => format!(" of {max} {unit}{}", plural(max)),
            (Some(min), Some(max)) => format!(" of {min} to {max} {unit}{}", plural(max)),
            (Some(min), None) => format!(" of at least {min} {unit}{}", plural(min)),
            (None, Some(max)) => format!(" of at most {max} {unit}{}", plural(max)),
            (None, None) => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(schema: Value, accepted: &[Value], rejected: &[Value], expected: &str) {
        let schema: PrimitiveSchema = serde_json::from_value(schema).expect("a schema");
        assert!(accepted.iter().all(|value| schema.accepts(value)), "{schema}");
        assert!(!rejected.iter().any(|value| schema.accepts(value)), "{schema}");
        assert_eq!(schema.to_string(), expected);
    }

    #[test]
    fn fields_accept_only_values_of_their_schema() {
        let invalid =
            || json!([null, {}, [[]], [5], "other", ["other"]]).as_array().cloned().unwrap_or_default();
        let titled = json!([{ "const": "a", "title": "A" }, { "const": "b", "title": "B" }]);
        let one_of = r#"one of "a", "b""#;
        check(json!({ "type": "string", "enum": ["a", "b"] }), &[json!("a")], &invalid(), one_of);
        check(
            json!({ "type": "string", "enum": ["a", "b"], "enumNames": ["A", "B"] }),
            &[json!("b")],
            &invalid(),
            one_of,
        );
        check(json!({ "type": "string", "oneOf": titled }), &[json!("a")], &invalid(), one_of);
        check(
            json!({ "type": "array", "items": { "anyOf": titled }, "maxItems": 1 }),
            &[json!([]), json!(["b"])],
            &[invalid(), vec![json!(["a", "b"]), json!("a")]].concat(),
            r#"an array of at most 1 item, each item one of "a", "b""#,
        );
        check(
            json!({ "type": "string", "minLength": 2, "maxLength": 2 }),
            &[json!("äö")],
            &[json!("ä"), json!("äöü"), json!(12)],
            "a string of 2 characters",
        );
        check(
            json!({ "type": "integer", "maximum": 5 }),
            &[json!(5), json!(5.0), json!(-1e300)],
            &[json!(5.5), json!(6), json!("5"), json!(true)],
            "an integer of at most 5",
        );
        check(json!({ "type": "number" }), &[json!(5), json!(0.5)], &[json!("5"), json!([5])], "a number");
        check(json!({ "type": "boolean" }), &[json!(true)], &[json!("true"), json!(1)], "true or false");
    }

    #[test]
    fn long_lists_of_values_are_truncated() {
        let values: Vec<String> = (0..1000).map(|number| number.to_string()).collect();
        let schema: PrimitiveSchema =
            serde_json::from_value(json!({ "type": "string", "enum": values })).expect("a schema");
        assert!(schema.to_string().ends_with(r#""18", "19", …"#), "{schema}");
    }
}
