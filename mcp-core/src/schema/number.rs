//! Comparison of numbers and values as in JSON Schema, where `1` and `1.0` are equal.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// A bound greater than every `i64` and `u64`. The sign of a float beyond it decides a comparison with an integer.
const BEYOND_INTEGERS: f64 = 1e20;

/// Compares two numbers exactly, without rounding integers to floats.
pub(super) fn compare(left: &Number, right: &Number) -> Ordering {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => left.cmp(&right),
        (Some(left), None) => compare_mixed(left, as_float(right)),
        (None, Some(right)) => compare_mixed(right, as_float(left)).reverse(),
        (None, None) => as_float(left).partial_cmp(&as_float(right)).unwrap_or(Ordering::Equal),
    }
}

fn compare_mixed(integer: i128, float: f64) -> Ordering {
    if float.abs() >= BEYOND_INTEGERS {
        return if float > 0.0 { Ordering::Less } else { Ordering::Greater };
    }
    // Below that bound the truncated float is exact.
    let fraction = float - float.trunc();
    integer.cmp(&(float.trunc() as i128)).then(0.0_f64.total_cmp(&fraction))
}

/// Returns `true` if the number is an integer.
pub(super) fn is_integer(number: &Number) -> bool {
    number.as_i128().is_some() || as_float(number).fract() == 0.0
}

/// Returns the number as a 64-bit integer, or `None` if it is not an integer or out of range.
pub(super) fn to_integer(number: &Number) -> Option<Number> {
    if number.as_i128().is_some() {
        return Some(number.clone());
    }
    let float = as_float(number);
    if float.fract() != 0.0 || float.abs() >= BEYOND_INTEGERS {
        return None;
    }
    let integer = float as i128;
    i64::try_from(integer).map(Number::from).or_else(|_| u64::try_from(integer).map(Number::from)).ok()
}

/// Returns `true` if `number` is a multiple of `divisor`, computed with the decimal digits of both.
pub(super) fn is_multiple(number: &Number, divisor: &Number) -> bool {
    let (Some(number), Some(divisor)) = (Decimal::new(number), Decimal::new(divisor)) else { return false };
    if number.digits == 0 || divisor.digits == 0 {
        return number.digits == 0;
    }
    let shift = number.exponent - divisor.exponent;
    if shift < 0 {
        let power =
            10_u128.checked_pow(shift.unsigned_abs()).and_then(|power| power.checked_mul(divisor.digits));
        return power.is_some_and(|power| number.digits % power == 0);
    }
    // The remainder is computed digit by digit, because the power of ten may overflow.
    (0..shift).fold(number.digits % divisor.digits, |remainder, _| remainder * 10 % divisor.digits) == 0
}

/// Returns `true` if two values are equal in JSON Schema.
pub(super) fn values_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => compare(left, right).is_eq(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| values_equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(name, value)| right.get(name).is_some_and(|other| values_equal(value, other)))
        }
        _ => left == right,
    }
}

/// The absolute value of a number as `digits * 10^exponent`.
struct Decimal {
    digits: u128,
    exponent: i32,
}

impl Decimal {
    fn new(number: &Number) -> Option<Self> {
        let text = number.to_string();
        let text = text.trim_start_matches('-');
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        // The shortest notation of a number has at most 20 digits, so the digits fit a `u128`.
        let digits = format!("{integer}{fraction}").parse().ok()?;
        let exponent: i32 = exponent.parse().ok()?;
        Some(Self { digits, exponent: exponent - i32::try_from(fraction.len()).ok()? })
    }
}

fn as_float(number: &Number) -> f64 {
    // A number that is not a 64-bit integer is always a float.
    number.as_f64().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn number(text: &str) -> Number {
        serde_json::from_str(text).expect("a number")
    }

    #[test]
    fn numbers_compare_exactly() {
        for (left, right, expected) in [
            ("1", "1.0", Ordering::Equal),
            ("-1", "1", Ordering::Less),
            ("18446744073709551615", "1.8446744073709552e19", Ordering::Less),
            ("9007199254740993", "9007199254740992.0", Ordering::Greater),
            ("-2", "-1.5", Ordering::Less),
            ("-1", "-1.5", Ordering::Greater),
            ("1e300", "5", Ordering::Greater),
            ("-1e300", "5", Ordering::Less),
            ("0.0", "-0.0", Ordering::Equal),
            ("0.5", "0.25", Ordering::Greater),
        ] {
            assert_eq!(compare(&number(left), &number(right)), expected, "{left} and {right}");
            assert_eq!(compare(&number(right), &number(left)), expected.reverse(), "{right} and {left}");
        }
    }

    #[test]
    fn multiples_are_computed_in_decimal() {
        for (left, right, expected) in [
            ("0.3", "0.1", true),
            ("4.02", "0.01", true),
            ("7", "2", false),
            ("7.5", "2.5", true),
            ("0", "3", true),
            ("1e300", "3", false),
            ("1e-7", "1e-8", true),
        ] {
            assert_eq!(is_multiple(&number(left), &number(right)), expected, "{left} by {right}");
        }
    }

    #[test]
    fn conversion_to_integers_is_lossless() {
        assert_eq!(to_integer(&number("5.0")), Some(5.into()));
        assert_eq!(to_integer(&number("1e2")), Some(100.into()));
        assert_eq!(to_integer(&number("1.8446744073709550e19")), Some(18_446_744_073_709_549_568_u64.into()));
        assert_eq!(to_integer(&number("5.5")), None);
        assert_eq!(to_integer(&number("1e20")), None);
        assert!(is_integer(&number("1e20")));
        assert!(values_equal(&json!({"a": [1, 2.0]}), &json!({"a": [1.0, 2]})));
    }
}
