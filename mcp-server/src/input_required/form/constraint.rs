//! Constraints and defaults by the type of a field: the compiler rejects those that do not apply to it.

use std::ops::{Range, RangeFrom, RangeInclusive, RangeTo, RangeToInclusive};

use serde_json::Value;

use crate::input_required::form::choice::Choice;

/// A string field, which can have a length and a format.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` has no length and no format",
    label = "not a string",
    note = "`length` and `format` are for a `String`; use `range` for a number, and `items` for a `Vec` of choices"
)]
pub trait Text {}

impl Text for String {}

/// A field with several selected values, whose number can be limited.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` has no items",
    label = "not a list",
    note = "`items` is for a `Vec` of choices; use `length` for a `String`, and `range` for a number"
)]
pub trait Several {}

impl<C: Choice> Several for Vec<C> {}

/// A number that a range of type `R` can limit.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot have this range",
    label = "not a range of `{Self}`",
    note = "`range` is for numbers; use `length` for a `String`, and `items` for a `Vec` of choices",
    note = "the bounds are numbers of the field's type, as in `1..=10` and `0.5..=1.0`; a range of floats must use `..=`"
)]
pub trait Ranged<R> {
    /// Returns the minimum and the maximum.
    fn limits(range: R) -> (Option<f64>, Option<f64>);
}

/// A number type of a field.
pub trait Number {
    /// Returns the number as JSON represents it.
    fn number(self) -> f64;
}

/// An integer type of a field, so an exclusive upper bound has an inclusive equivalent.
pub trait Integer: Number {}

#[diagnostic::do_not_recommend]
impl<N: Number> Ranged<RangeInclusive<N>> for N {
    fn limits(range: RangeInclusive<N>) -> (Option<f64>, Option<f64>) {
        let (min, max) = range.into_inner();
        (Some(min.number()), Some(max.number()))
    }
}

#[diagnostic::do_not_recommend]
impl<N: Number> Ranged<RangeFrom<N>> for N {
    fn limits(range: RangeFrom<N>) -> (Option<f64>, Option<f64>) {
        (Some(range.start.number()), None)
    }
}

#[diagnostic::do_not_recommend]
impl<N: Number> Ranged<RangeToInclusive<N>> for N {
    fn limits(range: RangeToInclusive<N>) -> (Option<f64>, Option<f64>) {
        (None, Some(range.end.number()))
    }
}

#[diagnostic::do_not_recommend]
impl<N: Integer> Ranged<Range<N>> for N {
    fn limits(range: Range<N>) -> (Option<f64>, Option<f64>) {
        (Some(range.start.number()), Some(range.end.number() - 1.0))
    }
}

#[diagnostic::do_not_recommend]
impl<N: Integer> Ranged<RangeTo<N>> for N {
    fn limits(range: RangeTo<N>) -> (Option<f64>, Option<f64>) {
        (None, Some(range.end.number() - 1.0))
    }
}

/// A field whose default can be a `V`.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot have a default of type `{V}`",
    label = "not a `{Self}`",
    note = "a default is a value of the field's type, such as `\"text\"`, `30`, `95.5`, `true`, `Size::Small`, or \
            `[Size::Small]` for a list"
)]
pub trait Defaults<V> {
    /// Returns the default as JSON.
    fn default_value(value: V) -> Value;
}

impl Defaults<&str> for String {
    fn default_value(value: &str) -> Value {
        Value::from(value)
    }
}

impl Defaults<Self> for String {
    fn default_value(value: Self) -> Value {
        Value::from(value)
    }
}

impl Defaults<Self> for bool {
    fn default_value(value: Self) -> Value {
        Value::from(value)
    }
}

#[diagnostic::do_not_recommend]
impl<C: Choice> Defaults<C> for C {
    fn default_value(value: C) -> Value {
        Value::from(value.value())
    }
}

impl<C: Choice> Defaults<Self> for Vec<C> {
    fn default_value(values: Self) -> Value {
        values.iter().map(C::value).collect()
    }
}

impl<C: Choice, const N: usize> Defaults<[C; N]> for Vec<C> {
    fn default_value(values: [C; N]) -> Value {
        values.iter().map(C::value).collect()
    }
}

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl Number for $type {
            #[allow(clippy::cast_precision_loss, clippy::cast_lossless, reason = "JSON has no other number")]
            fn number(self) -> f64 {
                self as f64
            }
        }

        impl Defaults<Self> for $type {
            fn default_value(value: Self) -> Value {
                Value::from(value)
            }
        }
    )*};
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl Integer for $type {}
    )*};
}

numbers!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize, f32, f64);

integers!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);
