//! Checks of an argument's settings against each other, made when a handler is built.
//!
//! The attribute `#[arg]` makes the same checks, with the same texts, at compile time where settings are literals.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Bound;

use serde_json::{Map, Number, Value};

use crate::handler::argument::Argument;

/// Returns an error if limits exclude every value, or if a default, an example or a value of `one_of` does not meet
/// them.
pub(crate) fn check(argument: &Argument) -> Result<(), String> {
    let limits: Vec<Limit> =
        [Limit::of_range(&argument.keywords)?, Limit::of_length(argument)].into_iter().flatten().collect();
    limits.iter().try_for_each(Limit::check_not_empty)?;
    let one_of = argument.keywords.get("enum").and_then(Value::as_array);
    if let Some(allowed) = one_of {
        check_one_of(allowed)?;
    }
    for value in one_of.into_iter().flatten() {
        limits.iter().try_for_each(|limit| limit.check("one_of", value))?;
    }
    let examples = argument.keywords.get("examples").and_then(Value::as_array).into_iter().flatten();
    let defaults = argument.default.iter().map(|value| ("default", value));
    for (setting, value) in defaults.chain(examples.map(|value| ("example", value))) {
        // `null` stands for an argument that is left out.
        if value.is_null() {
            continue;
        }
        limits.iter().try_for_each(|limit| limit.check(setting, value))?;
        if one_of.is_some_and(|allowed| !is_among(value, allowed)) {
            return Err(format!("`{setting}` must be one of the values of `one_of`: {value} is not"));
        }
    }
    Ok(())
}

/// Returns the smallest and the largest length within `bounds`; `None` if no length is.
pub(crate) fn inclusive_length(bounds: (Bound<u64>, Bound<u64>)) -> Option<(Option<u64>, Option<u64>)> {
    let smallest = match bounds.0 {
        Bound::Included(smallest) => Some(smallest),
        Bound::Excluded(below) => Some(below.checked_add(1)?),
        Bound::Unbounded => None,
    };
    let largest = match bounds.1 {
        Bound::Included(largest) => Some(largest),
        Bound::Excluded(above) => Some(above.checked_sub(1)?),
        Bound::Unbounded => None,
    };
    let is_empty = largest.is_some_and(|largest| smallest.unwrap_or(0) > largest);
    (!is_empty).then_some((smallest, largest))
}

fn check_one_of(allowed: &[Value]) -> Result<(), String> {
    if allowed.is_empty() {
        return Err("`one_of` must have at least one value".to_owned());
    }
    let mut values = allowed.iter().enumerate();
    match values.find(|(index, value)| is_among(value, &allowed[..*index])) {
        Some((_, value)) => Err(format!("`one_of` must not have a value twice: remove this {value}")),
        None => Ok(()),
    }
}

fn is_among(value: &Value, others: &[Value]) -> bool {
    others.iter().any(|other| match (value, other) {
        (Value::Number(number), Value::Number(other)) => compare(number, other) == Some(Ordering::Equal),
        _ => value == other,
    })
}

fn compare(left: &Number, right: &Number) -> Option<Ordering> {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

/// A limit on a number or on a length.
struct Limit {
    measure: Measure,
    start: Bound<Number>,
    end: Bound<Number>,
}

/// The property of a value that a setting limits.
enum Measure {
    /// `range`: a number itself.
    Number,
    /// `length`: the characters of a string, the items of a list, or the members of a map; with the bounds of the
    /// setting.
    Length(Bound<u64>, Bound<u64>),
}

impl Limit {
    fn of_range(keywords: &Map<String, Value>) -> Result<Option<Self>, String> {
        let start = Self::read_bound(keywords, "minimum", "exclusiveMinimum")?;
        let end = Self::read_bound(keywords, "maximum", "exclusiveMaximum")?;
        let is_set = (&start, &end) != (&Bound::Unbounded, &Bound::Unbounded);
        Ok(is_set.then_some(Self { measure: Measure::Number, start, end }))
    }

    fn read_bound(
        keywords: &Map<String, Value>,
        inclusive: &str,
        exclusive: &str,
    ) -> Result<Bound<Number>, String> {
        let number = |value: &Value| match value {
            Value::Number(number) => Ok(number.clone()),
            _ => Err("the ends of `range` must be numbers".to_owned()),
        };
        match (keywords.get(inclusive), keywords.get(exclusive)) {
            (Some(value), _) => number(value).map(Bound::Included),
            (None, Some(value)) => number(value).map(Bound::Excluded),
            (None, None) => Ok(Bound::Unbounded),
        }
    }

    fn of_length(argument: &Argument) -> Option<Self> {
        let (start, end) = argument.length?;
        let measure = Measure::Length(start, end);
        Some(Self { measure, start: start.map(Number::from), end: end.map(Number::from) })
    }

    fn check_not_empty(&self) -> Result<(), String> {
        let is_empty = match (&self.measure, &self.start, &self.end) {
            (Measure::Length(start, end), ..) => inclusive_length((*start, *end)).is_none(),
            (Measure::Number, Bound::Included(start), Bound::Included(end)) => {
                compare(start, end) == Some(Ordering::Greater)
            }
            (
                Measure::Number,
                Bound::Included(start) | Bound::Excluded(start),
                Bound::Included(end) | Bound::Excluded(end),
            ) => compare(start, end).is_some_and(Ordering::is_ge),
            (Measure::Number, ..) => false,
        };
        if !is_empty {
            return Ok(());
        }
        let (setting, noun) = match self.measure {
            Measure::Number => ("range", "number"),
            Measure::Length(..) => ("length", "length"),
        };
        Err(format!("`{setting}` must not be empty: no {noun} is {self}"))
    }

    /// Returns an error if `value` does not meet the limit.
    fn check(&self, setting: &str, value: &Value) -> Result<(), String> {
        let (number, limit) = match self.measure {
            Measure::Number => (value.as_number().cloned(), "range"),
            Measure::Length(..) => (length_of(value).map(Number::from), "length"),
        };
        let Some(number) = number else {
            let expected = if limit == "range" { "a number" } else { "a string or a list" };
            return Err(format!("`{setting}` must be {expected}, because `{limit}` limits it"));
        };
        if self.contains(&number) {
            return Ok(());
        }
        let measured = if limit == "range" { number.to_string() } else { format!("its length {number}") };
        Err(format!("`{setting}` must be within `{limit}`: {measured} is not {self}"))
    }

    fn contains(&self, number: &Number) -> bool {
        let is_above = match &self.start {
            Bound::Included(start) => compare(number, start).is_some_and(Ordering::is_ge),
            Bound::Excluded(start) => compare(number, start).is_some_and(Ordering::is_gt),
            Bound::Unbounded => true,
        };
        let is_below = match &self.end {
            Bound::Included(end) => compare(number, end).is_some_and(Ordering::is_le),
            Bound::Excluded(end) => compare(number, end).is_some_and(Ordering::is_lt),
            Bound::Unbounded => true,
        };
        is_above && is_below
    }
}

/// The limit after "is": `at least 1 and less than 10`.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.start {
            Bound::Included(start) => write!(f, "at least {start}")?,
            Bound::Excluded(start) => write!(f, "more than {start}")?,
            Bound::Unbounded => {}
        }
        let and = if matches!(self.start, Bound::Unbounded) { "" } else { " and " };
        match &self.end {
            Bound::Included(end) => write!(f, "{and}at most {end}"),
            Bound::Excluded(end) => write!(f, "{and}less than {end}"),
            Bound::Unbounded => Ok(()),
        }
    }
}

/// Returns the number of characters, items or members of `value`.
fn length_of(value: &Value) -> Option<u64> {
    let length = match value {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) => return None,
    };
    u64::try_from(length).ok()
}

#[cfg(test)]
mod tests {
    use std::ops::Bound;

    use crate::handler::argument::Argument;
    use crate::handler::argument_limits::{check, inclusive_length};

    fn argument() -> Argument {
        Argument::new("a")
    }

    #[test]
    fn limits_that_can_be_met_are_accepted() {
        for argument in [
            argument().range(1..=10).default(10),
            argument().range(1..2).default(1),
            argument().range(-1.5..1.5).default(0),
            argument().range(..0).example(-1).example(-2.5),
            argument().range(1..=1),
            argument().range(5..1).range(1..5),
            argument().range(1..5).default(None::<u8>),
            argument().length(0..=0).default(""),
            argument().length(..1),
            argument().length(..=u64::MAX).default("a"),
            argument().length((Bound::Excluded(1), Bound::Excluded(3))).default("äö"),
            argument().length(2..=2).default(["a", "b"]),
            argument().one_of(["red", "green"]).default("red"),
            argument().one_of([1, 2]).default(2.0).range(1..=2),
        ] {
            assert_eq!(check(&argument), Ok(()), "{argument:?}");
        }
    }

    #[test]
    #[expect(clippy::reversed_empty_ranges, reason = "the fault under test")]
    fn empty_limits_are_reported() {
        let above_all = (Bound::Excluded(u64::MAX), Bound::Unbounded);
        for (argument, setting, reason) in [
            (argument().range(10..=1).default(5), "range", "number is at least 10 and at most 1"),
            (argument().range(1..1), "range", "number is at least 1 and less than 1"),
            (argument().range(0.5..0.5), "range", "number is at least 0.5 and less than 0.5"),
            (
                argument().range((Bound::Excluded(1), Bound::Included(1))),
                "range",
                "number is more than 1 and at most 1",
            ),
            (argument().length(0..0), "length", "length is at least 0 and less than 0"),
            (argument().length(..0), "length", "length is less than 0"),
            (argument().length(3..=2), "length", "length is at least 3 and at most 2"),
            (argument().length(above_all), "length", "length is more than 18446744073709551615"),
            (
                argument().length((Bound::Excluded(1), Bound::Excluded(2))),
                "length",
                "length is more than 1 and less than 2",
            ),
        ] {
            assert_eq!(check(&argument), Err(format!("`{setting}` must not be empty: no {reason}")));
        }
    }

    #[test]
    fn values_outside_of_limits_are_reported() {
        for (argument, expected) in [
            (
                argument().range(1..=100).default(500),
                "`default` must be within `range`: 500 is not at least 1 and at most 100",
            ),
            (
                argument().range(..100).default(100),
                "`default` must be within `range`: 100 is not less than 100",
            ),
            (
                argument().range(0.5..).default(0.25),
                "`default` must be within `range`: 0.25 is not at least 0.5",
            ),
            (argument().range(1..).default("5"), "`default` must be a number, because `range` limits it"),
            (
                argument().length(3..).example("äö"),
                "`example` must be within `length`: its length 2 is not at least 3",
            ),
            (
                argument().length(..=1).default(["a", "b"]),
                "`default` must be within `length`: its length 2 is not at most 1",
            ),
            (
                argument().length(3..).default(5),
                "`default` must be a string or a list, because `length` limits it",
            ),
            (
                argument().one_of(["red", "green"]).default("blue"),
                "`default` must be one of the values of `one_of`: \"blue\" is not",
            ),
            (
                argument().range(1..=2).one_of([1, 3]),
                "`one_of` must be within `range`: 3 is not at least 1 and at most 2",
            ),
            (argument().one_of([0; 0]), "`one_of` must have at least one value"),
            (argument().one_of([1.0, 2.0, 1.0]), "`one_of` must not have a value twice: remove this 1.0"),
            (argument().range("a".."z"), "the ends of `range` must be numbers"),
            (argument().range(0.0..f64::NAN), "the ends of `range` must be numbers"),
        ] {
            assert_eq!(check(&argument), Err(expected.to_owned()));
        }
    }

    #[test]
    fn lengths_are_made_inclusive() {
        assert_eq!(inclusive_length((Bound::Included(1), Bound::Excluded(3))), Some((Some(1), Some(2))));
        assert_eq!(inclusive_length((Bound::Excluded(1), Bound::Unbounded)), Some((Some(2), None)));
        assert_eq!(inclusive_length((Bound::Excluded(u64::MAX), Bound::Unbounded)), None);
    }
}
