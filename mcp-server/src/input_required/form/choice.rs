//! Fields in which one or some of several values are chosen.

use mcpwright_core::{
    EnumOption, PrimitiveSchema, TitledMultiSelectEnumSchema, TitledSingleSelectEnumSchema,
    UntitledMultiSelectEnumSchema, UntitledSingleSelectEnumSchema,
};
use serde_json::Value;

use crate::input_required::form::field::Field;

/// What can be chosen from: an enum of variants without data, with `#[derive(mcpwright::Choice)]`.
///
/// As a field of a form, the user chooses one of the variants; in a `Vec`, some of them.
///
/// ```
/// use mcpwright_server::Choice;
///
/// #[derive(Debug, PartialEq)]
/// enum Size {
///     Small,
///     Large,
/// }
///
/// impl Choice for Size {
///     const OPTIONS: &'static [(&'static str, Option<&'static str>)] = &[("s", Some("Small")), ("l", Some("Large"))];
///
///     fn value(&self) -> &'static str {
///         match self {
///             Self::Small => "s",
///             Self::Large => "l",
///         }
///     }
///
///     fn from_value(value: &str) -> Option<Self> {
///         match value {
///             "s" => Some(Self::Small),
///             "l" => Some(Self::Large),
///             _ => None,
///         }
///     }
/// }
///
/// assert_eq!(Size::from_value("l"), Some(Size::Large));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing to choose from in a form",
    label = "not a choice",
    note = "a choice is an enum of variants without data, with `#[derive(mcpwright::Choice)]`"
)]
pub trait Choice: Sized {
    /// The values, each with what people call it, unless they call it like the value.
    const OPTIONS: &'static [(&'static str, Option<&'static str>)];

    /// The value of a variant.
    fn value(&self) -> &'static str;

    /// The variant of a value.
    fn from_value(value: &str) -> Option<Self>;
}

#[diagnostic::do_not_recommend]
impl<C: Choice> Field for C {
    type Value = Self;

    fn schema() -> PrimitiveSchema {
        if is_titled::<C>() {
            PrimitiveSchema::TitledSingleSelect(TitledSingleSelectEnumSchema::new(options::<C>()))
        } else {
            PrimitiveSchema::UntitledSingleSelect(UntitledSingleSelectEnumSchema::new(values::<C>()))
        }
    }

    fn read(value: Value) -> Result<Self, String> {
        read(&value)
    }
}

impl<C: Choice> Field for Vec<C> {
    type Value = Self;

    fn schema() -> PrimitiveSchema {
        if is_titled::<C>() {
            PrimitiveSchema::TitledMultiSelect(TitledMultiSelectEnumSchema::new(options::<C>()))
        } else {
            PrimitiveSchema::UntitledMultiSelect(UntitledMultiSelectEnumSchema::new(values::<C>()))
        }
    }

    fn read(value: Value) -> Result<Self, String> {
        match value {
            Value::Array(items) => items.iter().map(read).collect(),
            _ => Err("expected a list".to_owned()),
        }
    }
}

fn read<C: Choice>(value: &Value) -> Result<C, String> {
    value.as_str().and_then(C::from_value).ok_or_else(|| "expected a value of the list".to_owned())
}

fn is_titled<C: Choice>() -> bool {
    C::OPTIONS.iter().any(|(_, title)| title.is_some())
}

fn options<C: Choice>() -> Vec<EnumOption> {
    C::OPTIONS.iter().map(|(value, title)| EnumOption::new(*value, title.unwrap_or(value))).collect()
}

fn values<C: Choice>() -> Vec<String> {
    C::OPTIONS.iter().map(|(value, _)| (*value).to_owned()).collect()
}
