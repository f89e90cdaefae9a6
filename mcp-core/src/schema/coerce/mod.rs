//! Validation and coercion of values against a compiled schema.
//!
//! A value that can be converted without loss is coerced; every other mismatch is reported.

mod choice;
mod convert;

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::schema::enumeration::canonical;
use crate::schema::number;
use crate::schema::problem::{Problem, ValuePath, describe};
use crate::schema::shape::{
    AdditionalRule, ArrayRule, CompiledSchema, NumberRule, ObjectRule, Rule, StringRule,
};
use crate::schema::suggestion::closest_name;

/// Maximum number of problems in an error. A model that fixes these usually fixes the others too.
const MAX_PROBLEMS: usize = 20;

/// Maximum nesting depth of a value, in levels. The limit of the JSON parser is the same.
const MAX_VALUE_DEPTH: usize = 128;

/// Maximum number of choices and references that may follow each other without descending into the value.
const MAX_HOPS: usize = 64;

/// Number of bytes of text that count as one part of a value.
const BYTES_PER_PART: usize = 16;

/// Number of steps granted for each part of a value. A single pass takes one step for each part; choices take several.
const STEPS_PER_PART: usize = 50;

/// Minimum number of steps granted for a value.
const MIN_STEPS: usize = 20_000;

impl CompiledSchema {
    /// Validates a value, and coerces it unless `strict`.
    ///
    /// Coercion converts values that can be converted without loss: `"5"` to 5, `"true"` to true, 5 to `"5"`, `"[1]"`
    /// and `"{}"` to the array and the object they contain, an enumerated string in another case to its exact text,
    /// and `null` for an optional member to its absence, like `""` if the member cannot be `""`: it is not a string, or one of
    /// some others. An integer written as `5.0` becomes 5 even if `strict`,
    /// because the two are equal in JSON Schema.
    ///
    /// # Errors
    ///
    /// Returns at most 20 problems, in the order of the value.
    pub fn coerce(&self, mut value: Value, strict: bool) -> Result<Value, Vec<Problem>> {
        let mut coercer = Coercer::new(self, &value, strict);
        let matches = coercer.coerce(&self.root, &mut value, &ValuePath::ROOT, Nesting::ROOT);
        if matches { Ok(value) } else { Err(coercer.problems) }
    }

    /// Validates one member of an object as [`CompiledSchema::coerce`] does, without the other members.
    ///
    /// Returns `Ok(None)` if the value is `null` or `""` and means that the member is absent.
    ///
    /// # Errors
    ///
    /// Returns an error in the same cases as [`CompiledSchema::coerce`], and if the object does not accept a member of this name.
    pub fn coerce_member(
        &self,
        name: &str,
        mut value: Value,
        strict: bool,
    ) -> Result<Option<Value>, Vec<Problem>> {
        let mut coercer = Coercer::new(self, &value, strict);
        let matches = match self.resolve(&self.root) {
            Rule::Object(rule) => {
                if coercer.is_absent(rule, name, &value) {
                    return Ok(None);
                }
                coercer.coerce_member(rule, name, &mut value, &ValuePath::ROOT, Nesting::ROOT)
            }
            _ => coercer.report(|| Problem::unknown(&ValuePath::ROOT.member(name), std::iter::empty())),
        };
        if matches { Ok(Some(value)) } else { Err(coercer.problems) }
    }
}

/// The state of one pass over a value.
struct Coercer<'a> {
    shape: &'a CompiledSchema,
    strict: bool,
    /// Only the result is needed, so problems are not collected.
    probing: bool,
    steps_left: usize,
    problems: Vec<Problem>,
}

/// The nesting of the current value and rule.
#[derive(Clone, Copy)]
struct Nesting {
    /// The number of containers around the value.
    depth: usize,
    /// The number of choices and references since the last descent into the value.
    hops: usize,
}

impl Nesting {
    const ROOT: Self = Self { depth: 0, hops: 0 };

    /// Returns the nesting of a member or an item of the value.
    fn descend(self) -> Self {
        Self { depth: self.depth + 1, hops: 0 }
    }

    /// Returns the nesting after a choice or a reference, at the same value.
    fn hop(self) -> Self {
        Self { hops: self.hops + 1, ..self }
    }
}

impl<'a> Coercer<'a> {
    fn new(shape: &'a CompiledSchema, value: &Value, strict: bool) -> Self {
        let steps_left = count_parts(value).saturating_mul(STEPS_PER_PART).saturating_add(MIN_STEPS);
        Self { shape, strict, probing: false, steps_left, problems: Vec::new() }
    }

    /// Validates and coerces a value in place. Returns `true` if it matches.
    ///
    /// If the value does not match, the problems are reported, and parts of the value may have been coerced.
    fn coerce(&mut self, rule: &'a Rule, value: &mut Value, path: &ValuePath<'_>, nesting: Nesting) -> bool {
        if !self.take_steps(1) || nesting.hops > MAX_HOPS {
            return self.report_complexity(path);
        }
        if nesting.depth > MAX_VALUE_DEPTH {
            return self.report_depth(path);
        }
        match rule {
            Rule::Any => true,
            Rule::Never => self.report_mismatch(rule, value, path),
            Rule::Null => value.is_null() || self.report_mismatch(rule, value, path),
            Rule::Boolean(values) => {
                self.coerce_boolean(values, value) || self.report_mismatch(rule, value, path)
            }
            Rule::Number(number) => {
                self.coerce_number(number, value) || self.report_mismatch(rule, value, path)
            }
            Rule::String(string) => {
                self.coerce_string(string, value) || self.report_mismatch(rule, value, path)
            }
            Rule::Values(values) => values.contains(value) || self.report_mismatch(rule, value, path),
            Rule::Array(array) => self.coerce_array(array, rule, value, path, nesting),
            Rule::Object(object) => self.coerce_object(object, rule, value, path, nesting),
            Rule::Choice(branches) => self.coerce_choice(branches, rule, value, path, nesting),
            Rule::Reference(definition) => {
                self.coerce(&self.shape.definitions[*definition], value, path, nesting.hop())
            }
        }
    }

    fn coerce_boolean(&self, values: &[bool], value: &mut Value) -> bool {
        let boolean = match value {
            Value::Bool(boolean) => Some(*boolean),
            Value::String(text) if !self.strict => convert::parse_boolean(text),
            _ => None,
        };
        let accepted = boolean.filter(|boolean| values.is_empty() || values.contains(boolean));
        replace(value, accepted)
    }

    fn coerce_number(&self, rule: &NumberRule, value: &mut Value) -> bool {
        let number = match value {
            Value::Number(number) => Some(number.clone()),
            Value::String(text) if !self.strict => convert::parse_number(text),
            _ => None,
        };
        let accepted = number.filter(|number| rule.accepts(number));
        // Deserialization of an integer rejects a decimal point. It also rejects an integer that does not fit 64
        // bits, which is therefore kept as it is.
        let normalized = accepted
            .map(|number| if rule.integer { number::to_integer(&number).unwrap_or(number) } else { number });
        replace(value, normalized)
    }

    fn coerce_string(&mut self, rule: &StringRule, value: &mut Value) -> bool {
        if let Value::Number(number) = value
            && !self.strict
            && let Some(text) = convert::integer_to_string(number)
        {
            return rule.accepts(&text) && replace(value, Some(text));
        }
        let Value::String(text) = value else { return false };
        if !self.take_steps(text.len() / BYTES_PER_PART) {
            return false;
        }
        if rule.accepts(text) {
            return true;
        }
        let in_exact_case = rule.get_ignoring_case(text).filter(|_| !self.strict);
        replace(value, in_exact_case)
    }

    fn coerce_array(
        &mut self,
        array: &'a ArrayRule,
        rule: &'a Rule,
        value: &mut Value,
        path: &ValuePath<'_>,
        nesting: Nesting,
    ) -> bool {
        if let Some(items) = self.parse_string(value, convert::parse_array) {
            *value = items.into();
        }
        let Some(count) = value.as_array().map(Vec::len) else {
            return self.report_mismatch(rule, value, path);
        };
        let mut matches = array.length.contains(count) || self.report_mismatch(rule, value, path);
        for (index, item) in value.as_array_mut().into_iter().flatten().enumerate() {
            if !matches && self.is_done() {
                return false;
            }
            matches &= self.coerce(&array.items, item, &path.item(index), nesting.descend());
        }
        matches && (!array.unique || self.has_unique_items(value, path, nesting))
    }

    fn has_unique_items(&mut self, array: &Value, path: &ValuePath<'_>, nesting: Nesting) -> bool {
        let mut seen = HashSet::new();
        for (index, item) in array.as_array().into_iter().flatten().enumerate() {
            let text = canonical(item, MAX_VALUE_DEPTH - nesting.depth);
            let is_new =
                text.is_some_and(|text| self.take_steps(text.len() / BYTES_PER_PART) && seen.insert(text));
            if !is_new {
                let expected = "an item that differs from the items before it";
                return self.report(|| Problem::mismatch(&path.item(index), expected.into(), describe(item)));
            }
        }
        true
    }

    fn coerce_object(
        &mut self,
        object: &'a ObjectRule,
        rule: &'a Rule,
        value: &mut Value,
        path: &ValuePath<'_>,
        nesting: Nesting,
    ) -> bool {
        if let Some(members) = self.parse_string(value, convert::parse_object) {
            *value = members.into();
        }
        let Value::Object(members) = value else { return self.report_mismatch(rule, value, path) };
        if members.values().any(is_empty) {
            members.retain(|name, value| !self.is_absent(object, name, value));
        }
        let mut matches = self.has_required(object, members, path);
        for (name, member) in members.iter_mut() {
            if !matches && self.is_done() {
                return false;
            }
            matches &= self.coerce_member(object, name, member, path, nesting);
        }
        let count = members.len();
        matches && (object.length.contains(count) || self.report_mismatch(rule, value, path))
    }

    fn has_required(
        &mut self,
        object: &'a ObjectRule,
        members: &Map<String, Value>,
        path: &ValuePath<'_>,
    ) -> bool {
        let mut complete = true;
        for name in object.required.iter().filter(|name| !members.contains_key(name.as_str())) {
            let rule = object.member(name).map_or(&Rule::Any, |member| &member.rule);
            let shape = self.shape;
            complete = self.report(|| Problem::missing(&path.member(name), shape.expected(rule)));
        }
        complete
    }

    /// Validates and coerces a member of an object.
    fn coerce_member(
        &mut self,
        object: &'a ObjectRule,
        name: &str,
        value: &mut Value,
        path: &ValuePath<'_>,
        nesting: Nesting,
    ) -> bool {
        let path = path.member(name);
        match (object.member(name), &object.additional) {
            (Some(member), _) => self.coerce(&member.rule, value, &path, nesting.descend()),
            (None, AdditionalRule::Of(rule)) => self.coerce(rule, value, &path, nesting.descend()),
            (None, AdditionalRule::Any) => true,
            (None, AdditionalRule::Forbidden) => self.report(|| {
                let known = || object.members.iter().map(|member| member.name.as_str());
                Problem::unknown(&path, known())
                    .with_suggestion(closest_name(name, known()).map(str::to_owned))
            }),
        }
    }

    /// Returns `true` if the member is optional and its value, `null` or an empty string, can only mean its absence.
    fn is_absent(&mut self, object: &'a ObjectRule, name: &str, value: &Value) -> bool {
        if self.strict || !is_empty(value) {
            return false;
        }
        match object.member(name) {
            Some(member) if !member.required && value.is_null() => !self.accepts_null(&member.rule, 0),
            Some(member) if !member.required => !self.accepts_text(&member.rule, 0),
            _ => false,
        }
    }

    /// Returns `true` if an empty string may be a value of this rule, whatever its length must be.
    fn accepts_text(&mut self, rule: &'a Rule, hops: usize) -> bool {
        match self.shape.resolve(rule) {
            Rule::Choice(branches) if hops < MAX_HOPS && self.take_steps(branches.len()) => {
                branches.iter().any(|branch| self.accepts_text(branch, hops + 1))
            }
            Rule::String(rule) => rule.values.is_empty() || rule.values.contains(""),
            rule => matches!(rule, Rule::Any | Rule::Values(_) | Rule::Choice(_)),
        }
    }

    fn accepts_null(&mut self, rule: &'a Rule, hops: usize) -> bool {
        match self.shape.resolve(rule) {
            Rule::Any | Rule::Null => true,
            Rule::Values(values) => values.contains(&Value::Null),
            Rule::Choice(branches) if hops < MAX_HOPS && self.take_steps(branches.len()) => {
                branches.iter().any(|branch| self.accepts_null(branch, hops + 1))
            }
            _ => false,
        }
    }
}

/// Returns `true` for `null` and an empty string, which some models send for a member that they do not use.
fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}

/// The step budget and the problems.
impl<'a> Coercer<'a> {
    /// Takes steps from the budget. Returns `false` if the budget is exhausted.
    fn take_steps(&mut self, steps: usize) -> bool {
        let left = self.steps_left.checked_sub(steps);
        self.steps_left = left.unwrap_or(0);
        left.is_some()
    }

    /// Returns `true` if a value that does not match needs no further validation.
    fn is_done(&self) -> bool {
        self.probing || self.problems.len() >= MAX_PROBLEMS || self.steps_left == 0
    }

    /// Adds a problem unless probing. Always returns `false`: the value does not match.
    fn report(&mut self, problem: impl FnOnce() -> Problem) -> bool {
        if !self.probing && self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem());
        }
        false
    }

    fn report_mismatch(&mut self, rule: &'a Rule, value: &Value, path: &ValuePath<'_>) -> bool {
        if self.steps_left == 0 {
            return self.report_complexity(path);
        }
        let shape = self.shape;
        self.report(|| {
            let suggestion = match (rule, value) {
                (Rule::String(rule), Value::String(text)) => {
                    closest_name(text, rule.values.iter()).map(str::to_owned)
                }
                _ => None,
            };
            Problem::mismatch(path, shape.expected(rule), describe(value)).with_suggestion(suggestion)
        })
    }

    fn report_complexity(&mut self, path: &ValuePath<'_>) -> bool {
        self.report(|| {
            Problem::mismatch(path, "a simpler value".into(), "one that takes too many steps to check".into())
        })
    }

    fn report_depth(&mut self, path: &ValuePath<'_>) -> bool {
        self.report(|| {
            let expected = format!("a value nested at most {MAX_VALUE_DEPTH} levels deep");
            Problem::mismatch(path, expected, "one nested too deeply".into())
        })
    }

    /// Parses the value that a string contains. Returns `None` if `strict`.
    fn parse_string<T>(&mut self, value: &Value, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = value.as_str().filter(|_| !self.strict)?;
        self.take_steps(text.len() / BYTES_PER_PART).then(|| parse(text)).flatten()
    }
}

/// Replaces the value if there is an accepted one. Returns `true` if there is.
fn replace(value: &mut Value, accepted: Option<impl Into<Value>>) -> bool {
    let Some(accepted) = accepted else { return false };
    *value = accepted.into();
    true
}

/// Returns the size of a value in parts: one for each value, and more for text, which may contain values.
fn count_parts(value: &Value) -> usize {
    let mut parts = 0;
    let mut pending = vec![value];
    while let Some(value) = pending.pop() {
        parts += 1;
        match value {
            Value::String(text) => parts += text.len() / BYTES_PER_PART,
            Value::Array(items) => pending.extend(items),
            Value::Object(members) => pending.extend(members.values()),
            _ => {}
        }
    }
    parts
}
