//! The schema of an argument: that of its type, with the limits set on the argument, all of them checked.
//!
//! The macros make the same checks for literals at compile time, and their errors have the same texts.

use std::cmp::Ordering;
use std::ops::Bound;

use mcpwright_core::schema::{CompiledSchema, PortableSchema, Schema, SchemaError};
use serde_json::{Number, Value};

use crate::bounds::{DisplayRange, bound, inclusive_lengths};
use crate::handler::parameters::argument::Argument;

/// The ends of a range.
type Ends<N> = (Bound<N>, Bound<N>);

/// The subject of an error about a value of `one_of`.
const EACH_VALUE: &str = "each value of `one_of`";

/// Builds the schema of an argument. `accepts` returns `true` for the JSON text of a value of its type.
///
/// # Errors
///
/// Returns the error text if a limit does not apply to the type or leaves no value, or if a default, an
/// example or a value of `one_of` does not meet the limits.
pub(crate) fn build(
    argument: &Argument,
    generated: &Value,
    accepts: fn(&str) -> bool,
) -> Result<(PortableSchema, Schema), String> {
    let range = argument.range.as_ref().map(numbers).transpose()?;
    check_limits(argument, range.as_ref())?;
    let mut portable = PortableSchema::for_argument(generated).map_err(|error| error.to_string())?;
    for (keyword, value) in &argument.keywords {
        portable = with(portable, keyword, value.clone(), keyword)?;
    }
    if let Some((start, end)) = &range {
        for (keyword, number) in range_keywords(start, end) {
            portable = with(portable, keyword, number.into(), "range")?;
        }
    }
    if let Some((min, max)) = argument.length.as_ref().and_then(inclusive_lengths) {
        portable = portable.with_length(min, max).map_err(|error| error.to_string())?;
    }
    if let Some(values) = &argument.one_of {
        check_type(EACH_VALUE, values, accepts)?;
        portable = with(portable, "enum", values.clone().into(), "one_of")?;
    }
    if let Some(default) = &argument.default {
        portable = with(portable, "default", default.clone(), "default")?;
    }
    if let Some(description) = &argument.description {
        portable = portable.with_description(description);
    }
    let schema = portable.clone().into_document();
    check_schema(argument, range.as_ref(), &schema, accepts)?;
    Ok((portable, schema))
}

/// Adds a keyword of the schema. An error names the option that set it.
fn with(
    portable: PortableSchema,
    keyword: &str,
    value: Value,
    option: &str,
) -> Result<PortableSchema, String> {
    portable.with_keyword(keyword, value).map_err(|error| match error {
        SchemaError::InapplicableKeyword { type_name, .. } => {
            SchemaError::InapplicableKeyword { keyword: option.to_owned(), type_name }.to_string()
        }
        error => error.to_string(),
    })
}

/// Checks the limits against each other, without the type.
fn check_limits(argument: &Argument, range: Option<&Ends<Number>>) -> Result<(), String> {
    if let Some((start, end)) = range
        && is_empty(start, end, false)
    {
        return Err(format!("`range` must not be empty: no number is {}", DisplayRange(start, end)));
    }
    if let Some(length) = &argument.length
        && inclusive_lengths(length).is_none()
    {
        return Err(format!(
            "`length` must not be empty: no length is {}",
            DisplayRange(&length.0, &length.1)
        ));
    }
    if let Some(values) = &argument.one_of {
        check_one_of(values)?;
    }
    for (subject, value) in values(argument) {
        if let Some((start, end)) = range {
            let Value::Number(number) = value else {
                return Err(format!("{subject} must be a number, because `range` limits it"));
            };
            if !contains(start, end, number) {
                let limit = DisplayRange(start, end);
                return Err(format!("{subject} must be within `range`: {number} is not {limit}"));
            }
        }
        if let Some(length) = &argument.length {
            check_length(subject, value, length)?;
        }
        if let (Some(allowed), true) = (&argument.one_of, subject != EACH_VALUE)
            && !allowed.iter().any(|allowed| is_same(allowed, value))
        {
            return Err(format!("{subject} must be one of the values of `one_of`: {value} is not"));
        }
    }
    Ok(())
}

fn check_one_of(values: &[Value]) -> Result<(), String> {
    if values.is_empty() {
        return Err("`one_of` must have at least one value".to_owned());
    }
    let repeated = values
        .iter()
        .enumerate()
        .find(|(index, value)| values[..*index].iter().any(|earlier| is_same(earlier, value)));
    match repeated {
        Some((_, value)) => Err(format!("`one_of` must not have a value twice: remove this {value}")),
        None => Ok(()),
    }
}

fn check_length(subject: &str, value: &Value, length: &Ends<u64>) -> Result<(), String> {
    let count = match value {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        _ => return Err(format!("{subject} must be a string or a list, because `length` limits it")),
    };
    let (min, max) = inclusive_lengths(length).unwrap_or_default();
    let count = count as u64;
    if min.is_none_or(|min| count >= min) && max.is_none_or(|max| count <= max) {
        return Ok(());
    }
    let limit = DisplayRange(&length.0, &length.1);
    Err(format!("{subject} must be within `length`: its length {count} is not {limit}"))
}

/// Checks the limits and the values against the type, and the values against the finished schema.
fn check_schema(
    argument: &Argument,
    range: Option<&Ends<Number>>,
    schema: &Schema,
    accepts: fn(&str) -> bool,
) -> Result<(), String> {
    if let Some(range) = range {
        check_range(range, schema, accepts)?;
    }
    let compiled = CompiledSchema::new(schema).map_err(|error| error.to_string())?;
    for (subject, value) in values(argument) {
        check_type(subject, [value], accepts)?;
        if let Err(problems) = compiled.coerce(value.clone(), true) {
            let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
            return Err(format!("{subject} must meet the schema: {}", problems.join("; ")));
        }
    }
    // `null` is a value of the type, though the schema of an optional argument does not have it.
    check_type("`default`", argument.default.as_ref(), accepts)
}

/// Checks a range against the bounds of the type.
fn check_range(range: &Ends<Number>, schema: &Schema, accepts: fn(&str) -> bool) -> Result<(), String> {
    for end in [&range.0, &range.1] {
        if let Bound::Included(end) = end
            && !accepts(&end.to_string())
        {
            return Err(format!("the ends of `range` must be values of the argument's type: {end} is not"));
        }
    }
    let bound_of = |included: &str, excluded: &str| {
        let number = |keyword: &str| schema.as_value().get(keyword)?.as_number().cloned();
        let included = number(included).map(Bound::Included);
        number(excluded).map(Bound::Excluded).or(included).unwrap_or(Bound::Unbounded)
    };
    let (start, end) = (bound_of("minimum", "exclusiveMinimum"), bound_of("maximum", "exclusiveMaximum"));
    let is_integer = schema.as_value().get("type").is_some_and(|kind| kind == "integer");
    if is_empty(&start, &end, is_integer) {
        return Err(format!(
            "`range` must not be empty: no value of the argument's type is {}",
            DisplayRange(&start, &end)
        ));
    }
    Ok(())
}

fn check_type<'a>(
    subject: &str,
    values: impl IntoIterator<Item = &'a Value>,
    accepts: fn(&str) -> bool,
) -> Result<(), String> {
    match values.into_iter().find(|value| !accepts(&value.to_string())) {
        Some(value) => Err(format!("{subject} must be a value of the argument's type: {value} is not")),
        None => Ok(()),
    }
}

/// The values that must meet the limits, each after its name in an error. `null` stands for no value.
fn values(argument: &Argument) -> impl Iterator<Item = (&'static str, &Value)> {
    let examples = argument.keywords.get("examples").and_then(Value::as_array);
    let one_of = argument.one_of.iter().flatten().map(|value| (EACH_VALUE, value));
    let default = argument.default.iter().map(|value| ("`default`", value));
    let examples = examples.into_iter().flatten().map(|value| ("`example`", value));
    one_of.chain(default).chain(examples).filter(|(_, value)| !value.is_null())
}

/// The ends of a range as numbers.
fn numbers((start, end): &Ends<Value>) -> Result<Ends<Number>, String> {
    let number = |end: &Bound<Value>| {
        Ok(match end {
            Bound::Included(Value::Number(number)) => Bound::Included(number.clone()),
            Bound::Excluded(Value::Number(number)) => Bound::Excluded(number.clone()),
            Bound::Unbounded => Bound::Unbounded,
            // Also `NaN` and infinity, which are `null` in JSON.
            _ => return Err("the ends of `range` must be numbers".to_owned()),
        })
    };
    Ok((number(start)?, number(end)?))
}

fn range_keywords(start: &Bound<Number>, end: &Bound<Number>) -> Vec<(&'static str, Number)> {
    let keyword = |included, excluded, end: &Bound<Number>| match end {
        Bound::Included(number) => Some((included, number.clone())),
        Bound::Excluded(number) => Some((excluded, number.clone())),
        Bound::Unbounded => None,
    };
    let start = keyword("minimum", "exclusiveMinimum", start);
    start.into_iter().chain(keyword("maximum", "exclusiveMaximum", end)).collect()
}

/// Returns `true` if no number, or no integer, is in a range.
fn is_empty(start: &Bound<Number>, end: &Bound<Number>, is_integer: bool) -> bool {
    let (Some((min, has_min)), Some((max, has_max))) = (bound(start), bound(end)) else {
        return false;
    };
    match compare(min, max) {
        Some(Ordering::Less) if is_integer => {
            // Conversions of floats saturate, and no argument has an integer type of more than 128 bits.
            let next = |float: f64, is_in: bool| if is_in { float.ceil() } else { float.floor() + 1.0 };
            let first = min.as_i128().map_or_else(
                || next(min.as_f64().unwrap_or_default(), has_min) as i128,
                |min| min.saturating_add(i128::from(!has_min)),
            );
            let last = max.as_i128().map_or_else(
                || -next(-max.as_f64().unwrap_or_default(), has_max) as i128,
                |max| max.saturating_sub(i128::from(!has_max)),
            );
            first > last
        }
        Some(Ordering::Less) => false,
        Some(Ordering::Equal) => !(has_min && has_max),
        Some(Ordering::Greater) | None => true,
    }
}

fn contains(start: &Bound<Number>, end: &Bound<Number>, number: &Number) -> bool {
    let is_beyond = |end: &Bound<Number>, direction: Ordering| {
        bound(end).is_none_or(|(end, is_in)| match compare(number, end) {
            Some(Ordering::Equal) => is_in,
            order => order == Some(direction),
        })
    };
    is_beyond(start, Ordering::Greater) && is_beyond(end, Ordering::Less)
}

fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => compare(one, other) == Some(Ordering::Equal),
        _ => one == other,
    }
}

/// Compares two numbers, integers exactly.
fn compare(one: &Number, other: &Number) -> Option<Ordering> {
    match (one.as_i128(), other.as_i128()) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
    }
}
