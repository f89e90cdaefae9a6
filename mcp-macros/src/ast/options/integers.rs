//! Types of integer literals, where the builder's method is generic.

use syn::{Expr, ExprLit, ExprRange, ExprUnary, Lit, LitInt, UnOp};

/// Gives large integer literals a suffix. Without one their type is `i32`, whatever the type of the argument is.
pub(crate) fn with_suffixes(value: Expr) -> Expr {
    convert(value, false)
}

fn convert(value: Expr, is_negative: bool) -> Expr {
    let convert_box = |value: Box<Expr>| Box::new(convert(*value, false));
    match value {
        Expr::Lit(ExprLit { lit: Lit::Int(number), attrs }) => {
            Expr::Lit(ExprLit { lit: Lit::Int(with_suffix(number, is_negative)), attrs })
        }
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            Expr::Unary(ExprUnary { expr: Box::new(convert(*unary.expr, true)), ..unary })
        }
        Expr::Range(range) => Expr::Range(ExprRange {
            start: range.start.map(convert_box),
            end: range.end.map(convert_box),
            ..range
        }),
        Expr::Array(mut array) => {
            array.elems = array.elems.into_iter().map(with_suffixes).collect();
            Expr::Array(array)
        }
        Expr::Group(mut group) => {
            group.expr = Box::new(convert(*group.expr, is_negative));
            Expr::Group(group)
        }
        value => value,
    }
}

fn with_suffix(number: LitInt, is_negative: bool) -> LitInt {
    let suffix = match number.base10_parse::<u128>() {
        Ok(value) if number.suffix().is_empty() && i32::try_from(value).is_err() => {
            // `i64::MIN` has a magnitude that no positive `i64` has.
            let fits_i64 = i64::try_from(value).is_ok() || (is_negative && value == 1 << 63);
            if fits_i64 { "i64" } else { "u64" }
        }
        _ => return number,
    };
    LitInt::new(&format!("{}{suffix}", number.base10_digits()), number.span())
}
