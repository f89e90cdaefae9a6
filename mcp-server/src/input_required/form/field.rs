//! Types of form fields.

use mcpwright_core::{BooleanSchema, NumberSchema, PrimitiveSchema, StringSchema};
use serde_json::Value;

/// Largest integer that JSON decoders with 64-bit floats represent exactly.
pub(crate) const LARGEST_SAFE: f64 = 9_007_199_254_740_991.0;

/// The type of a form field: text, a number, a yes-or-no answer, or a selection.
///
/// | type | the user |
/// |---|---|
/// | `String` | enters text |
/// | `bool` | selects yes or no |
/// | `i8` to `i64`, `u8` to `u64`, `isize`, `usize` | enters an integer in the type's range |
/// | `f32`, `f64` | enters a number |
/// | an enum with `#[derive(mcpwright::Choice)]` | selects one of its variants |
/// | `Vec` of such an enum | selects any number of its variants |
/// | `Option` of these | may leave the field out |
///
/// Implement it for a type that the user enters as one of these:
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
    note = "a form is flat: add the fields of a nested struct to the form itself"
)]
pub trait Field: Sized {
    /// The type of defaults and constraints of the field: the type itself, or the one that it is made from.
    type Value;

    /// Returns the schema of the field, without title, description and constraints.
    fn schema() -> PrimitiveSchema;

    /// Decodes the value that the user entered.
    ///
    /// # Errors
    ///
    /// Returns what the value must be, such as "must be a string".
    fn read(value: Value) -> Result<Self, String>;

    /// Returns the value of an omitted field, or `None` if the field is required.
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
            _ => Err("must be a string".to_owned()),
        }
    }
}

impl Field for bool {
    type Value = Self;

    fn schema() -> PrimitiveSchema {
        PrimitiveSchema::Boolean(BooleanSchema::new())
    }

    fn read(value: Value) -> Result<Self, String> {
        value.as_bool().ok_or_else(|| "must be true or false".to_owned())
    }
}

impl Field for f64 {
    type Value = Self;

    fn schema() -> PrimitiveSchema {
        PrimitiveSchema::Number(NumberSchema::new())
    }

    fn read(value: Value) -> Result<Self, String> {
        value.as_f64().ok_or_else(|| "must be a number".to_owned())
    }
}

impl Field for f32 {
    type Value = Self;

    fn schema() -> PrimitiveSchema {
        f64::schema()
    }

    fn read(value: Value) -> Result<Self, String> {
        #[expect(clippy::cast_possible_truncation, reason = "the nearest `f32` is meant")]
        let number = f64::read(value)? as Self;
        if number.is_finite() { Ok(number) } else { Err("must be in the range of a 32-bit float".to_owned()) }
    }
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl Field for $type {
            type Value = Self;

            fn schema() -> PrimitiveSchema {
                                #[allow(clippy::cast_precision_loss, clippy::cast_lossless, reason = "inexact bounds are omitted")]
                integer(Self::MIN as f64, Self::MAX as f64)
            }

            fn read(value: Value) -> Result<Self, String> {
                                let number = to_integer(&value).ok_or_else(|| "must be an integer".to_owned())?;
                Self::try_from(number)
                                        .map_err(|_| format!("must be an integer from {} to {}", Self::MIN, Self::MAX))
            }
        }
    )*};
}

integers!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

/// Returns the schema of an integer, with those bounds that every client represents exactly.
fn integer(minimum: f64, maximum: f64) -> PrimitiveSchema {
    let mut schema = NumberSchema::new();
    let safe = |bound: f64| (bound.abs() <= LARGEST_SAFE).then_some(bound);
    (schema.minimum, schema.maximum) = (safe(minimum), safe(maximum));
    PrimitiveSchema::Integer(schema)
}

/// Converts a number without a fraction, such as `5` and `5.0`.
fn to_integer(value: &Value) -> Option<i128> {
    let Value::Number(number) = value else { return None };
    let written = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    written.or_else(|| {
        let number = number.as_f64().filter(|number| number.fract() == 0.0)?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the conversion saturates, and the caller rejects the extremes"
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
            _ => panic!("the schema of an integer must not be {schema}"),
        };
        assert_eq!(bounds(i8::schema()), (Some(-128.0), Some(127.0)));
        assert_eq!(bounds(u32::schema()), (Some(0.0), Some(4_294_967_295.0)));
        assert_eq!(bounds(u64::schema()), (Some(0.0), None));
        assert_eq!(bounds(i64::schema()), (None, None));
    }
}
