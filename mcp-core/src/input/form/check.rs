//! What was filled in, held against the form that was shown.

use std::fmt;

use serde_json::{Map, Value};

use super::{EnumOption, FormSchema, NumberSchema, PrimitiveSchema, StringFormat, StringSchema};

/// How many values a message lists: more of them would be more than anybody reads.
const MOST_LISTED: usize = 20;

/// What is wrong with the answer to a form: every field that is missing, or holds what does not belong there.
///
/// The text names the fields and says what belongs there. It does not repeat what was filled in, so that it can be shown
/// to others than the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormError {
    faults: Vec<Fault>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Fault {
    field: String,
    is_missing: bool,
    expected: String,
}

impl FormError {
    /// The names of the fields.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.faults.iter().map(|fault| fault.field.as_str())
    }
}

impl fmt::Display for FormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, Fault { field, is_missing, expected }) in self.faults.iter().enumerate() {
            let separator = if place == 0 { "" } else { "; " };
            let missing = if *is_missing { " is missing" } else { "" };
            write!(f, "{separator}`{field}`{missing}: expected {expected}")?;
        }
        Ok(())
    }
}

impl std::error::Error for FormError {}

impl FormSchema {
    /// Whether what was filled in is an answer to this form.
    ///
    /// Members that the form does not have are ignored, and `null` is the same as nothing.
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
    /// let check = |content: serde_json::Value| schema.check(content.as_object().unwrap());
    /// assert!(check(json!({ "name": "Ada", "age": 36.0, "else": true })).is_ok());
    /// assert_eq!(
    ///     check(json!({ "age": 7 })).unwrap_err().to_string(),
    ///     "`name` is missing: expected a text of at least 1 character; `age`: expected an integer of at least 18",
    /// );
    /// ```
    ///
    /// # Errors
    ///
    /// A field is missing or holds what does not belong there.
    pub fn check(&self, content: &Map<String, Value>) -> Result<(), FormError> {
        let faults = self.properties.iter().filter_map(|(field, schema)| {
            let value = content.get(field).filter(|value| !value.is_null());
            let is_missing = value.is_none();
            let is_well = match value {
                Some(value) => schema.accepts(value),
                None => !self.required.iter().any(|required| required == field),
            };
            (!is_well).then(|| Fault { field: field.to_owned(), is_missing, expected: schema.to_string() })
        });
        let faults: Vec<_> = faults.collect();
        if faults.is_empty() { Ok(()) } else { Err(FormError { faults }) }
    }
}

impl PrimitiveSchema {
    /// Whether a value belongs into the field.
    pub fn accepts(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::String(schema), Value::String(text)) => schema.accepts(text),
            (Self::Number(schema), Value::Number(number)) => {
                number.as_f64().is_some_and(|number| schema.accepts(number))
            }
            // Whoever knows only one type of number writes 5.0 for 5.
            (Self::Integer(schema), Value::Number(number)) => {
                number.as_f64().is_some_and(|number| number.fract() == 0.0 && schema.accepts(number))
            }
            (Self::Boolean(_), Value::Bool(_)) => true,
            (_, Value::String(text)) if !self.is_several() => self.options().contains(&text.as_str()),
            (_, Value::Array(items)) if self.is_several() => {
                let options = self.options();
                let is_option = |item: &Value| item.as_str().is_some_and(|item| options.contains(&item));
                self.items().contain(items.len()) && items.iter().all(is_option)
            }
            _ => false,
        }
    }

    fn is_several(&self) -> bool {
        matches!(self, Self::UntitledMultiSelect(_) | Self::TitledMultiSelect(_))
    }

    /// The values that can be chosen.
    fn options(&self) -> Vec<&str> {
        match self {
            Self::UntitledSingleSelect(one) => plain(&one.values),
            Self::LegacyTitledEnum(one) => plain(&one.values),
            Self::TitledSingleSelect(one) => titled(&one.one_of),
            Self::UntitledMultiSelect(some) => plain(&some.items.values),
            Self::TitledMultiSelect(some) => titled(&some.items.any_of),
            Self::String(_) | Self::Number(_) | Self::Integer(_) | Self::Boolean(_) => Vec::new(),
        }
    }

    /// How many of them.
    fn items(&self) -> Count {
        match self {
            Self::UntitledMultiSelect(some) => Count(some.min_items, some.max_items),
            Self::TitledMultiSelect(some) => Count(some.min_items, some.max_items),
            _ => Count(None, None),
        }
    }
}

/// What belongs into the field, after "expected".
impl fmt::Display for PrimitiveSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(schema) => schema.fmt(f),
            Self::Number(schema) => write!(f, "a number{}", Limits(schema)),
            Self::Integer(schema) => write!(f, "an integer{}", Limits(schema)),
            Self::Boolean(_) => f.write_str("true or false"),
            _ if self.is_several() => {
                write!(f, "a list{} among ", self.items().of("value"))?;
                list(&self.options(), f)
            }
            _ => {
                f.write_str("one of ")?;
                list(&self.options(), f)
            }
        }
    }
}

fn plain(values: &[String]) -> Vec<&str> {
    values.iter().map(String::as_str).collect()
}

fn titled(options: &[EnumOption]) -> Vec<&str> {
    options.iter().map(|option| option.value.as_str()).collect()
}

fn list(options: &[&str], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (place, option) in options.iter().take(MOST_LISTED).enumerate() {
        let separator = if place == 0 { "" } else { ", " };
        write!(f, "{separator}{}", Value::from(*option))?;
    }
    if options.len() > MOST_LISTED { f.write_str(", …") } else { Ok(()) }
}

impl StringSchema {
    fn accepts(&self, text: &str) -> bool {
        let length = Count(self.min_length, self.max_length);
        // Counting takes a walk through the text, which may be long.
        let is_measured = (length.0.is_none() && length.1.is_none()) || length.contain(text.chars().count());
        is_measured && self.format.is_none_or(|format| format.accepts(text))
    }

    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.format {
            None => "a text",
            Some(StringFormat::Email) => "an e-mail address",
            Some(StringFormat::Uri) => "a URI",
            Some(StringFormat::Date) => "a date such as 2026-07-28",
            Some(StringFormat::DateTime) => "a date and a time such as 2026-07-28T10:00:00Z",
        })?;
        f.write_str(&Count(self.min_length, self.max_length).of("character"))
    }
}

impl NumberSchema {
    fn accepts(&self, number: f64) -> bool {
        self.minimum.is_none_or(|minimum| number >= minimum)
            && self.maximum.is_none_or(|maximum| number <= maximum)
    }
}

/// What a number may be, after what it is.
struct Limits<'a>(&'a NumberSchema);

impl fmt::Display for Limits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.minimum, self.0.maximum) {
            (Some(minimum), Some(maximum)) => write!(f, " from {minimum} to {maximum}"),
            (Some(minimum), None) => write!(f, " of at least {minimum}"),
            (None, Some(maximum)) => write!(f, " of at most {maximum}"),
            (None, None) => Ok(()),
        }
    }
}

/// How many of something there are, at least and at most.
struct Count(Option<u64>, Option<u64>);

impl Count {
    fn contain(&self, count: usize) -> bool {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        self.0.is_none_or(|least| count >= least) && self.1.is_none_or(|most| count <= most)
    }

    fn of(&self, what: &str) -> String {
        let plural = |count: u64| if count == 1 { "" } else { "s" };
        match (self.0, self.1) {
            (Some(least), Some(most)) if least == most => format!(" of {most} {what}{}", plural(most)),
            (Some(least), Some(most)) => format!(" of {least} to {most} {what}{}", plural(most)),
            (Some(least), None) => format!(" of at least {least} {what}{}", plural(least)),
            (None, Some(most)) => format!(" of at most {most} {what}{}", plural(most)),
            (None, None) => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(schema: Value, accepted: &[Value], refused: &[Value], expected: &str) {
        let schema: PrimitiveSchema = serde_json::from_value(schema).expect("a schema");
        assert!(accepted.iter().all(|value| schema.accepts(value)), "{schema}");
        assert!(!refused.iter().any(|value| schema.accepts(value)), "{schema}");
        assert_eq!(schema.to_string(), expected);
    }

    #[test]
    fn each_kind_of_field_takes_its_own() {
        let others =
            || json!([null, {}, [[]], [5], "other", ["other"]]).as_array().cloned().unwrap_or_default();
        let titled = json!([{ "const": "a", "title": "A" }, { "const": "b", "title": "B" }]);
        let of_two = r#"one of "a", "b""#;
        check(json!({ "type": "string", "enum": ["a", "b"] }), &[json!("a")], &others(), of_two);
        check(
            json!({ "type": "string", "enum": ["a", "b"], "enumNames": ["A", "B"] }),
            &[json!("b")],
            &others(),
            of_two,
        );
        check(json!({ "type": "string", "oneOf": titled }), &[json!("a")], &others(), of_two);
        check(
            json!({ "type": "array", "items": { "anyOf": titled }, "maxItems": 1 }),
            &[json!([]), json!(["b"])],
            &[others(), vec![json!(["a", "b"]), json!("a")]].concat(),
            r#"a list of at most 1 value among "a", "b""#,
        );
        check(
            json!({ "type": "string", "minLength": 2, "maxLength": 2 }),
            &[json!("äö")],
            &[json!("ä"), json!("äöü"), json!(12)],
            "a text of 2 characters",
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
    fn long_lists_are_cut() {
        let values: Vec<String> = (0..1000).map(|number| number.to_string()).collect();
        let schema: PrimitiveSchema =
            serde_json::from_value(json!({ "type": "string", "enum": values })).expect("a schema");
        assert!(schema.to_string().ends_with(r#""18", "19", …"#), "{schema}");
    }
}
