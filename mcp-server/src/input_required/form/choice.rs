//! Fields with a fixed list of values, of which one or several are selected.

use mcpwright_core::{
    EnumOption, PrimitiveSchema, TitledMultiSelectEnumSchema, TitledSingleSelectEnumSchema,
    UntitledMultiSelectEnumSchema, UntitledSingleSelectEnumSchema,
};
use serde_json::Value;

use crate::input_required::form::field::Field;

/// An enum whose variants are the options of a form field; see `#[derive(mcpwright::Choice)]`.
///
/// In a form, the user selects one of the variants; in a `Vec`, any number of them.
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
    message = "`{Self}` does not list the options of a form field",
    label = "not a choice",
    note = "a choice is an enum of variants without data, with `#[derive(mcpwright::Choice)]`"
)]
pub trait Choice: Sized {
    /// The values, each with its title if it has one.
    const OPTIONS: &'static [(&'static str, Option<&'static str>)];

    /// Returns the value of the variant.
    fn value(&self) -> &'static str;

    /// Returns the variant with this value.
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
            _ => Err("must be an array".to_owned()),
        }
    }
}

fn read<C: Choice>(value: &Value) -> Result<C, String> {
    value.as_str().and_then(C::from_value).ok_or_else(|| "must be a value of the list".to_owned())
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
