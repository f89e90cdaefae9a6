//! The walker over shape and value: it coerces what can be read without loss, and refuses the rest.

use std::collections::HashSet;

use serde_json::{Map, Number, Value};

use super::listed::canonical;
use super::nearest::nearest;
use super::problem::{Path, Problem, excerpt, found, listed};
use super::shape::{ArrayForm, Form, Member, NumberForm, ObjectForm, Others, Shape, TextForm};
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
            return self.fail(|| {
                Problem::mismatch(path, "a simpler value".into(), "one with too many readings".into())
            });
        }
        if place.depth > VALUE_DEPTH_LIMIT || place.hops > HOP_LIMIT {
            return self
                .fail(|| Problem::mismatch(path, "a flatter value".into(), "one nested too deeply".into()));
        }
        match form {
            Form::Any => true,
            Form::Never => self.mismatch(form, value, path),
            Form::Null => value.is_null() || self.mismatch(form, value, path),
            Form::Boolean(values) => self.fit_boolean(values, value) || self.mismatch(form, value, path),
            Form::Number(rule) => self.fit_number(rule, value) || self.mismatch(form, value, path),
            Form::Text(rule) => self.fit_text(rule, value) || self.mismatch_text(rule, form, value, path),
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
    fn says_absent(&self, rule: &ObjectForm, name: &str, value: &Value) -> bool {
        let takes_no_null = |form| !self.accepts_null(form, 0);
        !self.strict
            && value.is_null()
            && rule.member(name).is_some_and(|member| !member.required && takes_no_null(&member.form))
    }

    fn accepts_null(&self, form: &Form, hops: usize) -> bool {
        match self.shape.resolve(form) {
            Form::Any | Form::Null => true,
            Form::Values(values) => values.contain(&Value::Null),
            Form::Choice(branches) if hops < HOP_LIMIT => {
                branches.iter().any(|branch| self.accepts_null(branch, hops + 1))
            }
            _ => false,
        }
    }
}

/// Choices: the first branch that the value fits as it is, then the first that it can be made to fit.
impl<'a> Walk<'a> {
    fn fit_choice(
        &mut self,
        branches: &'a [Form],
        form: &'a Form,
        value: &mut Value,
        path: &Path<'_>,
        place: Place,
    ) -> bool {
        if branches.iter().any(|branch| self.probe(branch, value, path, place, true)) {
            return true;
        }
        if !self.strict && branches.iter().any(|branch| self.probe_copy(branch, value, path, place)) {
            return true;
        }
        if self.probing { false } else { self.explain_choice(branches, form, value, path, place) }
    }

    /// Whether the value fits, without a word on why not.
    fn probe(
        &mut self,
        form: &'a Form,
        value: &mut Value,
        path: &Path<'_>,
        place: Place,
        strict: bool,
    ) -> bool {
        let outer = (self.strict, self.probing);
        (self.strict, self.probing) = (strict, true);
        let fits = self.fit(form, value, path, place.further());
        (self.strict, self.probing) = outer;
        fits
    }

    /// Whether the value can be made to fit. It changes only if so.
    fn probe_copy(&mut self, form: &'a Form, value: &mut Value, path: &Path<'_>, place: Place) -> bool {
        if !self.may_take(form, value, 0) || !self.spend(weight(value)) {
            return false;
        }
        let mut copy = value.clone();
        let fits = self.probe(form, &mut copy, path, place, false);
        if fits {
            *value = copy;
        }
        fits
    }

    /// Whether the value has the type of the form, or could be coerced to it.
    fn may_take(&self, form: &Form, value: &Value, hops: usize) -> bool {
        match (self.shape.resolve(form), value) {
            (Form::Choice(branches), _) if hops < HOP_LIMIT => {
                branches.iter().any(|branch| self.may_take(branch, value, hops + 1))
            }
            (Form::Array(_), Value::Array(_)) | (Form::Object(_), Value::Object(_)) => true,
            (form, _) => {
                !matches!(form, Form::Any | Form::Never | Form::Null)
                    && !value.is_array()
                    && !value.is_object()
            }
        }
    }

    /// Says what is wrong with the branch that was meant, if one stands out.
    fn explain_choice(
        &mut self,
        branches: &'a [Form],
        form: &'a Form,
        value: &mut Value,
        path: &Path<'_>,
        place: Place,
    ) -> bool {
        let mut meant = branches.iter().filter(|branch| self.claims(branch, value));
        match (meant.next(), meant.next()) {
            (Some(branch), None) => self.fit(branch, value, path, place.further()),
            (None, _) => {
                self.explain_tag(branches, value, path).unwrap_or_else(|| self.mismatch(form, value, path))
            }
            _ => self.mismatch(form, value, path),
        }
    }

    /// Whether the value looks like one of this form: by its type, and for an object by its tags, or by its required members
    /// where it has no tags.
    fn claims(&self, form: &Form, value: &Value) -> bool {
        match (self.shape.resolve(form), value) {
            (Form::Object(rule), Value::Object(members)) => {
                let mut tags =
                    rule.required.iter().filter_map(|name| Some((name, rule.tag(name)?))).peekable();
                match tags.peek() {
                    Some(_) => tags.all(|(name, tag)| members.get(name).is_some_and(|value| value == tag)),
                    None => rule.required.iter().all(|name| members.contains_key(name)),
                }
            }
            (Form::Array(_), Value::Array(_))
            | (Form::Text(_), Value::String(_))
            | (Form::Number(_), Value::Number(_))
            | (Form::Boolean(_), Value::Bool(_)) => true,
            _ => false,
        }
    }

    /// For objects that a tag tells apart: says which tags there are.
    fn explain_tag(&mut self, branches: &'a [Form], value: &Value, path: &Path<'_>) -> Option<bool> {
        let members = value.as_object()?;
        let objects: Vec<&ObjectForm> = branches
            .iter()
            .filter_map(|branch| match self.shape.resolve(branch) {
                Form::Object(rule) => Some(&**rule),
                _ => None,
            })
            .collect();
        let first = objects.first()?;
        let name =
            first.required.iter().find(|name| objects.iter().all(|object| object.tag(name).is_some()))?;
        let tags: Vec<&str> = objects.iter().filter_map(|object| object.tag(name)).collect();
        let path = path.member(name);
        let expected = format!(
            "one of {}",
            listed(tags.iter().map(|tag| excerpt(tag)).collect::<Vec<_>>().iter().map(String::as_str))
        );
        Some(match members.get(name) {
            None => self.fail(|| Problem::missing(&path, expected)),
            Some(Value::String(tag)) if tags.contains(&tag.as_str()) => return None,
            Some(value) => self.fail(|| {
                let suggestion = value.as_str().and_then(|tag| nearest(tag, tags.iter().copied()));
                Problem::mismatch(&path, expected, found(value)).suggesting(suggestion.map(str::to_owned))
            }),
        })
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
        let shape = self.shape;
        self.fail(|| Problem::mismatch(path, shape.expected(form), found(value)))
    }

    fn mismatch_text(&mut self, rule: &TextForm, form: &'a Form, value: &Value, path: &Path<'_>) -> bool {
        let shape = self.shape;
        self.fail(|| {
            let suggestion =
                value.as_str().and_then(|text| nearest(text, rule.values.iter())).map(str::to_owned);
            Problem::mismatch(path, shape.expected(form), found(value)).suggesting(suggestion)
        })
    }

    /// The value that a string contains, if coercing is allowed.
    fn stringified<T>(&mut self, value: &Value, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = value.as_str().filter(|_| !self.strict)?;
        self.spend(text.len() / BYTES_PER_PART).then(|| parse(text)).flatten()
    }
}

impl NumberForm {
    fn accepts(&self, number: &Number) -> bool {
        let is_at_least = |bound: &Option<Number>| {
            bound.as_ref().is_none_or(|bound| number::compare(number, bound).is_ge())
        };
        let is_at_most = |bound: &Option<Number>| {
            bound.as_ref().is_none_or(|bound| number::compare(number, bound).is_le())
        };
        let is_above = |bound: &Option<Number>| {
            bound.as_ref().is_none_or(|bound| number::compare(number, bound).is_gt())
        };
        let is_below = |bound: &Option<Number>| {
            bound.as_ref().is_none_or(|bound| number::compare(number, bound).is_lt())
        };
        (!self.whole || number::is_whole(number))
            && is_at_least(&self.minimum)
            && is_at_most(&self.maximum)
            && is_above(&self.above)
            && is_below(&self.below)
            && self.multiple_of.as_ref().is_none_or(|divisor| number::is_multiple(number, divisor))
            && (self.values.is_empty() || self.values.contain_number(number))
    }
}

impl TextForm {
    /// The length is looked at first, so that a pattern meets no longer text than the schema allows.
    fn accepts(&self, text: &str) -> bool {
        (self.values.is_empty() || self.values.contain(text))
            && self.length.contains(text.chars().count())
            && self.pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
    }

    fn in_other_case(&self, text: &str) -> Option<&str> {
        self.values.in_other_case(text).filter(|text| self.accepts(text))
    }
}

impl ObjectForm {
    fn member(&self, name: &str) -> Option<&Member> {
        self.places.get(name).map(|place| &self.members[*place])
    }

    /// The only text that a member may be.
    fn tag(&self, name: &str) -> Option<&str> {
        match &self.member(name)?.form {
            Form::Text(rule) => rule.values.single(),
            _ => None,
        }
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
