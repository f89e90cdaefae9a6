//! Coercion of objects.

use std::borrow::Cow;

use serde_json::Value;

use crate::json::cursor::{JsonKind, unescape};
use crate::schema::coerce::edited_text::EditedText;
use crate::schema::coerce::{Coercer, MAX_HOPS, Nesting, tags};
use crate::schema::problem::{Problem, ValuePath, excerpt};
use crate::schema::shape::{AdditionalRule, ObjectRule, Rule};
use crate::schema::suggestion::closest_name;

/// The members of an object that have been read.
struct MembersRead<'a> {
    rule: &'a ObjectRule,
    /// For each property, `true` if the object has it.
    seen: Vec<bool>,
    count: usize,
    /// The position of the comma before the current member; `None` if all members before it have been removed.
    comma: Option<usize>,
}

impl<'a> Coercer<'a> {
    pub(super) fn coerce_object(
        &mut self,
        object: &'a ObjectRule,
        rule: &'a Rule,
        source: &mut EditedText<'_>,
        path: &ValuePath<'_>,
        nesting: Nesting,
    ) -> bool {
        let contained = match source.cursor.kind() {
            JsonKind::Object => return self.coerce_members(object, rule, source, path, nesting),
            JsonKind::String => self.coerce_contained(JsonKind::Object, source, |coercer, contained| {
                coercer.coerce_members(object, rule, contained, path, nesting)
            }),
            JsonKind::Array => self.coerce_empty_array(object, source),
            _ => None,
        };
        contained.unwrap_or_else(|| self.report_mismatch(rule, source.cursor.skip(), path))
    }

    /// Converts an empty array to an object: languages without a type of their own for objects write it.
    fn coerce_empty_array(&self, object: &ObjectRule, source: &mut EditedText<'_>) -> Option<bool> {
        let start = source.cursor.position();
        let is_empty = !source.cursor.clone().enter();
        if self.strict || !is_empty || !object.required.is_empty() || !object.length.contains(0) {
            return None;
        }
        source.cursor.skip();
        source.replace(start..source.cursor.position(), "{}");
        Some(true)
    }

    fn coerce_members(
        &mut self,
        object: &'a ObjectRule,
        rule: &'a Rule,
        source: &mut EditedText<'_>,
        path: &ValuePath<'_>,
        nesting: Nesting,
    ) -> bool {
        let first_problem = self.problems.len();
        let start = source.cursor.clone();
        let mut members =
            MembersRead { rule: object, seen: vec![false; object.members.len()], count: 0, comma: None };
        let mut matches = true;
        let mut has_member = source.cursor.enter();
        while has_member {
            let part = source.cursor.position();
            let Some(is_match) = self.coerce_next_member(&mut members, source, path, nesting) else {
                has_member = members.remove(part, source);
                continue;
            };
            matches &= is_match;
            if !matches && self.is_done() {
                return false;
            }
            members.count += 1;
            members.comma = source.cursor.comma();
            has_member = source.cursor.advance();
        }
        for (index, (name, member)) in (first_problem..).zip(members.missing()) {
            let shape = self.shape;
            let expected = || shape.expected(member);
            matches = self.report_at(index, || Problem::missing(&path.member(name), expected()));
        }
        if matches && !object.length.contains(members.count) {
            return self.report_mismatch_at(first_problem, rule, start.clone().skip(), path);
        }
        matches
    }

    /// Coerces the member at the current position. Returns `None` if it means that the member is absent.
    fn coerce_next_member(
        &mut self,
        members: &mut MembersRead<'a>,
        source: &mut EditedText<'_>,
        path: &ValuePath<'_>,
        nesting: Nesting,
    ) -> Option<bool> {
        let start = source.cursor.position();
        let written = source.cursor.name();
        let Some(name) = unescape(written) else {
            source.cursor.skip();
            let expected = "a name in Unicode";
            return Some(
                self.report(|| Problem::mismatch(path, expected.into(), "half of a surrogate pair".into())),
            );
        };
        let object = members.rule;
        let intended = object.intended_name(&name).filter(|_| !self.strict);
        let name = intended.map_or(name, Cow::Borrowed);
        let value = source.cursor.clone().skip();
        let is_ignored = self.ignores_unknown && nesting.depth == 0 && object.member(&name).is_none();
        if is_ignored || self.is_absent(object, &name, value) {
            source.cursor.skip();
            return None;
        }
        if let Some(index) = object.indices.get(&*name)
            && std::mem::replace(&mut members.seen[*index], true)
        {
            source.cursor.skip();
            return Some(self.report(|| Problem::repeated(&path.member(&name))));
        }
        if let Some(intended) = intended {
            source.replace(start..start + written.len(), &Value::from(intended).to_string());
        }
        Some(self.coerce_member(object, &name, source, path, nesting))
    }

    /// Validates and coerces the value of a member.
    pub(super) fn coerce_member(
        &mut self,
        object: &'a ObjectRule,
        name: &str,
        source: &mut EditedText<'_>,
        path: &ValuePath<'_>,
        nesting: Nesting,
    ) -> bool {
        let path = path.member(name);
        match (object.member(name), &object.additional) {
            (Some(member), _) => self.coerce(&member.rule, source, &path, nesting.descend()),
            (None, AdditionalRule::Of(rule)) => {
                let has_valid_name = object.accepts_name(name)
                    || self.report(|| Problem::mismatch(&path, object.expected_name(), excerpt(name)));
                self.coerce(rule, source, &path, nesting.descend()) && has_valid_name
            }
            (None, AdditionalRule::Any) => {
                source.cursor.skip();
                true
            }
            (None, AdditionalRule::Forbidden) => {
                source.cursor.skip();
                self.report(|| {
                    let known = || object.members.iter().map(|member| member.name.as_str());
                    Problem::unknown(&path, known())
                        .with_suggestion(closest_name(name, known()).map(str::to_owned))
                })
            }
        }
    }

    /// Returns `true` if the value can only mean that the member is absent: the member is optional, or unknown to an object that
    /// a tag distinguishes from others, and the value is `null` or a text that stands for it.
    pub(super) fn is_absent(&mut self, object: &'a ObjectRule, name: &str, value: &str) -> bool {
        if self.strict || !is_empty(value) {
            return false;
        }
        match object.member(name) {
            Some(member) if member.required => false,
            Some(member) if value == "null" => !self.accepts_null(&member.rule, 0),
            Some(member) => !self.accepts_text(&member.rule, 0),
            None => {
                let is_closed = matches!(object.additional, AdditionalRule::Forbidden);
                value == "null" && is_closed && tags(object).next().is_some()
            }
        }
    }

    /// Returns `true` if a text that stands for nothing may be a value of this rule, whatever its length must be.
    fn accepts_text(&mut self, rule: &'a Rule, hops: usize) -> bool {
        match self.shape.resolve(rule) {
            Rule::Choice(branches) if hops < MAX_HOPS && self.take_steps(branches.len()) => {
                branches.iter().any(|branch| self.accepts_text(branch, hops + 1))
            }
            Rule::String(rule) => rule.accepts_empty(),
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

impl<'a> MembersRead<'a> {
    /// Removes the member that starts at `start` and ends at the current position. Returns `true` if there is another one.
    fn remove(&self, start: usize, source: &mut EditedText<'_>) -> bool {
        let end = source.cursor.position();
        let has_next = source.cursor.advance();
        let part = match self.comma {
            Some(comma) => comma..end,
            // The next member becomes the first one, without the comma before it.
            None if has_next => start..source.cursor.position(),
            None => start..end,
        };
        source.replace(part, "");
        has_next
    }

    /// Returns the required properties that the object does not have.
    fn missing(&self) -> impl Iterator<Item = (&'a str, &'a Rule)> + use<'a, '_> {
        self.rule.required.iter().filter_map(|name| match self.rule.indices.get(name) {
            Some(index) => (!self.seen[*index]).then(|| (name.as_str(), &self.rule.members[*index].rule)),
            None => Some((name.as_str(), &Rule::Any)),
        })
    }
}

/// Returns `true` for `null` and the strings that some models send for a member that they do not use.
fn is_empty(value: &str) -> bool {
    matches!(value, "null" | r#""""# | r#""null""# | r#""None""#)
}
