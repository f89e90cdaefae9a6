//! Selection of the branch of a choice that a value matches, or that was probably intended.

use std::cmp::Reverse;

use crate::json::cursor::{JsonKind, TextCursor, unescape};
use crate::schema::coerce::edited_text::EditedText;
use crate::schema::coerce::{Coercer, MAX_HOPS, Nesting, tags};
use crate::schema::problem::{Problem, ValuePath, describe, excerpt, join_names};
use crate::schema::shape::{AdditionalRule, ObjectRule, Rule};
use crate::schema::suggestion::closest_name;

/// Maximum number of members that are compared with those of a branch.
const MAX_COMPARED_MEMBERS: usize = 100;

impl<'a> Coercer<'a> {
    /// Coerces a value to the first branch that it matches as it is, or else to the first that it can be coerced to.
    pub(super) fn coerce_choice(
        &mut self,
        branches: &'a [Rule],
        rule: &'a Rule,
        source: &mut EditedText<'_>,
        path: &ValuePath<'_>,
        nesting: Nesting,
    ) -> bool {
        let (start, kind) = (source.cursor.position(), source.cursor.kind());
        let choice = (start, branches.as_ptr().addr());
        match self.known.as_ref().and_then(|known| known.get(&choice)) {
            Some(Some(end)) => {
                source.cursor.set_position(*end);
                return true;
            }
            Some(None) if self.probing => return false,
            _ => {}
        }
        let matches = self.matches_branch(branches, kind, source, path, nesting);
        let end = matches.then(|| source.cursor.position());
        self.known.as_mut().map(|known| known.insert(choice, end));
        if matches || self.probing {
            return matches;
        }
        match self.intended_branch(branches, &source.cursor) {
            Some(branch) => self.coerce(branch, source, path, nesting.hop()),
            None => {
                let text = source.cursor.skip();
                self.report_tag(branches, text, path)
                    .unwrap_or_else(|| self.report_mismatch(rule, text, path))
            }
        }
    }

    /// Coerces a value to a branch. Returns `false`, and changes nothing, if it matches none.
    fn matches_branch(
        &mut self,
        branches: &'a [Rule],
        kind: JsonKind,
        source: &mut EditedText<'_>,
        path: &ValuePath<'_>,
        nesting: Nesting,
    ) -> bool {
        if branches.iter().any(|branch| self.probe(branch, source, path, nesting, true)) {
            return true;
        }
        !self.strict
            && branches.iter().any(|branch| {
                self.may_accept(branch, kind, 0) && self.probe(branch, source, path, nesting, false)
            })
    }

    /// Coerces a value without collecting problems. Returns `true` if it matches; otherwise, the source is as it was before.
    fn probe(
        &mut self,
        rule: &'a Rule,
        source: &mut EditedText<'_>,
        path: &ValuePath<'_>,
        nesting: Nesting,
        strict: bool,
    ) -> bool {
        let outer = (self.strict, self.probing);
        (self.strict, self.probing) = (strict, true);
        let checkpoint = source.checkpoint();
        let matches = self.coerce(rule, source, path, nesting.hop());
        if !matches {
            source.restore(checkpoint);
        }
        (self.strict, self.probing) = outer;
        matches
    }

    /// Returns `true` if a value of this kind has the type of the rule, or may be coerced to it.
    fn may_accept(&mut self, rule: &'a Rule, kind: JsonKind, hops: usize) -> bool {
        match (self.shape.resolve(rule), kind) {
            (Rule::Choice(branches), _) => {
                hops < MAX_HOPS
                    && self.take_steps(branches.len())
                    && branches.iter().any(|branch| self.may_accept(branch, kind, hops + 1))
            }
            (Rule::Array(_), JsonKind::Array) | (Rule::Object(_), JsonKind::Object | JsonKind::Array) => true,
            (rule, _) => {
                let never_coerces = matches!(rule, Rule::Any | Rule::Never | Rule::Null);
                !never_coerces && !matches!(kind, JsonKind::Array | JsonKind::Object)
            }
        }
    }

    /// Returns the branch whose problems are reported: the only one with the type of the value, or the object with the most
    /// members of the value, and then the fewest missing, if there is only one.
    fn intended_branch(&self, branches: &'a [Rule], value: &TextCursor<'_>) -> Option<&'a Rule> {
        let kind = value.kind();
        let mut members = Vec::new();
        if kind == JsonKind::Object {
            value.clone().for_each_member(|name, member| {
                members.push((unescape(name).unwrap_or_default(), member));
                members.len() < MAX_COMPARED_MEMBERS
            });
        }
        let mut best: Option<((usize, Reverse<usize>), &Rule)> = None;
        let mut is_unique = true;
        let mut has_object = false;
        let has_objects = branches.iter().any(|branch| matches!(self.shape.resolve(branch), Rule::Object(_)));
        for branch in branches {
            let score = match (self.shape.resolve(branch), kind) {
                (Rule::Object(rule), JsonKind::Object) => {
                    has_object = true;
                    let has_tags = tags(rule).all(|(name, tag)| {
                        members.iter().any(|(other, value)| other == name && is_tag(value, tag))
                    });
                    let common = members.iter().filter(|(name, _)| rule.has_name(name)).count();
                    let has = |name: &&String| members.iter().any(|(other, _)| other == *name);
                    let missing = rule.required.iter().filter(|name| !has(name)).count();
                    has_tags.then_some((1 + common, Reverse(missing)))
                }
                // The names of variants without content are no alternative to the objects of the other variants.
                (Rule::String(rule), JsonKind::String) if has_objects && !rule.values.is_empty() => None,
                (Rule::Array(_), JsonKind::Array)
                | (Rule::String(_) | Rule::Duration, JsonKind::String)
                | (Rule::Number(_), JsonKind::Number)
                | (Rule::Boolean(_), JsonKind::Boolean) => Some((1, Reverse(0))),
                _ => None,
            };
            match (score, best) {
                (Some(score), Some((highest, _))) if score == highest => is_unique = false,
                (Some(score), Some((highest, _))) if score < highest => {}
                (Some(score), _) => {
                    best = Some((score, branch));
                    is_unique = true;
                }
                (None, _) => {}
            }
        }
        let ((score, _), branch) = best?;
        // An object that has no member of any branch resembles none of several.
        let resembles = !has_object || score > 1 || branches.len() == 1 || self.is_only_object(branches);
        (is_unique && resembles).then_some(branch)
    }

    /// Returns `true` if at most one branch is an object.
    fn is_only_object(&self, branches: &[Rule]) -> bool {
        let is_object = |branch: &&Rule| matches!(self.shape.resolve(branch), Rule::Object(_));
        branches.iter().filter(is_object).count() <= 1
    }

    /// Reports the valid tags if the branches are objects with a common tag, and the value has none of the tags; or the valid
    /// names if the objects have one member each, and the value has none of these.
    fn report_tag(&mut self, branches: &'a [Rule], text: &str, path: &ValuePath<'_>) -> Option<bool> {
        if JsonKind::of(text) != JsonKind::Object {
            return None;
        }
        let objects: Vec<&ObjectRule> = branches
            .iter()
            .filter_map(|branch| match self.shape.resolve(branch) {
                Rule::Object(rule) => Some(&**rule),
                _ => None,
            })
            .collect();
        let first = objects.first()?;
        let is_tag_of_all = |name: &&String| objects.iter().all(|object| object.tag(name).is_some());
        let Some(name) = first.required.iter().find(is_tag_of_all) else {
            return self.report_variant_name(&objects, text, path);
        };
        let tags: Vec<&str> = objects.iter().filter_map(|object| object.tag(name)).collect();
        let path = path.member(name);
        let quoted: Vec<String> = tags.iter().map(|tag| excerpt(tag)).collect();
        let expected = format!("one of {}", join_names(quoted.iter().map(String::as_str)));
        let mut given = None;
        TextCursor::new(text).for_each_member(|other, value| {
            given = unescape(other).is_some_and(|other| other == **name).then_some(value);
            given.is_none()
        });
        let Some(given) = given else { return Some(self.report(|| Problem::missing(&path, expected))) };
        let tag = if JsonKind::of(given) == JsonKind::String { unescape(given) } else { None };
        if tag.as_deref().is_some_and(|tag| tags.contains(&tag)) {
            return None;
        }
        Some(self.report(|| {
            let suggestion = tag.and_then(|tag| closest_name(&tag, tags.iter().copied()).map(str::to_owned));
            Problem::mismatch(&path, expected, describe(given)).with_suggestion(suggestion)
        }))
    }

    /// Reports the valid names if each object has exactly one member, named after a variant of an enum.
    fn report_variant_name(
        &mut self,
        objects: &[&'a ObjectRule],
        text: &str,
        path: &ValuePath<'_>,
    ) -> Option<bool> {
        let is_variant = |object: &&ObjectRule| {
            object.members.len() == 1
                && object.required.len() == 1
                && matches!(object.additional, AdditionalRule::Forbidden)
        };
        if objects.len() < 2 || !objects.iter().all(|object| is_variant(object)) {
            return None;
        }
        let names: Vec<&str> = objects.iter().map(|object| object.required[0].as_str()).collect();
        let mut given = None;
        let mut count = 0;
        TextCursor::new(text).for_each_member(|name, _| {
            given = unescape(name);
            count += 1;
            count < 2
        });
        if count > 1 {
            let expected =
                format!("an object with exactly 1 member: one of {}", join_names(names.iter().copied()));
            return Some(self.report(|| Problem::mismatch(path, expected, "an object with several".into())));
        }
        let given = given.filter(|given| !names.contains(&&**given))?;
        Some(self.report(|| {
            Problem::unknown(&path.member(&given), names.iter().copied())
                .with_suggestion(closest_name(&given, names.iter().copied()).map(str::to_owned))
        }))
    }
}

/// Returns `true` if the text of a value is the tag, in any case.
fn is_tag(value: &str, tag: &str) -> bool {
    JsonKind::of(value) == JsonKind::String
        && unescape(value).is_some_and(|value| value.to_lowercase() == tag.to_lowercase())
}
