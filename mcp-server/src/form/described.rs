//! A field of a form: its name, and what is said and demanded of it beyond its type.

use std::borrow::Cow;
use std::fmt;
use std::ops::{Bound, RangeBounds};

use mcpwright_core::{FormSchema, PrimitiveSchema, StringFormat};
use serde_json::{Map, Value};

use super::field::LARGEST_SAFE;
use super::{Defaults, Field, Ranged, Several, Text};
use crate::argument_schema::{Limit, counts};

/// A field of a form: its name, and what is said and demanded of it beyond its type.
#[must_use]
pub struct FormField<F> {
    name: Cow<'static, str>,
    schema: PrimitiveSchema,
    // What the type can do is kept here: only `new` asks whether it can be a field, so the compiler says it once.
    read: fn(Value) -> Result<F, String>,
    absent: fn() -> Option<F>,
}

impl<F> FormField<F> {
    /// A field of this name.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self
    where
        F: Field,
    {
        Self { name: name.into(), schema: F::schema(), read: F::read, absent: F::absent }
    }

    /// A title for people.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.schema = self.schema.title(title);
        self
    }

    /// What the field is for.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.schema = self.schema.description(description);
        self
    }

    /// What the field holds at first, and if it is left out. An `Option` that is left out is `None` though: a user may have
    /// emptied it.
    ///
    /// # Panics
    ///
    /// When the schema cannot say it: an empty list, for which the field is an `Option`, or an integer so large that some
    /// clients would round it.
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
            "the default of the field `{name}` of a form is too large for some clients: {default}"
        );
        self.schema = self.schema.default_value(&default);
        let is_said = self.schema.initial().is_some();
        assert!(
            is_said,
            "the default of the field `{name}` of a form cannot be {default}: write an `Option`"
        );
        self
    }

    /// The least and the greatest number of characters.
    ///
    /// # Panics
    ///
    /// When nothing is in the range.
    #[track_caller]
    pub fn length(mut self, range: impl RangeBounds<u64>) -> Self
    where
        F: Field,
        F::Value: Text,
    {
        let (least, most) = counted(&self.name, ("length", "length"), &range);
        if let PrimitiveSchema::String(text) = &mut self.schema {
            (text.min_length, text.max_length) = (least, most);
        }
        self
    }

    /// What kind of text it is.
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

    /// The least and the greatest number.
    ///
    /// # Panics
    ///
    /// When nothing is in the range.
    #[track_caller]
    pub fn range<R>(mut self, range: R) -> Self
    where
        F: Field,
        F::Value: Ranged<R>,
    {
        let (least, most) = F::Value::limits(range);
        let is_finite = |end: Option<f64>| end.is_none_or(f64::is_finite);
        let (start, end) = (included(least), included(most));
        let name = &self.name;
        assert!(
            is_finite(least) && is_finite(most),
            "the field `{name}` of a form: the ends of `range` must be numbers"
        );
        let is_empty = matches!((least, most), (Some(least), Some(most)) if least > most);
        assert!(
            !is_empty,
            "the field `{name}` of a form: `range` must not be empty: no number is {}",
            Limit(&start, &end)
        );
        if let PrimitiveSchema::Number(number) | PrimitiveSchema::Integer(number) = &mut self.schema {
            number.minimum = least.or(number.minimum);
            number.maximum = most.or(number.maximum);
        }
        self
    }

    /// How many values are chosen, at least and at most.
    ///
    /// # Panics
    ///
    /// When nothing is in the range.
    #[track_caller]
    pub fn items(mut self, range: impl RangeBounds<u64>) -> Self
    where
        F: Field,
        F::Value: Several,
    {
        let (least, most) = counted(&self.name, ("items", "number of items"), &range);
        match &mut self.schema {
            PrimitiveSchema::UntitledMultiSelect(some) => (some.min_items, some.max_items) = (least, most),
            PrimitiveSchema::TitledMultiSelect(some) => (some.min_items, some.max_items) = (least, most),
            _ => {}
        }
        self
    }

    /// Adds the field to a form. It must be filled in, unless its type is an `Option` or it has a default.
    ///
    /// # Panics
    ///
    /// When the form has a field of this name already, or the default is none that a user could fill in.
    #[track_caller]
    pub fn add_to(self, form: &mut FormSchema) {
        let Self { name, schema, absent, .. } = self;
        assert!(form.properties.get(&name).is_none(), "two fields of a form are called `{name}`");
        let default = schema.initial();
        let is_possible = default.as_ref().is_none_or(|default| schema.accepts(default));
        assert!(
            is_possible,
            "no user could fill in the default of the field `{name}` of a form: expected {schema}"
        );
        if default.is_none() && absent().is_none() {
            form.required.push(name.clone().into_owned());
        }
        form.properties.insert(name, schema);
    }

    /// Takes what was filled in out of an answer that was [checked](FormSchema::check) against the form.
    ///
    /// # Errors
    ///
    /// It is missing, or not what the type can be.
    pub fn read(self, form: &FormSchema, content: &mut Map<String, Value>) -> Result<F, String> {
        let Self { name, read, absent, .. } = self;
        // What is taken is not put back, so nothing is moved to keep an order.
        let filled = content.swap_remove(&*name).filter(|value| !value.is_null());
        let value = match filled {
            Some(value) => value,
            None => match absent() {
                Some(absent) => return Ok(absent),
                None => {
                    let default = form.properties.get(&name).and_then(PrimitiveSchema::initial);
                    default.ok_or_else(|| format!("`{name}` is missing"))?
                }
            },
        };
        read(value).map_err(|expected| format!("`{name}`: {expected}"))
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

/// The least and the greatest count of a range.
#[track_caller]
fn counted(
    name: &str,
    (option, noun): (&str, &str),
    range: &impl RangeBounds<u64>,
) -> (Option<u64>, Option<u64>) {
    let ends = (range.start_bound().cloned(), range.end_bound().cloned());
    counts(&ends).unwrap_or_else(|| {
        let limit = Limit(&ends.0, &ends.1);
        panic!("the field `{name}` of a form: `{option}` must not be empty: no {noun} is {limit}")
    })
}

fn included(end: Option<f64>) -> Bound<f64> {
    end.map_or(Bound::Unbounded, Bound::Included)
}
