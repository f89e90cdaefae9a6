//! The walker over shape and value: it coerces what can be read without loss, and refuses the rest.

mod choice;

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::listed::canonical;
use super::nearest::nearest;
use super::problem::{Path, Problem, found};
use super::shape::{ArrayForm, Form, NumberForm, ObjectForm, Others, Shape, TextForm};
use super::{coerce, number};

/// How many problems are told at once: who mends these, mends the next ones too.
const PROBLEM_LIMIT: usize = 20;

/// How deeply a value may be nested; a parser of ours accepts no more either.
const VALUE_DEPTH_LIMIT: usize = 128;

/// How many choices and references may follow each other without a step into the value.
const HOP_LIMIT: usize = 64;

/// How much text counts as one part of a value.
const BYTES_PER_PART: usize = 16;

/// Steps granted to each part of a value. One pass takes one; choices take several.
const STEPS_PER_PART: usize = 50;

/// Steps granted to the smallest value.
const STEPS_AT_LEAST: usize = 20_000;

impl Shape {
    /// The value as the schema wants it, or all that is wrong with it.
    ///
    /// Unless `strict`, what can be read without loss is: `"5"` as 5, `"true"` as true, 5 as `"5"`, `"[1]"` and `"{}"` as
    /// the array and the object they contain, an enumerated string in another case, and `null` for a member that may be
    /// left out. An integer written `5.0` is 5 in any case, as in JSON Schema.
    ///
    /// # Errors
    ///
    /// At most 20 problems, in the order of the value.
    pub fn fit(&self, mut value: Value, strict: bool) -> Result<Value, Vec<Problem>> {
        let mut walk = Walk::new(self, &value, strict);
        let fits = walk.fit(&self.root, &mut value, &Path::WHOLE, Place::START);
        if fits { Ok(value) } else { Err(walk.problems) }
    }

    /// [`Shape::fit`] for one member of an object, where the others need no look. `None` says that `null` stood for its
    /// absence.
    ///
    /// # Errors
    ///
    /// As [`Shape::fit`]; also if there is no member of that name.
    pub fn fit_member(
        &self,
        name: &str,
        mut value: Value,
        strict: bool,
    ) -> Result<Option<Value>, Vec<Problem>> {
        let mut walk = Walk::new(self, &value, strict);
        let fits = match self.resolve(&self.root) {
            Form::Object(form) => {
                if walk.says_absent(form, name, &value) {
                    return Ok(None);
                }
                walk.fit_named(form, name, &mut value, &Path::WHOLE, Place::START)
            }
            _ => walk.fail(|| Problem::unknown(&Path::WHOLE.member(name), std::iter::empty())),
        };
        if fits { Ok(Some(value)) } else { Err(walk.problems) }
    }
}

/// One pass over a value.
struct Walk<'a> {
    shape: &'a Shape,
    strict: bool,
    /// Only whether the value fits is asked, not why it does not.
    probing: bool,
    steps_left: usize,
    problems: Vec<Problem>,
}

/// How far the walk has come.
#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    hops: usize,
}

impl Place {
    const START: Self = Self { depth: 0, hops: 0 };

    /// One step into the value.
    fn deeper(self) -> Self {
        Self { depth: self.depth + 1, hops: 0 }
    }

    /// One step through the schema, at the same value.
    fn further(self) -> Self {
        Self { hops: self.hops + 1, ..self }
    }
}

impl<'a> Walk<'a> {
    fn new(shape: &'a Shape, value: &Value, strict: bool) -> Self {
        let steps_left = weight(value).saturating_mul(STEPS_PER_PART).saturating_add(STEPS_AT_LEAST);
        Self { shape, strict, probing: false, steps_left, problems: Vec::new() }
    }

    /// Makes the value fit, or says why it does not; a value that does not fit may be left half changed.
    fn fit(&mut self, form: &'a Form, value: &mut Value, path: &Path<'_>, place: Place) -> bool {
        if !self.spend(1) {
            return self.too_complex(path);
        }
        if place.depth > VALUE_DEPTH_LIMIT || place.hops > HOP_LIMIT {
            return self.too_deep(path);
        }
        match form {
            Form::Any => true,
            Form::Never => self.mismatch(form, value, path),
            Form::Null => value.is_null() || self.mismatch(form, value, path),
            Form::Boolean(values) => self.fit_boolean(values, value) || self.mismatch(form, value, path),
            Form::Number(rule) => self.fit_number(rule, value) || self.mismatch(form, value, path),
            Form::Text(rule) => self.fit_text(rule, value) || self.mismatch(form, value, path),
            Form::Values(values) => values.contain(value) || self.mismatch(form, value, path),
            Form::Array(rule) => self.fit_array(rule, form, value, path, place),
            Form::Object(rule) => self.fit_object(rule, form, value, path, place),
            Form::Choice(branches) => self.fit_choice(branches, form, value, path, place),
            Form::Reference(definition) => {
                self.fit(&self.shape.definitions[*definition], value, path, place.further())
            }
        }
    }

    fn fit_boolean(&self, values: &[bool], value: &mut Value) -> bool {
        let boolean = match value {
            Value::Bool(boolean) => Some(*boolean),
            Value::String(text) if !self.strict => coerce::boolean(text),
            _ => None,
        };
        let fitting = boolean.filter(|boolean| values.is_empty() || values.contains(boolean));
        replace(value, fitting)
    }

    fn fit_number(&self, rule: &NumberForm, value: &mut Value) -> bool {
        let number = match value {
            Value::Number(number) => Some(number.clone()),
            Value::String(text) if !self.strict => coerce::number(text),
            _ => None,
        };
        let fitting = number.filter(|number| rule.accepts(number));
        // Decoding an integer wants no decimal point; one too large for 64 bits is left for it to refuse.
        let written = fitting
            .map(|number| if rule.whole { number::without_point(&number).unwrap_or(number) } else { number });
        replace(value, written)
    }

    fn fit_text(&mut self, rule: &TextForm, value: &mut Value) -> bool {
        if let Value::Number(number) = value
            && !self.strict
            && let Some(text) = coerce::text(number)
        {
            return rule.accepts(&text) && replace(value, Some(text));
        }
        let Value::String(text) = value else { return false };
        if !self.spend(text.len() / BYTES_PER_PART) {
            return false;
        }
        if rule.accepts(text) {
            return true;
        }
        let in_other_case = rule.in_other_case(text).filter(|_| !self.strict);
        replace(value, in_other_case)
    }

    fn fit_array(
        &mut self,
        rule: &'a ArrayForm,
        form: &'a Form,
        value: &mut Value,
        path: &Path<'_>,
        place: Place,
    ) -> bool {
        if let Some(array) = self.stringified(value, coerce::array) {
            *value = array.into();
        }
        let Some(count) = value.as_array().map(Vec::len) else { return self.mismatch(form, value, path) };
        let mut fits = rule.length.contains(count) || self.mismatch(form, value, path);
        for (index, item) in value.as_array_mut().into_iter().flatten().enumerate() {
            if !fits && self.is_done() {
                return false;
            }
            fits &= self.fit(&rule.items, item, &path.item(index), place.deeper());
        }
        fits && (!rule.distinct || self.are_distinct(value, path, place))
    }

    fn are_distinct(&mut self, array: &Value, path: &Path<'_>, place: Place) -> bool {
        let mut seen = HashSet::new();
        for (index, item) in array.as_array().into_iter().flatten().enumerate() {
            let text = canonical(item, VALUE_DEPTH_LIMIT - place.depth);
            let is_new =
                text.is_some_and(|text| self.spend(text.len() / BYTES_PER_PART) && seen.insert(text));
            if !is_new {
                let repeated = path.item(index);
                return self.fail(|| Problem::mismatch(&repeated, "no item twice".into(), found(item)));
            }
        }
        true
    }

    fn fit_object(
        &mut self,
        rule: &'a ObjectForm,
        form: &'a Form,
        value: &mut Value,
        path: &Path<'_>,
        place: Place,
    ) -> bool {
        if let Some(object) = self.stringified(value, coerce::object) {
            *value = object.into();
        }
        let Value::Object(members) = value else { return self.mismatch(form, value, path) };
        if members.values().any(Value::is_null) {
            members.retain(|name, value| !self.says_absent(rule, name, value));
        }
        let mut fits = self.has_required(rule, members, path);
        for (name, member) in members.iter_mut() {
            if !fits && self.is_done() {
                return false;
            }
            fits &= self.fit_named(rule, name, member, path, place);
        }
        let count = members.len();
        fits && (rule.length.contains(count) || self.mismatch(form, value, path))
    }

    fn has_required(&mut self, rule: &'a ObjectForm, members: &Map<String, Value>, path: &Path<'_>) -> bool {
        let mut complete = true;
        for name in rule.required.iter().filter(|name| !members.contains_key(name.as_str())) {
            let form = rule.member(name).map_or(&Form::Any, |member| &member.form);
            let shape = self.shape;
            complete = self.fail(|| Problem::missing(&path.member(name), shape.expected(form)));
        }
        complete
    }

    /// Fits one member of an object by its name.
    fn fit_named(
        &mut self,
        rule: &'a ObjectForm,
        name: &str,
        value: &mut Value,
        path: &Path<'_>,
        place: Place,
    ) -> bool {
        let path = path.member(name);
        match (rule.member(name), &rule.others) {
            (Some(member), _) => self.fit(&member.form, value, &path, place.deeper()),
            (None, Others::Of(form)) => self.fit(form, value, &path, place.deeper()),
            (None, Others::Any) => true,
            (None, Others::Refused) => self.fail(|| {
                let known = || rule.members.iter().map(|member| member.name.as_str());
                Problem::unknown(&path, known()).suggesting(nearest(name, known()).map(str::to_owned))
            }),
        }
    }

    /// Whether the member is optional and its `null` can only mean that it is left out.
    fn says_absent(&mut self, rule: &'a ObjectForm, name: &str, value: &Value) -> bool {
        match rule.member(name) {
            Some(member) if value.is_null() && !self.strict && !member.required => {
                !self.accepts_null(&member.form, 0)
            }
            _ => false,
        }
    }

    fn accepts_null(&mut self, form: &'a Form, hops: usize) -> bool {
        match self.shape.resolve(form) {
            Form::Any | Form::Null => true,
            Form::Values(values) => values.contain(&Value::Null),
            Form::Choice(branches) if hops < HOP_LIMIT && self.spend(branches.len()) => {
                branches.iter().any(|branch| self.accepts_null(branch, hops + 1))
            }
            _ => false,
        }
    }
}

/// What all the forms share.
impl<'a> Walk<'a> {
    /// Takes steps, if so many are left.
    fn spend(&mut self, steps: usize) -> bool {
        let left = self.steps_left.checked_sub(steps);
        self.steps_left = left.unwrap_or(0);
        left.is_some()
    }

    /// Whether nothing more is to be learnt about a value that does not fit.
    fn is_done(&self) -> bool {
        self.probing || self.problems.len() >= PROBLEM_LIMIT || self.steps_left == 0
    }

    /// Notes a problem, if problems are asked for. Always false: the value does not fit.
    fn fail(&mut self, problem: impl FnOnce() -> Problem) -> bool {
        if !self.probing && self.problems.len() < PROBLEM_LIMIT {
            self.problems.push(problem());
        }
        false
    }

    fn mismatch(&mut self, form: &'a Form, value: &Value, path: &Path<'_>) -> bool {
        if self.steps_left == 0 {
            return self.too_complex(path);
        }
        let shape = self.shape;
        self.fail(|| {
            let suggestion = match (form, value) {
                (Form::Text(rule), Value::String(text)) => {
                    nearest(text, rule.values.iter()).map(str::to_owned)
                }
                _ => None,
            };
            Problem::mismatch(path, shape.expected(form), found(value)).suggesting(suggestion)
        })
    }

    fn too_complex(&mut self, path: &Path<'_>) -> bool {
        self.fail(|| Problem::mismatch(path, "a simpler value".into(), "one with too many readings".into()))
    }

    fn too_deep(&mut self, path: &Path<'_>) -> bool {
        self.fail(|| Problem::mismatch(path, "a flatter value".into(), "one nested too deeply".into()))
    }

    /// The value that a string contains, if coercing is allowed.
    fn stringified<T>(&mut self, value: &Value, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = value.as_str().filter(|_| !self.strict)?;
        self.spend(text.len() / BYTES_PER_PART).then(|| parse(text)).flatten()
    }
}

/// Puts the fitting value in place of the one that came. Says whether there is one.
fn replace(value: &mut Value, fitting: Option<impl Into<Value>>) -> bool {
    let Some(fitting) = fitting else { return false };
    *value = fitting.into();
    true
}

/// How much there is to walk: a part for each value, and more for text, which may hold values.
fn weight(value: &Value) -> usize {
    let mut weight = 0;
    let mut pending = vec![value];
    while let Some(value) = pending.pop() {
        weight += 1;
        match value {
            Value::String(text) => weight += text.len() / BYTES_PER_PART,
            Value::Array(items) => pending.extend(items),
            Value::Object(members) => pending.extend(members.values()),
            _ => {}
        }
    }
    weight
}
