//! What can be said of a field by its type, so that the compiler refuses what says nothing.

use std::ops::{Range, RangeFrom, RangeInclusive, RangeTo, RangeToInclusive};

use serde_json::Value;

use crate::input_required::form::choice::Choice;

/// A field that holds a text: it has a length and a format.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` has no length and no format",
    label = "not a text",
    note = "`length` and `format` are for texts; a number takes a `range`, and a `Vec` of choices takes `items`"
)]
pub trait Text {}

impl Text for String {}

/// A field in which several values can be chosen: they can be counted.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` has no items",
    label = "not a list",
    note = "`items` is for a `Vec` of choices; a text takes a `length`, and a number a `range`"
)]
pub trait Several {}

impl<C: Choice> Several for Vec<C> {}

/// A number that can be limited by a range of this type.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot have this range",
    label = "not a range of `{Self}`",
    note = "`range` is for numbers; a text takes a `length`, and a `Vec` of choices takes `items`",
    note = "the ends are numbers of the field's own type, as in `1..=10` and `0.5..=1.0`; a fraction ends with `..=`"
)]
pub trait Ranged<R> {
    /// The least and the greatest number.
    fn limits(range: R) -> (Option<f64>, Option<f64>);
}

/// A number that a field can hold.
pub trait Number {
    /// The same number, as JSON has it.
    fn number(self) -> f64;
}

/// A number that has a neighbour below.
pub trait Integer: Number {}

#[diagnostic::do_not_recommend]
impl<N: Number> Ranged<RangeInclusive<N>> for N {
    fn limits(range: RangeInclusive<N>) -> (Option<f64>, Option<f64>) {
        let (least, most) = range.into_inner();
        (Some(least.number()), Some(most.number()))
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

/// A field whose default can be written as a `V`.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot have a default of type `{V}`",
    label = "not a `{Self}`",
    note = "a default is a value of the field's own type, such as `\"text\"`, `30`, `95.5`, `true`, `Size::Small`, or \
            `[Size::Small]` for a list"
)]
pub trait Defaults<V> {
    /// The default as JSON.
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
