//! What one field of a form can be.

use mcpwright_core::{BooleanSchema, NumberSchema, PrimitiveSchema, StringSchema};
use serde_json::Value;

/// The largest integer which every reader of JSON takes for itself, and not for one of its neighbours.
pub(crate) const LARGEST_SAFE: f64 = 9_007_199_254_740_991.0;

/// What one field of a form can be.
///
/// | type | the user |
/// |---|---|
/// | `String` | writes a text |
/// | `bool` | says yes or no |
/// | `i8` to `i64`, `u8` to `u64`, `isize`, `usize` | writes an integer, within the type's bounds |
/// | `f32`, `f64` | writes a number |
/// | an enum with `#[derive(mcpwright::Choice)]` | chooses one of its variants |
/// | `Vec` of such an enum | chooses some of its variants |
/// | `Option` of these | may leave the field out |
///
/// A type of one's own can be a field too, if one of these is what the user sees:
///
/// ```
/// use mcpwright_core::PrimitiveSchema;
/// use mcpwright_server::Field;
/// use serde_json::{Value, json};
///
/// struct Celsius(f64);
///
/// impl Field for Celsius {
///     type Value = f64;
///
///     fn schema() -> PrimitiveSchema {
///         f64::schema()
///     }
///
///     fn read(value: Value) -> Result<Self, String> {
///         f64::read(value).map(Self)
///     }
/// }
///
/// assert_eq!(Celsius::read(json!(21.5)).unwrap().0, 21.5);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a form",
    label = "not a field",
    note = "a field is a `String`, a `bool`, a number, an enum with `#[derive(mcpwright::Choice)]`, a `Vec` of such an enum, \
            or an `Option` of these",
    note = "a form is flat: write the fields of a struct into the form itself"
)]
pub trait Field: Sized {
    /// What defaults and limits of the field are written as: the type itself, or what it is made of.
    type Value;

    /// The schema of the field, before anything else is said or demanded of it.
    fn schema() -> PrimitiveSchema;

    /// Reads what was filled in.
    ///
    /// # Errors
    ///
    /// What is expected in its place.
    fn read(value: Value) -> Result<Self, String>;

    /// What it is if it is left out, if it may be left out.
    fn absent() -> Option<Self> {
        None
    }
}

impl<F: Field> Field for Option<F> {
    type Value = F::Value;

    fn schema() -> PrimitiveSchema {
        F::schema()
    }

    fn read(value: Value) -> Result<Self, String> {
        F::read(value).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl Field for String {
    type Value = Self;

    fn schema() -> PrimitiveSchema {
        PrimitiveSchema::String(StringSchema::new())
    }

    fn read(value: Value) -> Result<Self, String> {
        match value {
            Value::String(text) => Ok(text),
            _ => Err("expected a text".to_owned()),
        }
    }
}

impl Field for bool {
    type Value = Self;

    fn schema() -> PrimitiveSchema {
        PrimitiveSchema::Boolean(BooleanSchema::new())
    }

    fn read(value: Value) -> Result<Self, String> {
        value.as_bool().ok_or_else(|| "expected true or false".to_owned())
    }
}

impl Field for f64 {
    type Value = Self;

    fn schema() -> PrimitiveSchema {
        PrimitiveSchema::Number(NumberSchema::new())
    }

    fn read(value: Value) -> Result<Self, String> {
        value.as_f64().ok_or_else(|| "expected a number".to_owned())
    }
}

impl Field for f32 {
    type Value = Self;

    fn schema() -> PrimitiveSchema {
        f64::schema()
    }

    fn read(value: Value) -> Result<Self, String> {
        #[expect(clippy::cast_possible_truncation, reason = "the nearest one is what was asked for")]
        let number = f64::read(value)? as Self;
        if number.is_finite() { Ok(number) } else { Err("expected a smaller number".to_owned()) }
    }
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl Field for $type {
            type Value = Self;

            fn schema() -> PrimitiveSchema {
                #[allow(clippy::cast_precision_loss, clippy::cast_lossless, reason = "what is too large is left out")]
                integer(Self::MIN as f64, Self::MAX as f64)
            }

            fn read(value: Value) -> Result<Self, String> {
                let number = whole(&value).ok_or_else(|| "expected an integer".to_owned())?;
                Self::try_from(number)
                    .map_err(|_| format!("expected an integer from {} to {}", Self::MIN, Self::MAX))
            }
        }
    )*};
}

integers!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

/// An integer, within those bounds that every client can read.
fn integer(minimum: f64, maximum: f64) -> PrimitiveSchema {
    let mut schema = NumberSchema::new();
    let safe = |bound: f64| (bound.abs() <= LARGEST_SAFE).then_some(bound);
    (schema.minimum, schema.maximum) = (safe(minimum), safe(maximum));
    PrimitiveSchema::Integer(schema)
}

/// An integer, whether it was written with a point or without.
fn whole(value: &Value) -> Option<i128> {
    let Value::Number(number) = value else { return None };
    let written = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    written.or_else(|| {
        let number = number.as_f64().filter(|number| number.fract() == 0.0)?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "what is too large becomes the largest, which is too large"
        )]
        Some(number as i128)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn integers_are_read_exactly() {
        assert_eq!(u8::read(json!(5.0)), Ok(5));
        assert_eq!(u64::read(json!(u64::MAX)), Ok(u64::MAX));
        assert_eq!(i64::read(json!(i64::MIN)), Ok(i64::MIN));
        for value in [json!(256), json!(-1), json!(1e300), json!(-1e300), json!(0.5), json!("5"), json!(null)]
        {
            assert!(u8::read(value.clone()).is_err(), "{value}");
        }
    }

    #[test]
    fn numbers_are_finite() {
        assert_eq!(f32::read(json!(1)), Ok(1.0));
        assert!(f32::read(json!(1e300)).is_err());
        assert_eq!(f64::read(json!(1e300)), Ok(1e300));
    }

    #[test]
    fn bounds_are_safe() {
        let bounds = |schema| match schema {
            PrimitiveSchema::Integer(schema) => (schema.minimum, schema.maximum),
            _ => panic!("an integer is no {schema}"),
        };
        assert_eq!(bounds(i8::schema()), (Some(-128.0), Some(127.0)));
        assert_eq!(bounds(u32::schema()), (Some(0.0), Some(4_294_967_295.0)));
        assert_eq!(bounds(u64::schema()), (Some(0.0), None));
        assert_eq!(bounds(i64::schema()), (None, None));
    }
}
