//! Validation of values that are JSON text, without a tree of values.
//!
//! The text is scanned once, next to the rules of the schema. Only a value that may match several branches of a choice is
//! scanned once for each of them, and a result is kept for each place and choice, so that nested choices do not multiply.

mod scanner;

use std::collections::{BTreeMap, HashSet};

use serde_json::{Number, Value};

use crate::json::JsonText;
use crate::schema::check::scanner::TextScanner;
use crate::schema::enumeration::canonical;
use crate::schema::problem::{Problem, ValuePath, pluralize};
use crate::schema::shape::{
    AdditionalRule, ArrayRule, CompiledSchema, LengthRange, NumberRule, ObjectRule, Rule, StringRule,
};

/// Maximum nesting depth of a checked value, in levels.
const MAX_DEPTH: u16 = 256;

/// Maximum number of choices and references that may follow each other without descending into the value.
const MAX_HOPS: u16 = 64;

impl CompiledSchema {
    /// Validates a value as it is written, without conversions.
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
    /// Returns the first problem in the order of the text. It quotes no text of the value.
    pub fn check(&self, json: &JsonText) -> Result<(), Box<Problem>> {
        let scanner = TextScanner::new(json.as_str());
        let mut checker = Checker { schema: self, scanner, probes: 0, known: BTreeMap::new(), problem: None };
        if checker.check(&self.root, &ValuePath::ROOT, Level::ROOT) {
            return Ok(());
        }
        let problem = checker.problem.take();
        Err(Box::new(problem.unwrap_or_else(|| checker.mismatch(&self.root, 0, &ValuePath::ROOT))))
    }
}

/// The place of a value, and of a rule in the schema.
#[derive(Clone, Copy)]
struct Level {
    /// The number of containers around the value.
    depth: u16,
    /// The number of choices since the last descent into the value.
    hops: u16,
}

impl Level {
    const ROOT: Self = Self { depth: 0, hops: 0 };

    fn descend(self) -> Self {
        Self { depth: self.depth + 1, hops: 0 }
    }

    fn hop(self) -> Self {
        Self { hops: self.hops + 1, ..self }
    }
}

/// The state of one pass over a text.
struct Checker<'a> {
    schema: &'a CompiledSchema,
    scanner: TextScanner<'a>,
    /// The number of choices whose branches are being tried. Their problems are not described.
    probes: usize,
    /// The end of the value at a position if it matches a choice, by the position and the address of the choice.
    known: BTreeMap<(usize, usize), Option<usize>>,
    problem: Option<Problem>,
}

impl<'a> Checker<'a> {
    /// Checks the value at the position. If it matches, the position is then behind it; otherwise it is where the first
    /// problem is.
    fn check(&mut self, rule: &'a Rule, path: &ValuePath<'_>, level: Level) -> bool {
        let start = self.scanner.at;
        let matches = match (self.schema.resolve(rule), self.scanner.peek()) {
            (Rule::Any, _) | (Rule::Null, Some(b'n')) => self.scanner.skip_value(),
            (Rule::Boolean(values), Some(byte @ (b't' | b'f'))) => {
                (values.is_empty() || values.contains(&(byte == b't'))) && self.scanner.skip_value()
            }
            (Rule::Number(rule), Some(b'-' | b'0'..=b'9')) => matches_number(rule, self.scanner.number()),
            (Rule::String(rule), Some(b'"')) => self.check_string(rule),
            (Rule::Values(values), _) => {
                self.scanner.skip_value();
                self.decode::<Value>(start).is_some_and(|value| values.contains(&value))
            }
            (Rule::Array(array), Some(b'[')) => return self.check_array(array, rule, path, level),
            (Rule::Object(object), Some(b'{')) => return self.check_object(object, rule, path, level),
            (choice @ Rule::Choice(branches), _) => return self.check_choice(choice, branches, path, level),
            _ => false,
        };
        matches || self.report(rule, start, path)
    }

    fn check_string(&mut self, rule: &StringRule) -> bool {
        let string = self.scanner.string();
        let is_free = rule.values.is_empty() && rule.pattern.is_none() && is_unbounded(rule.length);
        is_free || string.decode().is_some_and(|text| rule.accepts(&text))
    }

    fn check_array(
        &mut self,
        array: &'a ArrayRule,
        rule: &'a Rule,
        path: &ValuePath<'_>,
        level: Level,
    ) -> bool {
        if level.depth >= MAX_DEPTH {
            return self.report_depth(path);
        }
        let start = self.scanner.at;
        let mut items = Vec::new();
        let mut count = 0;
        let mut has_next = self.scanner.open(b']');
        while has_next {
            let item_start = self.scanner.at;
            if !self.check(&array.items, &path.item(count), level.descend()) {
                return false;
            }
            if array.unique {
                items.push(self.scanner.since(item_start));
            }
            count += 1;
            has_next = self.scanner.next(b']');
        }
        if !array.length.contains(count) {
            return self.report(rule, start, path);
        }
        let duplicate = if array.unique { first_duplicate(&items) } else { None };
        match duplicate {
            Some(index) => self.report_problem(|| {
                let expected = "an item that differs from the items before it";
                Problem::mismatch(&path.item(index), expected.into(), describe(items[index]))
            }),
            None => true,
        }
    }

    fn check_object(
        &mut self,
        object: &'a ObjectRule,
        rule: &'a Rule,
        path: &ValuePath<'_>,
        level: Level,
    ) -> bool {
        if level.depth >= MAX_DEPTH {
            return self.report_depth(path);
        }
        let start = self.scanner.at;
        let mut seen = Seen::new(object.members.len());
        let (mut count, mut expected, mut others) = (0, 0, 0);
        let mut has_next = self.scanner.open(b'}');
        while has_next {
            let Some(name) = self.scanner.member_name() else { return self.report(rule, start, path) };
            // The members of a struct are usually in the order of its schema.
            let index = match object.members.get(expected) {
                Some(member) if member.name == name => Some(expected),
                _ => object.indices.get(&*name).copied(),
            };
            let member_rule = match (index, &object.additional) {
                (Some(index), _) => {
                    seen.insert(index);
                    expected = index + 1;
                    &object.members[index].rule
                }
                (None, AdditionalRule::Of(rule)) => rule,
                (None, AdditionalRule::Any) => &Rule::Any,
                (None, AdditionalRule::Forbidden) => {
                    let known = object.members.iter().map(|member| member.name.as_str());
                    return self.report_problem(|| Problem::unknown(&path.member(&name), known));
                }
            };
            if index.is_none() && object.required.iter().any(|required| *required == name) {
                others += 1;
            }
            if !self.check(member_rule, &path.member(&name), level.descend()) {
                return false;
            }
            count += 1;
            has_next = self.scanner.next(b'}');
        }
        self.has_required(object, &seen, others, path)
            && (object.length.contains(count) || self.report(rule, start, path))
    }

    /// Checks that all required members are there. `others` is the number of those that the object has and that have no rule.
    fn has_required(
        &mut self,
        object: &'a ObjectRule,
        seen: &Seen,
        others: usize,
        path: &ValuePath<'_>,
    ) -> bool {
        let mut required = others;
        for (index, member) in object.members.iter().enumerate().filter(|(_, member)| member.required) {
            required += 1;
            if !seen.contains(index) {
                let schema = self.schema;
                return self.report_problem(|| {
                    Problem::missing(&path.member(&member.name), schema.expected(&member.rule))
                });
            }
        }
        if required >= object.required.len() {
            return true;
        }
        let without_rule = object.required.iter().filter(|name| object.member(name).is_none());
        let names: Vec<_> = without_rule.map(String::as_str).collect();
        self.report_problem(|| Problem::missing(&path.member(&names.join(", ")), "any value".into()))
    }

    fn check_choice(
        &mut self,
        rule: &'a Rule,
        branches: &'a [Rule],
        path: &ValuePath<'_>,
        level: Level,
    ) -> bool {
        let start = self.scanner.at;
        let (schema, byte) = (self.schema, self.scanner.peek());
        let mut candidates = branches.iter().filter(|branch| may_accept(schema, branch, byte));
        let (first, second) = (candidates.next(), candidates.next());
        let Some(first) = first.filter(|_| level.hops < MAX_HOPS) else {
            return self.report(rule, start, path);
        };
        if second.is_none() {
            return self.check(first, path, level.hop());
        }
        let key = (start, std::ptr::from_ref(rule).addr());
        if self.probes > 0
            && let Some(end) = self.known.get(&key)
        {
            self.scanner.at = end.unwrap_or(start);
            return end.is_some();
        }
        // A choice that contains itself is not checked again for the same value.
        self.known.insert(key, None);
        let (mut furthest, mut intended) = (start, None);
        for branch in branches.iter().filter(|branch| may_accept(schema, branch, byte)) {
            self.scanner.at = start;
            self.probes += 1;
            let matches = self.check(branch, path, level.hop());
            self.probes -= 1;
            if matches {
                self.known.insert(key, Some(self.scanner.at));
                return true;
            }
            if self.scanner.at > furthest {
                (furthest, intended) = (self.scanner.at, Some(branch));
            }
        }
        match intended.filter(|_| self.probes == 0) {
            // The branch that matches the longest part of the value is the intended one: its problem is described.
            Some(branch) => {
                self.scanner.at = start;
                self.check(branch, path, level.hop()) || self.report(rule, start, path)
            }
            None => {
                self.report(rule, start, path);
                self.scanner.at = furthest;
                false
            }
        }
    }

    /// Reads the value from `start` to the position.
    fn decode<T: serde::de::DeserializeOwned>(&self, start: usize) -> Option<T> {
        serde_json::from_str(self.scanner.since(start)).ok()
    }

    /// Reports that the value at `start` does not match. Always returns `false`.
    fn report(&mut self, rule: &'a Rule, start: usize, path: &ValuePath<'_>) -> bool {
        if self.probes == 0 && self.problem.is_none() {
            self.problem = Some(self.mismatch(rule, start, path));
        }
        false
    }

    fn report_depth(&mut self, path: &ValuePath<'_>) -> bool {
        self.report_problem(|| {
            let expected = format!("a value nested at most {MAX_DEPTH} levels deep");
            Problem::mismatch(path, expected, "one nested too deeply".into())
        })
    }

    /// Keeps the first problem, unless branches are tried. Always returns `false`.
    fn report_problem(&mut self, problem: impl FnOnce() -> Problem) -> bool {
        if self.probes == 0 {
            self.problem.get_or_insert_with(problem);
        }
        false
    }

    fn mismatch(&self, rule: &Rule, start: usize, path: &ValuePath<'_>) -> Problem {
        let mut value = self.scanner;
        value.at = start;
        value.skip_value();
        Problem::mismatch(path, self.schema.expected(rule), describe(value.since(start)))
    }
}

/// Returns `true` if a value that starts with this byte may match the rule.
fn may_accept(schema: &CompiledSchema, rule: &Rule, byte: Option<u8>) -> bool {
    match schema.resolve(rule) {
        Rule::Any | Rule::Values(_) | Rule::Choice(_) => true,
        Rule::Never | Rule::Reference(_) => false,
        Rule::Null => byte == Some(b'n'),
        Rule::Boolean(_) => matches!(byte, Some(b't' | b'f')),
        Rule::Number(_) => matches!(byte, Some(b'-' | b'0'..=b'9')),
        Rule::String(_) => byte == Some(b'"'),
        Rule::Array(_) => byte == Some(b'['),
        Rule::Object(_) => byte == Some(b'{'),
    }
}

/// The members of an object that have been seen, by their index.
struct Seen {
    first: u64,
    others: Vec<bool>,
}

impl Seen {
    fn new(members: usize) -> Self {
        Self { first: 0, others: vec![false; members.saturating_sub(64)] }
    }

    fn insert(&mut self, index: usize) {
        match index.checked_sub(64) {
            None => self.first |= 1 << index,
            Some(index) => self.others[index] = true,
        }
    }

    fn contains(&self, index: usize) -> bool {
        match index.checked_sub(64) {
            None => self.first & (1 << index) != 0,
            Some(index) => self.others[index],
        }
    }
}

/// Returns `true` if the number, as it is written, matches.
fn matches_number(rule: &NumberRule, text: &str) -> bool {
    let NumberRule { minimum, maximum, exclusive_minimum, exclusive_maximum, .. } = rule;
    let bounds = [minimum, maximum, exclusive_minimum, exclusive_maximum, &rule.multiple_of];
    let is_free = rule.values.is_empty() && bounds.iter().all(|bound| bound.is_none());
    if is_free && (!rule.integer || !text.contains(['.', 'e', 'E'])) {
        return true;
    }
    serde_json::from_str::<Number>(text).is_ok_and(|number| rule.accepts(&number))
}

fn is_unbounded(length: LengthRange) -> bool {
    length.min == 0 && length.max == u64::MAX
}

/// Returns the index of the first value that is equal to one before it.
fn first_duplicate(values: &[&str]) -> Option<usize> {
    let mut seen = HashSet::new();
    values.iter().position(|text| {
        let canonical = serde_json::from_str(text).ok().and_then(|value| canonical(&value, MAX_DEPTH.into()));
        canonical.is_some_and(|text| !seen.insert(text))
    })
}

/// Returns a description of a value that quotes none of its texts.
fn describe(json: &str) -> String {
    let mut scanner = TextScanner::new(json);
    match json.as_bytes().first() {
        Some(b'"') => {
            let length = scanner.string().decode().map_or(0, |text| text.chars().count());
            format!("a string of {}", pluralize(length, "character"))
        }
        Some(b'[') => "an array".into(),
        Some(b'{') => "an object".into(),
        _ => json.into(),
    }
}
