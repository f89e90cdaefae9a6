//! Integers in the text of JSON numbers, without rounding.

use std::fmt;

/// An integer in the range of 128-bit integers of either sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Integer {
    is_negative: bool,
    magnitude: u128,
}

impl Integer {
    /// Reads the text of a JSON number. Returns `None` if it is not an integer, or too large.
    ///
    /// `5`, `5.0` and `50e-1` are the same integer, and so are `0` and `-0`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
        let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (digits, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let fraction = fraction.trim_end_matches('0');
        let exponent = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
        let mut magnitude = 0_u128;
        for digit in whole.bytes().chain(fraction.bytes()) {
            magnitude = magnitude.checked_mul(10)?.checked_add(u128::from(digit.checked_sub(b'0')?))?;
        }
        if magnitude == 0 {
            return Some(Self { is_negative: false, magnitude });
        }
        let power = 10_u128.checked_pow(exponent.unsigned_abs())?;
        let magnitude = if exponent < 0 {
            magnitude.is_multiple_of(power).then_some(magnitude / power)?
        } else {
            magnitude.checked_mul(power)?
        };
        Some(Self { is_negative, magnitude })
    }

    /// Returns `true` if the integer is one of the type that a format names, such as `int64`. Other formats have every
    /// integer.
    pub(super) fn fits(self, format: &str) -> bool {
        let (min, max) = match format {
            "uint8" => (0, u8::MAX.into()),
            "uint16" => (0, u16::MAX.into()),
            "uint32" => (0, u32::MAX.into()),
            "uint64" => (0, u64::MAX.into()),
            "uint" => (0, usize::MAX as u128),
            "uint128" => (0, u128::MAX),
            "int8" => (i8::MIN.unsigned_abs().into(), i8::MAX.unsigned_abs().into()),
            "int16" => (i16::MIN.unsigned_abs().into(), i16::MAX.unsigned_abs().into()),
            "int32" => (i32::MIN.unsigned_abs().into(), i32::MAX.unsigned_abs().into()),
            "int64" => (i64::MIN.unsigned_abs().into(), i64::MAX.unsigned_abs().into()),
            "int" => (isize::MIN.unsigned_abs() as u128, isize::MAX.unsigned_abs() as u128),
            "int128" => (i128::MIN.unsigned_abs(), i128::MAX.unsigned_abs()),
            _ => (u128::MAX, u128::MAX),
        };
        self.magnitude <= if self.is_negative { min } else { max }
    }
}

impl fmt::Display for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_negative {
            f.write_str("-")?;
        }
        self.magnitude.fmt(f)
    }
}

/// Returns the range of the integer type that a format names, to follow "an integer".
pub(super) fn integer_range(format: &str) -> Option<(&'static str, &'static str)> {
    Some(match format {
        "uint8" => ("0", "255"),
        "uint16" => ("0", "65535"),
        "uint32" => ("0", "4294967295"),
        "uint64" | "uint" => ("0", "18446744073709551615"),
        "uint128" => ("0", "340282366920938463463374607431768211455"),
        "int8" => ("-128", "127"),
        "int16" => ("-32768", "32767"),
        "int32" => ("-2147483648", "2147483647"),
        "int64" | "int" => ("-9223372036854775808", "9223372036854775807"),
        "int128" => ("-170141183460469231731687303715884105728", "170141183460469231731687303715884105727"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_exactly() {
        for (text, expected) in [
            ("5", Some("5")),
            ("-0", Some("0")),
            ("0.000", Some("0")),
            ("0e999999999", Some("0")),
            ("5.0", Some("5")),
            ("50e-1", Some("5")),
            ("1.5e1", Some("15")),
            ("9007199254740993.0", Some("9007199254740993")),
            ("-9223372036854775809", Some("-9223372036854775809")),
            ("340282366920938463463374607431768211455", Some("340282366920938463463374607431768211455")),
            ("340282366920938463463374607431768211456", None),
            ("1e38", Some("100000000000000000000000000000000000000")),
            ("1e39", None),
            ("1e999999999999", None),
            ("5.5", None),
            ("5e-1", None),
        ] {
            assert_eq!(
                Integer::parse(text).map(|integer| integer.to_string()).as_deref(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn ranges_are_those_of_the_types() {
        let check = |format: &str, text: &str, fits: bool| {
            assert_eq!(Integer::parse(text).expect("an integer").fits(format), fits, "{text} as {format}");
        };
        for format in ["uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"] {
            let (min, max) = integer_range(format).expect("a range");
            let number = |text: &str| text.parse::<i128>().expect("a number");
            check(format, min, true);
            check(format, max, true);
            check(format, &(number(min) - 1).to_string(), false);
            check(format, &(number(max) + 1).to_string(), false);
        }
        check("int128", &i128::MIN.to_string(), true);
        check("uint128", "-1", false);
    }
}
