//! Limits on arguments and fields, checked where everything is a literal.
//!
//! The builder makes the same checks, with the same texts, when a server is built: it knows constants and types too.

use std::fmt;

use proc_macro2::TokenStream;
use regex_lite::RegexBuilder;
use syn::{Expr, ExprRange, RangeLimits};

use crate::ast::literal::{Literal, Number};
use crate::ast::options::setting::{Setting, Settings};
use crate::errors::Errors;

/// Reports limits that no value meets, and defaults, examples and values of `one_of` that do not meet the limits.
pub(crate) fn check(settings: &Settings, errors: &mut Errors) {
    check_contradictions(settings, errors);
    check_pattern(settings, errors);
    let limits = Measure::ALL.into_iter().filter_map(|measure| Limit::read(measure, settings, errors));
    let limits: Vec<Limit> = limits.collect();
    let one_of = settings.find("one_of").and_then(|setting| read_one_of(setting, errors));
    for value in one_of.iter().flatten() {
        limits.iter().for_each(|limit| limit.check("each value of `one_of`", value, errors));
    }
    for setting in settings.iter() {
        if setting.method != "default" && setting.method != "example" {
            continue;
        }
        let Some(value) = LiteralValue::of(&setting.arguments) else { continue };
        let subject = format!("`{}`", setting.method);
        limits.iter().for_each(|limit| limit.check(&subject, &value, errors));
        if one_of.as_ref().is_some_and(|allowed| !value.is_among(allowed)) {
            let literal = &value.literal;
            let mistake = format!("{subject} must be one of the values of `one_of`: {literal} is not");
            errors.report(&value.expression, mistake);
        }
    }
}

/// Reports options that no type can have together.
fn check_contradictions(settings: &Settings, errors: &mut Errors) {
    let Some(range) = settings.find("range") else { return };
    for (option, reason) in [("length", "a number has no length"), ("pattern", "a number is not a string")] {
        if let Some(other) = settings.find(option) {
            errors.report(&other.method, format!("`{option}` contradicts `{}`: {reason}", range.method));
        }
    }
}

/// Reports a pattern that is no regular expression, with the size that the builder allows, and values that do not match it.
fn check_pattern(settings: &Settings, errors: &mut Errors) {
    const MAX_PATTERN_SIZE: usize = 1 << 20;
    let Some(pattern) = settings.find("pattern").and_then(Setting::literal) else { return };
    let regex = match RegexBuilder::new(&pattern.value()).size_limit(MAX_PATTERN_SIZE).build() {
        Ok(regex) => regex,
        Err(reason) => {
            let limits = "look-around, back-references and `\\p{…}` are not supported";
            let mistake = format!("`pattern` must be a regular expression: {reason} ({limits})");
            return errors.report(&pattern, mistake);
        }
    };
    for setting in
        settings.iter().filter(|setting| setting.method == "default" || setting.method == "example")
    {
        if let Some(LiteralValue { literal: Literal::Text(text), expression }) =
            LiteralValue::of(&setting.arguments)
            && !regex.is_match(&text)
        {
            errors
                .report(expression, format!("`{}` must match `pattern`: {text:?} does not", setting.method));
        }
    }
}

/// The values of `one_of`, if all of them are literals. Reports an empty list, and values that occur twice.
fn read_one_of(setting: &Setting, errors: &mut Errors) -> Option<Vec<LiteralValue>> {
    let Ok(Expr::Array(array)) = syn::parse2(setting.arguments.clone()) else { return None };
    if array.elems.is_empty() {
        errors.report(&setting.arguments, "`one_of` must have at least one value");
        return None;
    }
    let mut values: Vec<LiteralValue> = Vec::new();
    for expression in &array.elems {
        let value =
            Literal::of(expression).map(|literal| LiteralValue { literal, expression: expression.clone() });
        let Some(value) = value else { continue };
        if value.is_among(&values) {
            let mistake = format!("`one_of` must not have a value twice: remove this {}", value.literal);
            errors.report(expression, mistake);
        }
        values.push(value);
    }
    (values.len() == array.elems.len()).then_some(values)
}

/// A literal, and the expression to report.
struct LiteralValue {
    literal: Literal,
    expression: Expr,
}

impl LiteralValue {
    fn of(tokens: &TokenStream) -> Option<Self> {
        let expression = syn::parse2(tokens.clone()).ok()?;
        Literal::of(&expression).map(|literal| Self { literal, expression })
    }

    fn is_among(&self, others: &[Self]) -> bool {
        others.iter().any(|other| other.literal == self.literal)
    }
}

/// The property of a value that an option limits.
#[derive(Clone, Copy)]
enum Measure {
    /// `range`: a number itself.
    Value,
    /// `length`: the characters of a string, or the items of a list.
    Length,
    /// `items`: the items of a list.
    Items,
}

impl Measure {
    const ALL: [Self; 3] = [Self::Value, Self::Length, Self::Items];

    fn option(self) -> &'static str {
        match self {
            Self::Value => "range",
            Self::Length => "length",
            Self::Items => "items",
        }
    }

    /// The noun for one measured quantity.
    fn noun(self) -> &'static str {
        match self {
            Self::Value => "number",
            Self::Length => "length",
            Self::Items => "number of items",
        }
    }

    /// The values that have the property.
    fn values(self) -> &'static str {
        match self {
            Self::Value => "a number",
            Self::Length => "a string or a list",
            Self::Items => "a list",
        }
    }

    fn of(self, literal: &Literal) -> Option<Number> {
        match (self, literal) {
            (Self::Value, Literal::Number(number)) => Some(*number),
            (Self::Length, Literal::Text(_) | Literal::List(_)) | (Self::Items, Literal::List(_)) => {
                literal.len().and_then(|count| i128::try_from(count).ok()).map(Number::Integer)
            }
            _ => None,
        }
    }
}

/// A range that an option sets, with literal ends.
struct Limit {
    measure: Measure,
    start: Option<Number>,
    /// The end, and whether it is included.
    end: Option<(Number, bool)>,
}

impl Limit {
    /// Reads an option whose ends are literals. Reports ends that are no numbers, and a range that is empty.
    fn read(measure: Measure, settings: &Settings, errors: &mut Errors) -> Option<Self> {
        let setting = settings.find(measure.option())?;
        let range: ExprRange = syn::parse2(setting.arguments.clone()).ok()?;
        let is_closed = matches!(range.limits, RangeLimits::Closed(_));
        let mut end = |end: Option<&Expr>| match end {
            Some(end) => measure.read_end(end, errors).map(Some),
            None => Some(None),
        };
        let (start, end) = (end(range.start.as_deref()), end(range.end.as_deref()));
        let limit = Self { measure, start: start?, end: end?.map(|end| (end, is_closed)) };
        if limit.is_empty() {
            let (option, noun) = (measure.option(), measure.noun());
            errors.report(&range, format!("`{option}` must not be empty: no {noun} is {limit}"));
            return None;
        }
        Some(limit)
    }

    fn is_empty(&self) -> bool {
        let Some((end, is_closed)) = self.end else { return false };
        // A length is at least 0, also without a start.
        let least = match self.measure {
            Measure::Value => self.start,
            Measure::Length | Measure::Items => Some(self.start.unwrap_or(Number::Integer(0))),
        };
        least.is_some_and(|least| if is_closed { least > end } else { least >= end })
    }

    fn contains(&self, number: Number) -> bool {
        let is_below =
            |(end, is_closed): (Number, bool)| if is_closed { number <= end } else { number < end };
        self.start.is_none_or(|start| number >= start) && self.end.is_none_or(is_below)
    }

    /// Reports a value that does not meet the limit.
    fn check(&self, subject: &str, value: &LiteralValue, errors: &mut Errors) {
        let (measure, limit) = (self.measure, self.measure.option());
        let Some(number) = measure.of(&value.literal) else {
            let expected = measure.values();
            let mistake = format!("{subject} must be {expected}, because `{limit}` limits it");
            return errors.report(&value.expression, mistake);
        };
        if !self.contains(number) {
            let number = match measure {
                Measure::Value => number.to_string(),
                Measure::Length | Measure::Items => format!("its {} {number}", measure.noun()),
            };
            let mistake = format!("{subject} must be within `{limit}`: {number} is not {self}");
            errors.report(&value.expression, mistake);
        }
    }
}

impl Measure {
    /// Reads an end of the range; `None` if it is no literal, or of the wrong type, which is reported.
    fn read_end(self, end: &Expr, errors: &mut Errors) -> Option<Number> {
        let literal = Literal::of(end)?;
        let is_count = |number: &Number| matches!(number, Number::Integer(number) if *number >= 0);
        match (self, literal) {
            (Self::Value, Literal::Number(number)) => return Some(number),
            (Self::Length | Self::Items, Literal::Number(number)) if is_count(&number) => {
                return Some(number);
            }
            (Self::Value, _) => errors.report(end, "the ends of `range` must be numbers"),
            _ => {
                let option = self.option();
                errors.report(end, format!("the ends of `{option}` must be integers of at least 0"));
            }
        }
        None
    }
}

/// The limit after "is": `at least 1 and less than 10`.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(start) = &self.start {
            write!(f, "at least {start}")?;
        }
        let Some((end, is_closed)) = &self.end else { return Ok(()) };
        let and = if self.start.is_some() { " and " } else { "" };
        let relation = if *is_closed { "at most" } else { "less than" };
        write!(f, "{and}{relation} {end}")
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use crate::ast::limits::check;
    use crate::ast::options::table::{ARG, FORM_FIELD, OptionTable};
    use crate::errors::Errors;

    fn mistakes(table: &OptionTable, written: TokenStream) -> Vec<String> {
        let mut errors = Errors::default();
        let settings = table.read(written, &mut errors);
        assert!(errors.is_empty(), "{:?}", errors.messages());
        check(&settings, &mut errors);
        errors.messages()
    }

    #[test]
    fn limits_that_can_be_met_are_accepted() {
        for written in [
            quote!(range = 1..=10, default = 10),
            quote!(range = 1..2, default = 1),
            quote!(range = -1.5..1.5, default = 0),
            quote!(range = ..0, example = -1, example = -2.5),
            quote!(range = 1..=1),
            quote!(range = (10..=1)),
            quote!(range = 10..=MAX, default = 1000),
            quote!(range = 1..=10, default = MAX),
            quote!(length = 0..=0, default = ""),
            quote!(length = ..1),
            quote!(length = ..=18_446_744_073_709_551_615),
            quote!(length = 2..=2, default = "äö"),
            quote!(length = 2..=2, default = [A, B]),
            quote!(one_of("red", "green"), default = "red"),
            quote!(one_of(1, 2), default = 2.0, range = 1..=2),
            quote!(one_of("red", GREEN), default = "green"),
            quote!(one_of = COLORS, default = "green"),
        ] {
            assert_eq!(mistakes(&ARG, written.clone()), [""; 0], "{written}");
        }
        assert_eq!(mistakes(&FORM_FIELD, quote!(items = 1..=2, default = [Size::Small])), [""; 0]);
    }

    #[test]
    fn empty_limits_are_reported() {
        let check = |table, written: TokenStream, option: &str, reason: &str| {
            let expected = format!("`{option}` must not be empty: no {reason}");
            assert_eq!(mistakes(table, written.clone()), [expected], "{written}");
        };
        check(&ARG, quote!(range = 10..=1, default = 5), "range", "number is at least 10 and at most 1");
        check(&ARG, quote!(range = 1..1), "range", "number is at least 1 and less than 1");
        check(&ARG, quote!(range = 0.5..0.5), "range", "number is at least 0.5 and less than 0.5");
        check(&ARG, quote!(length = 0..0), "length", "length is at least 0 and less than 0");
        check(&ARG, quote!(length = ..0), "length", "length is less than 0");
        let reason = "number of items is at least 3 and less than 3";
        check(&FORM_FIELD, quote!(items = 3..3), "items", reason);
    }

    #[test]
    fn values_outside_of_limits_are_reported() {
        let check = |written: TokenStream, expected: &str| {
            assert_eq!(mistakes(&ARG, written.clone()), [expected], "{written}");
        };
        check(
            quote!(range = 1..=100, default = 500),
            "`default` must be within `range`: 500 is not at least 1 and at most 100",
        );
        check(
            quote!(range = ..100, default = 100),
            "`default` must be within `range`: 100 is not less than 100",
        );
        check(
            quote!(range = 0.5.., default = 0.25),
            "`default` must be within `range`: 0.25 is not at least 0.5",
        );
        check(quote!(range = 1.., default = "5"), "`default` must be a number, because `range` limits it");
        check(
            quote!(length = 3.., example = "äö"),
            "`example` must be within `length`: its length 2 is not at least 3",
        );
        check(
            quote!(length = ..=1, default = ["a", "b"]),
            "`default` must be within `length`: its length 2 is not at most 1",
        );
        check(
            quote!(length = 3.., default = 5),
            "`default` must be a string or a list, because `length` limits it",
        );
        check(
            quote!(one_of("red", "green"), default = "blue"),
            "`default` must be one of the values of `one_of`: \"blue\" is not",
        );
        check(
            quote!(range = 1..=2, one_of(1, 3)),
            "each value of `one_of` must be within `range`: 3 is not at least 1 and at most 2",
        );
    }

    #[test]
    fn lists_and_ends_are_checked() {
        let check = |written: TokenStream, expected: &str| {
            assert_eq!(mistakes(&ARG, written.clone()), [expected], "{written}");
        };
        check(quote!(one_of()), "`one_of` must have at least one value");
        check(quote!(one_of = []), "`one_of` must have at least one value");
        check(quote!(one_of(1, 2, 1.0)), "`one_of` must not have a value twice: remove this 1.0");
        check(quote!(range = "a"..), "the ends of `range` must be numbers");
        check(quote!(length = -1..), "the ends of `length` must be integers of at least 0");
        check(quote!(range = 1.., length = 1..), "`length` contradicts `range`: a number has no length");
        check(quote!(pattern = "a", range = 1..), "`pattern` contradicts `range`: a number is not a string");
    }
}
