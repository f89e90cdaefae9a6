//! A field of a form: its name and its schema.

use std::borrow::Cow;
use std::fmt;
use std::ops::{Bound, RangeBounds};

use mcpwright_core::{FormSchema, PrimitiveSchema, StringFormat};
use serde_json::{Map, Value};

use crate::bounds::{DisplayRange, inclusive_lengths};
use crate::input_required::form::constraint::{Defaults, Ranged, Several, Text};
use crate::input_required::form::field::{Field, LARGEST_SAFE};

/// A field of a form: its name, title, description, constraints and default.
///
/// ```
/// use mcpwright_core::{FormSchema, StringFormat};
/// use mcpwright_server::FormField;
/// use serde_json::json;
///
/// let mut form = FormSchema::default();
/// FormField::<String>::new("email").title("Email address").format(StringFormat::Email).add_to(&mut form);
/// FormField::<u8>::new("guests").description("Guests, with you.").range(1..=10).default(2).add_to(&mut form);
///
/// let mut content = json!({ "email": "ada@example.com" }).as_object().cloned().unwrap();
/// form.validate(&content).unwrap();
/// assert_eq!(FormField::<u8>::new("guests").read(&form, &mut content), Ok(2));
/// ```
#[must_use]
pub struct FormField<F> {
    name: Cow<'static, str>,
    schema: PrimitiveSchema,
    // Only `new` requires `F: Field`, so that the compiler reports a type that cannot be a field once.
    read: fn(Value) -> Result<F, String>,
    absent: fn() -> Option<F>,
}

impl<F> FormField<F> {
    /// Creates a field with this name.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self
    where
        F: Field,
    {
        Self { name: name.into(), schema: F::schema(), read: F::read, absent: F::absent }
    }

    /// Sets the title that the user sees.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.schema = self.schema.title(title);
        self
    }

    /// Sets the description that the user sees.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.schema = self.schema.description(description);
        self
    }

    /// Sets the initial value, which is also the value of an omitted field. An omitted `Option` is `None`, because the user
    /// may have cleared it.
    ///
    /// # Panics
    ///
    /// Panics if the schema cannot represent the default: an empty list (use an `Option`), or an integer of more than 53
    /// bits, which some clients round.
    #[track_caller]
    pub fn default<V>(mut self, value: V) -> Self
    where
        F: Field,
        F::Value: Defaults<V>,
    {
        let (name, default) = (&self.name, F::Value::default_value(value));
        let is_exact = !default.is_i64() && !default.is_u64()
            || default.as_f64().is_some_and(|number| number.abs() <= LARGEST_SAFE);
        assert!(
            is_exact,
            "the form field `{name}`: `default` must be an integer of at most 53 bits, but is {default}"
        );
        self.schema = self.schema.default_value(&default);
        let is_representable = self.schema.default_json().is_some();
        assert!(
            is_representable,
            "the form field `{name}`: `default` must not be {default}: use an `Option`"
        );
        self
    }

    /// Limits the number of characters.
    ///
    /// # Panics
    ///
    /// Panics if the range is empty.
    #[track_caller]
    pub fn length(mut self, range: impl RangeBounds<u64>) -> Self
    where
        F: Field,
        F::Value: Text,
    {
        let (min, max) = counted(&self.name, ("length", "length"), &range);
        if let PrimitiveSchema::String(text) = &mut self.schema {
            (text.min_length, text.max_length) = (min, max);
        }
        self
    }

    /// Sets the format of the string, such as an email address.
    pub fn format(mut self, format: StringFormat) -> Self
    where
        F: Field,
        F::Value: Text,
    {
        if let PrimitiveSchema::String(text) = &mut self.schema {
            text.format = Some(format);
        }
        self
    }

    /// Limits the number.
    ///
    /// # Panics
    ///
    /// Panics if the range is empty.
    #[track_caller]
    pub fn range<R>(mut self, range: R) -> Self
    where
        F: Field,
        F::Value: Ranged<R>,
    {
        let (min, max) = F::Value::limits(range);
        let is_finite = |end: Option<f64>| end.is_none_or(f64::is_finite);
        let (start, end) = (included(min), included(max));
        let name = &self.name;
        assert!(
            is_finite(min) && is_finite(max),
            "the form field `{name}`: the ends of `range` must be numbers"
        );
        let is_empty = matches!((min, max), (Some(min), Some(max)) if min > max);
        assert!(
            !is_empty,
            "the form field `{name}`: `range` must not be empty: no number is {}",
            DisplayRange(&start, &end)
        );
        if let PrimitiveSchema::Number(number) | PrimitiveSchema::Integer(number) = &mut self.schema {
            number.minimum = min.or(number.minimum);
            number.maximum = max.or(number.maximum);
        }
        self
    }

    /// Limits the number of selected values.
    ///
    /// # Panics
    ///
    /// Panics if the range is empty.
    #[track_caller]
    pub fn items(mut self, range: impl RangeBounds<u64>) -> Self
    where
        F: Field,
        F::Value: Several,
    {
        let (min, max) = counted(&self.name, ("items", "number of items"), &range);
        match &mut self.schema {
            PrimitiveSchema::UntitledMultiSelect(some) => (some.min_items, some.max_items) = (min, max),
            PrimitiveSchema::TitledMultiSelect(some) => (some.min_items, some.max_items) = (min, max),
            _ => {}
        }
        self
    }

    /// Adds the field to a form. The field is required unless its type is an `Option` or it has a default.
    ///
    /// # Panics
    ///
    /// Panics if the form has a field with this name, or if the default violates the constraints.
    #[track_caller]
    pub fn add_to(self, form: &mut FormSchema) {
        let Self { name, schema, absent, .. } = self;
        assert!(
            form.properties.get(&name).is_none(),
            "the form field `{name}`: its name must be unique in the form"
        );
        let default = schema.default_json();
        let is_valid = default.as_ref().is_none_or(|default| schema.accepts(default));
        assert!(is_valid, "the form field `{name}`: `default` must be {schema}");
        if default.is_none() && absent().is_none() {
            form.required.push(name.clone().into_owned());
        }
        form.properties.insert(name, schema);
    }

    /// Removes the field's value from content that was [validated](FormSchema::validate) against the form, and decodes it.
    ///
    /// # Errors
    ///
    /// Returns an error if the value is missing or is not a value of the type.
    pub fn read(self, form: &FormSchema, content: &mut Map<String, Value>) -> Result<F, String> {
        let Self { name, read, absent, .. } = self;
        // The order of the remaining members does not matter.
        let entered = content.swap_remove(&*name).filter(|value| !value.is_null());
        let value = match entered {
            Some(value) => value,
            None => match absent() {
                Some(absent) => return Ok(absent),
                None => {
                    let default = form.properties.get(&name).and_then(PrimitiveSchema::default_json);
                    default.ok_or_else(|| format!("`{name}` is missing"))?
                }
            },
        };
        read(value).map_err(|requirement| format!("`{name}` {requirement}"))
    }
}

impl<F> fmt::Debug for FormField<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FormField")
            .field("name", &self.name)
            .field("schema", &self.schema)
            .finish_non_exhaustive()
    }
}

/// Returns the minimum and the maximum of a length, or panics if the range is empty.
#[track_caller]
fn counted(
    name: &str,
    (option, noun): (&str, &str),
    range: &impl RangeBounds<u64>,
) -> (Option<u64>, Option<u64>) {
    let ends = (range.start_bound().cloned(), range.end_bound().cloned());
    inclusive_lengths(&ends).unwrap_or_else(|| {
        let limit = DisplayRange(&ends.0, &ends.1);
        panic!("the form field `{name}`: `{option}` must not be empty: no {noun} is {limit}")
    })
}

fn included(end: Option<f64>) -> Bound<f64> {
    end.map_or(Bound::Unbounded, Bound::Included)
}
