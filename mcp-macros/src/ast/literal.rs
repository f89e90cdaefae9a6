//! Values of literals, for checks at compile time.

use std::cmp::Ordering;
use std::fmt;

use syn::{Expr, ExprLit, Lit, UnOp};

/// The value of an expression that is a literal.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Number(Number),
    Text(String),
    Bool(bool),
    /// A list, by its number of items.
    List(usize),
}

/// A number, compared as in JSON: `1` and `1.0` are equal.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    Integer(i128),
    Float(f64),
}

impl Literal {
    /// Returns the value of a literal; `None` for any other expression.
    pub(crate) fn of(value: &Expr) -> Option<Self> {
        match value {
            Expr::Lit(ExprLit { lit, .. }) => Self::of_lit(lit),
            Expr::Array(array) => Some(Self::List(array.elems.len())),
            Expr::Group(group) => Self::of(&group.expr),
            Expr::Paren(paren) => Self::of(&paren.expr),
            Expr::Reference(reference) => Self::of(&reference.expr),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => match Self::of(&unary.expr)? {
                Self::Number(number) => Some(Self::Number(number.negate()?)),
                _ => None,
            },
            _ => None,
        }
    }

    fn of_lit(lit: &Lit) -> Option<Self> {
        match lit {
            Lit::Str(text) => Some(Self::Text(text.value())),
            Lit::Char(letter) => Some(Self::Text(letter.value().to_string())),
            Lit::Bool(value) => Some(Self::Bool(value.value)),
            Lit::Int(number) => {
                number.base10_parse().ok().map(|number| Self::Number(Number::Integer(number)))
            }
            Lit::Float(number) => {
                number.base10_parse().ok().map(|number| Self::Number(Number::Float(number)))
            }
            _ => None,
        }
    }

    /// Returns `true` for a number less than 0.
    pub(crate) fn is_negative(&self) -> bool {
        matches!(self, Self::Number(number) if *number < Number::Integer(0))
    }

    /// The number of characters of a string, or of items of a list.
    pub(crate) fn len(&self) -> Option<usize> {
        match self {
            Self::Text(text) => Some(text.chars().count()),
            Self::List(count) => Some(*count),
            Self::Number(_) | Self::Bool(_) => None,
        }
    }
}

/// The value as JSON.
impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Bool(value) => value.fmt(f),
            Self::List(count) => write!(f, "a list of {count}"),
        }
    }
}

impl Number {
    fn negate(self) -> Option<Self> {
        match self {
            Self::Integer(number) => number.checked_neg().map(Self::Integer),
            Self::Float(number) => Some(Self::Float(-number)),
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        #[expect(clippy::cast_precision_loss, reason = "the other number is a float already")]
        let float = |number: &Self| match *number {
            Self::Integer(number) => number as f64,
            Self::Float(number) => number,
        };
        match (self, other) {
            (Self::Integer(one), Self::Integer(other)) => Some(one.cmp(other)),
            _ => float(self).partial_cmp(&float(other)),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => number.fmt(f),
            Self::Float(number) => write!(f, "{number:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::Literal;

    fn literal(tokens: TokenStream) -> Option<Literal> {
        Literal::of(&syn::parse2(tokens).expect("an expression"))
    }

    #[test]
    fn literals_have_values() {
        for (tokens, expected) in [
            (quote!(5), Some("5")),
            (quote!(-5_000_000_000i64), Some("-5000000000")),
            (quote!((0x10)), Some("16")),
            (quote!(-1.50), Some("-1.5")),
            (quote!("a\"b"), Some(r#""a\"b""#)),
            (quote!('c'), Some(r#""c""#)),
            (quote!(&true), Some("true")),
            (quote!(["a", B]), Some("a list of 2")),
            (quote!(LIMIT), None),
            (quote!(1 + 1), None),
            (quote!(-"a"), None),
            (quote!("a".to_owned()), None),
            (quote!([0; 2]), None),
        ] {
            let found = literal(tokens.clone()).map(|literal| literal.to_string());
            assert_eq!(found.as_deref(), expected, "{tokens}");
        }
    }

    #[test]
    fn numbers_are_equal_as_in_json() {
        assert_eq!(literal(quote!(1)), literal(quote!(1.0)));
        assert_ne!(literal(quote!(1)), literal(quote!("1")));
        assert_ne!(literal(quote!(9_007_199_254_740_993)), literal(quote!(9_007_199_254_740_992)));
    }
}
