//! Validation and coercion of JSON text against a compiled schema.
//!
//! A value that can be converted without loss is coerced; every other mismatch is reported. The text is read in one pass that
//! builds no tree of values, so that a value that does not match costs no memory.

mod array;
mod choice;
mod convert;
mod edited_text;
mod object;
mod scalar;

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value;

use crate::json::JsonText;
use crate::json::cursor::{JsonKind, TextCursor, unescape};
use crate::schema::coerce::edited_text::EditedText;
use crate::schema::problem::{Problem, ValuePath, describe};
use crate::schema::shape::{CompiledSchema, ObjectRule, Rule};
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
    /// Validates the JSON text of a value, and coerces it unless `strict`. Returns the text of the coerced value: the text
    /// itself if nothing has changed.
    ///
    /// Coercion converts values that can be converted without loss:
    ///
    /// - `"5"` and `" 5 "` to 5, 5 to `"5"`, `"true"` and `"True"` to true, `"[1]"` and `"{}"` to the array and the object that
    ///   they contain, and `[]` to an empty object;
    /// - an enumerated string in another case to its exact text, and the name of a member in another case or with other
    ///   separators, such as `maxResults` for `max_results`, to its exact name, if it can be one name only;
    /// - `null` for an optional member to its absence, like `""` and `"null"` if no string is a value of the member;
    /// - `"1m30s"` to a duration.
    ///
    /// An integer written as `5.0` becomes 5 even if `strict`, because the two are equal in JSON Schema. Numbers are never
    /// rounded: a number out of the range of its type does not match.
    ///
    /// ```
    /// use mcpwright_core::schema::{CompiledSchema, PortableSchema};
    /// use serde_json::json;
    ///
    /// let schema = PortableSchema::from_json_schema(&json!({
    ///     "type": "object",
    ///     "properties": { "page_size": { "type": "integer" } },
    ///     "additionalProperties": false,
    /// }))?;
    /// let compiled = CompiledSchema::new(&schema.into_document())?;
    /// assert_eq!(compiled.coerce_text(r#"{"pageSize":"5"}"#, false).unwrap(), r#"{"page_size":5}"#);
    /// let problems = compiled.coerce_text(r#"{"page_size":"five"}"#, false).unwrap_err();
    /// assert_eq!(problems[0].to_string(), "page_size: expected an integer, got the string \"five\"");
    /// # Ok::<(), mcpwright_core::schema::SchemaError>(())
    /// ```
    ///
    /// The text must be one JSON value. With other text, the result is unspecified.
    ///
    /// # Errors
    ///
    /// Returns at most 20 problems, in the order of the value.
    pub fn coerce_text<'t>(&self, text: &'t str, strict: bool) -> Result<Cow<'t, str>, Vec<Problem>> {
        self.run(text, Coercer::new(self, text, strict))
    }

    /// Validates and coerces the JSON text of an object as [`coerce_text`](Self::coerce_text) does, and leaves out its unknown
    /// members instead of reporting them. Those of objects in it are reported.
    ///
    /// # Errors
    ///
    /// Returns an error in the same cases as [`coerce_text`](Self::coerce_text).
    pub fn coerce_known<'t>(&self, text: &'t str, strict: bool) -> Result<Cow<'t, str>, Vec<Problem>> {
        self.run(text, Coercer { ignores_unknown: true, ..Coercer::new(self, text, strict) })
    }

    fn run<'t>(&self, text: &'t str, mut coercer: Coercer<'_>) -> Result<Cow<'t, str>, Vec<Problem>> {
        let mut source = EditedText::new(text);
        let matches = coercer.coerce(coercer.root(), &mut source, &ValuePath::ROOT, Nesting::ROOT);
        if matches { Ok(source.finish()) } else { Err(coercer.problems) }
    }

    /// Validates a value that the server sends, without conversions. An integer may be written as `5.0`.
    ///
    /// ```
    /// use mcpwright_core::JsonText;
    /// use mcpwright_core::schema::{CompiledSchema, PortableSchema};
    /// use serde_json::json;
    ///
    /// let weather = json!({ "type": "object", "properties": { "degrees": { "type": "number" } }, "required": ["degrees"] });
    /// let schema = CompiledSchema::new(&PortableSchema::for_result(&weather)?.into_result())?;
    /// assert_eq!(schema.check(&JsonText::encode(&json!({ "degrees": 21.5 }))?), Ok(()));
    /// // Not a number is `null` in JSON.
    /// let problem = schema.check(&JsonText::encode(&json!({ "degrees": f64::NAN }))?).unwrap_err();
    /// assert_eq!(problem.to_string(), "degrees: expected a number, got null");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns one problem. It quotes no text of the value.
    pub fn check(&self, json: &JsonText) -> Result<(), Box<Problem>> {
        let coercer = Coercer {
            max_problems: 1,
            steps_left: usize::MAX,
            known: Some(HashMap::new()),
            ..Coercer::new(self, "", true)
        };
        match self.run(json.as_str(), coercer) {
            Ok(_) => Ok(()),
            Err(problems) => {
                let problem = problems.into_iter().next();
                let unknown = || Problem::custom("", "the value must match the schema");
                Err(Box::new(problem.unwrap_or_else(unknown).without_text()))
            }
        }
    }

    /// Validates and coerces a value as [`coerce_text`](Self::coerce_text) does.
    ///
    /// # Errors
    ///
    /// Returns an error in the same cases as [`coerce_text`](Self::coerce_text).
    pub fn coerce(&self, value: Value, strict: bool) -> Result<Value, Vec<Problem>> {
        let text = value.to_string();
        match self.coerce_text(&text, strict)? {
            Cow::Borrowed(_) => Ok(value),
            Cow::Owned(text) => parse(&text),
        }
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
        value: Value,
        strict: bool,
    ) -> Result<Option<Value>, Vec<Problem>> {
        let text = value.to_string();
        let mut coercer = Coercer::new(self, &text, strict);
        let mut source = EditedText::new(&text);
        let matches = match self.resolve(&self.root) {
            Rule::Object(rule) => {
                if coercer.is_absent(rule, name, &text) {
                    return Ok(None);
                }
                coercer.coerce_member(rule, name, &mut source, &ValuePath::ROOT, Nesting::ROOT)
            }
            _ => coercer.report(|| Problem::unknown(&ValuePath::ROOT.member(name), std::iter::empty())),
        };
        if !matches {
            return Err(coercer.problems);
        }
        match source.finish() {
            Cow::Borrowed(_) => Ok(Some(value)),
            Cow::Owned(text) => parse(&text).map(Some),
        }
    }
}

/// Parses text that has been coerced.
fn parse(text: &str) -> Result<Value, Vec<Problem>> {
    serde_json::from_str(text).map_err(|error| vec![Problem::custom("", error.to_string())])
}

/// The state of one pass over a value.
struct Coercer<'a> {
    shape: &'a CompiledSchema,
    strict: bool,
    /// Only the result is needed, so problems are not collected.
    probing: bool,
    /// Unknown members of the outermost object are left out.
    ignores_unknown: bool,
    max_problems: usize,
    /// For each choice that a value at a position was checked against, the end of the value if it matches; `None` if that is
    /// not kept. Without it, the time for nested choices can double with each level, within the budget.
    known: Option<HashMap<KnownChoice, Option<usize>>>,
    steps_left: usize,
    problems: Vec<Problem>,
}

/// The position of a value, and the address of a choice.
type KnownChoice = (usize, usize);

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
    fn new(shape: &'a CompiledSchema, text: &str, strict: bool) -> Self {
        let steps_left = count_parts(text).saturating_mul(STEPS_PER_PART).saturating_add(MIN_STEPS);
        Self {
            shape,
            strict,
            probing: false,
            ignores_unknown: false,
            max_problems: MAX_PROBLEMS,
            known: None,
            steps_left,
            problems: Vec::new(),
        }
    }

    fn root(&self) -> &'a Rule {
        &self.shape.root
    }

    /// Validates and coerces the value at the current position of the source, and moves past it. Returns `true` if it matches.
    ///
    /// If the value does not match, the problems are reported, and parts of the value may have been coerced. The position is
    /// the end of the value, unless the rest of the value needs [no further validation](Self::is_done).
    fn coerce(
        &mut self,
        rule: &'a Rule,
        source: &mut EditedText<'_>,
        path: &ValuePath<'_>,
        nesting: Nesting,
    ) -> bool {
        if !self.take_steps(1) || nesting.hops > MAX_HOPS {
            source.cursor.skip();
            return self.report_complexity(path);
        }
        if nesting.depth > MAX_VALUE_DEPTH {
            source.cursor.skip();
            return self.report_depth(path);
        }
        match rule {
            Rule::Array(array) => self.coerce_array(array, rule, source, path, nesting),
            Rule::Object(object) => self.coerce_object(object, rule, source, path, nesting),
            Rule::Choice(branches) => self.coerce_choice(branches, rule, source, path, nesting),
            Rule::Reference(definition) => {
                self.coerce(&self.shape.definitions[*definition], source, path, nesting.hop())
            }
            Rule::Any => {
                source.cursor.skip();
                true
            }
            scalar => self.coerce_scalar(scalar, source, path),
        }
    }

    /// Coerces a value that is not an array or an object, and has no choice.
    fn coerce_scalar(&mut self, rule: &'a Rule, source: &mut EditedText<'_>, path: &ValuePath<'_>) -> bool {
        let start = source.cursor.position();
        let text = source.cursor.skip();
        let coerced = match rule {
            Rule::Null => (text == "null").then_some(Cow::Borrowed(text)),
            Rule::Boolean(values) => self.coerce_boolean(values, text),
            Rule::Number(number) => self.coerce_number(number, text),
            Rule::String(string) => self.coerce_string(string, text),
            Rule::Duration => self.coerce_duration(text),
            Rule::Values(values) => {
                let is_contained = self.take_steps(text.len() / BYTES_PER_PART) && values.contains_text(text);
                is_contained.then_some(Cow::Borrowed(text))
            }
            _ => None,
        };
        match coerced {
            None => self.report_mismatch(rule, text, path),
            Some(coerced) => {
                if coerced != text {
                    source.replace(start..source.cursor.position(), &coerced);
                }
                true
            }
        }
    }

    /// Coerces the array or the object that the string at the current position contains. Returns `None` if it contains none.
    fn coerce_contained(
        &mut self,
        kind: JsonKind,
        source: &mut EditedText<'_>,
        coerce: impl FnOnce(&mut Self, &mut EditedText<'_>) -> bool,
    ) -> Option<bool> {
        let start = source.cursor.position();
        let string = source.cursor.clone().skip();
        if self.strict || !self.take_steps(string.len() / BYTES_PER_PART) {
            return None;
        }
        let text = unescape(string)?;
        let is_kind = JsonKind::of(text.trim_ascii_start()) == kind;
        if !is_kind || serde_json::from_str::<&serde_json::value::RawValue>(&text).is_err() {
            return None;
        }
        source.cursor.skip();
        let mut contained = EditedText::new(text.trim_ascii());
        let matches = coerce(self, &mut contained);
        if matches {
            source.replace(start..source.cursor.position(), &contained.finish());
        }
        Some(matches)
    }
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
        self.probing || self.problems.len() >= self.max_problems || self.steps_left == 0
    }

    /// Adds a problem unless probing. Always returns `false`: the value does not match.
    fn report(&mut self, problem: impl FnOnce() -> Problem) -> bool {
        self.report_at(self.problems.len(), problem)
    }

    /// Adds a problem before those that were added since there were `index` problems.
    fn report_at(&mut self, index: usize, problem: impl FnOnce() -> Problem) -> bool {
        if !self.probing && index < self.max_problems {
            self.problems.insert(index, problem());
            self.problems.truncate(self.max_problems);
        }
        false
    }

    /// Reports a value that does not match. `text` is the text of the value.
    fn report_mismatch(&mut self, rule: &'a Rule, text: &str, path: &ValuePath<'_>) -> bool {
        self.report_mismatch_at(self.problems.len(), rule, text, path)
    }

    fn report_mismatch_at(&mut self, index: usize, rule: &'a Rule, text: &str, path: &ValuePath<'_>) -> bool {
        if self.steps_left == 0 {
            return self.report_complexity(path);
        }
        let shape = self.shape;
        self.report_at(index, || shape.mismatch(rule, text, path))
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
}

impl CompiledSchema {
    /// Returns the problem of a value that does not match, with the value that was probably intended.
    pub(super) fn mismatch(&self, rule: &Rule, text: &str, path: &ValuePath<'_>) -> Problem {
        let found = if self.is_secret(rule) { "another value".to_owned() } else { describe(text) };
        let suggestion =
            (JsonKind::of(text) == JsonKind::String).then(|| self.intended(rule, text)).flatten();
        Problem::mismatch(path, self.expected_instead(rule, text), found).with_suggestion(suggestion)
    }

    /// Returns the enumerated string that was probably intended.
    fn intended(&self, rule: &Rule, string: &str) -> Option<String> {
        let text = unescape(string)?;
        let names: Vec<&str> = match self.resolve(rule) {
            Rule::Choice(branches) => branches.iter().flat_map(|branch| self.enumerated(branch)).collect(),
            rule => self.enumerated(rule),
        };
        closest_name(&text, names.into_iter()).filter(|name| *name != text).map(str::to_owned)
    }

    fn enumerated<'a>(&'a self, rule: &'a Rule) -> Vec<&'a str> {
        match self.resolve(rule) {
            Rule::String(rule) => rule.values.iter().collect(),
            // A variant with content.
            Rule::Object(rule) if rule.members.len() == 1 => {
                rule.required.iter().map(String::as_str).collect()
            }
            _ => Vec::new(),
        }
    }

    fn is_secret(&self, rule: &Rule) -> bool {
        match self.resolve(rule) {
            Rule::String(rule) => rule.is_secret(),
            Rule::Choice(branches) => {
                branches.iter().any(|branch| matches!(branch, Rule::String(rule) if rule.is_secret()))
            }
            _ => false,
        }
    }
}

/// Returns the size of a value in parts: one for each value, and more for text, which may contain values.
fn count_parts(text: &str) -> usize {
    let mut parts = 1;
    TextCursor::new(text).for_each_token(|token| {
        parts += match token.as_bytes().first() {
            Some(b'"') => 1 + token.len() / BYTES_PER_PART,
            _ => 1,
        };
    });
    parts
}

/// Returns the tags of objects in a choice: the strings that a member must be equal to.
fn tags<'r>(rule: &'r ObjectRule) -> impl Iterator<Item = (&'r str, &'r str)> {
    rule.required.iter().filter_map(|name| Some((name.as_str(), rule.tag(name)?)))
}
