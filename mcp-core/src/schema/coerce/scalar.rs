//! Coercion of values that are not arrays or objects.

use std::borrow::Cow;

use serde_json::{Number, Value};

use crate::json::cursor::{JsonKind, unescape};
use crate::schema::coerce::{BYTES_PER_PART, Coercer, convert};
use crate::schema::duration;
use crate::schema::format;
use crate::schema::integer::Integer;
use crate::schema::shape::{NumberRule, StringRule};

/// Each method takes the text of a value, and returns the text of the coerced value, or `None` if the value does not match.
impl Coercer<'_> {
    pub(super) fn coerce_boolean<'t>(&self, values: &[bool], text: &'t str) -> Option<Cow<'t, str>> {
        let boolean = match text {
            "true" => true,
            "false" => false,
            _ => convert::boolean_in(&self.string(text)?)?,
        };
        let is_accepted = values.is_empty() || values.contains(&boolean);
        is_accepted.then_some(Cow::Borrowed(if boolean { "true" } else { "false" }))
    }

    pub(super) fn coerce_number<'t>(&self, rule: &NumberRule, text: &'t str) -> Option<Cow<'t, str>> {
        if JsonKind::of(text) == JsonKind::Number {
            return accept_number(rule, text);
        }
        let string = self.string(text)?;
        let accepted = accept_number(rule, convert::number_in(&string)?)?;
        Some(Cow::Owned(accepted.into_owned()))
    }

    pub(super) fn coerce_string<'t>(&mut self, rule: &StringRule, text: &'t str) -> Option<Cow<'t, str>> {
        let is_number = JsonKind::of(text) == JsonKind::Number;
        if is_number
            && !self.strict
            && convert::is_plain_integer(text)
            && !format::excludes_empty(&rule.format)
        {
            return rule.accepts(text).then(|| Cow::Owned(format!("\"{text}\"")));
        }
        if JsonKind::of(text) != JsonKind::String || !self.take_steps(text.len() / BYTES_PER_PART) {
            return None;
        }
        let string = unescape(text)?;
        if rule.accepts(&string) {
            return Some(Cow::Borrowed(text));
        }
        let in_exact_case = rule.get_ignoring_case(&string).filter(|_| !self.strict)?;
        Some(Cow::Owned(Value::from(in_exact_case).to_string()))
    }

    pub(super) fn coerce_duration<'t>(&self, text: &'t str) -> Option<Cow<'t, str>> {
        match JsonKind::of(text) {
            // The JSON of the Rust type. Its deserialization checks the members.
            JsonKind::Object => Some(Cow::Borrowed(text)),
            JsonKind::String => duration::parse(&unescape(text)?).map(Cow::Owned),
            _ => None,
        }
    }

    /// Returns the characters of a string that may be converted.
    fn string<'t>(&self, text: &'t str) -> Option<Cow<'t, str>> {
        let is_convertible = !self.strict && JsonKind::of(text) == JsonKind::String;
        is_convertible.then(|| unescape(text)).flatten()
    }
}

/// Returns the text of a number if it matches: without a decimal point or an exponent if the rule is for integers, because
/// their deserialization rejects both.
fn accept_number<'t>(rule: &NumberRule, text: &'t str) -> Option<Cow<'t, str>> {
    let integer = Integer::parse(text);
    let is_in_range = match integer {
        Some(integer) => integer.fits(&rule.format),
        None => !rule.has_integer_range(),
    };
    if !is_in_range || !rule.accepts(&as_number(text, integer)?) {
        return None;
    }
    if rule.format == "float" && !text.parse::<f32>().is_ok_and(f32::is_finite) {
        return None;
    }
    match integer.filter(|_| rule.integer).map(|integer| integer.to_string()) {
        Some(integer) if integer != text => Some(Cow::Owned(integer)),
        _ => Some(Cow::Borrowed(text)),
    }
}

/// Returns a number for comparisons. An integer that does not fit 64 bits is rounded. Returns `None` if the number is larger
/// than every number of 64 bits.
fn as_number(text: &str, integer: Option<Integer>) -> Option<Number> {
    let integer = integer.map(|integer| integer.to_string());
    let text = integer.as_deref().unwrap_or(text);
    let exact = text.parse::<u64>().map(Number::from).or_else(|_| text.parse::<i64>().map(Number::from));
    exact.ok().or_else(|| Number::from_f64(text.parse().ok()?))
}
