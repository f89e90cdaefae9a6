//! Selection of the branch of a choice that a value matches, or that was probably intended.

use serde_json::Value;

use crate::schema::coerce::{Coercer, MAX_HOPS, Nesting, count_parts};
use crate::schema::problem::{Problem, ValuePath, describe, excerpt, join_names};
use crate::schema::shape::{ObjectRule, Rule};
use crate::schema::suggestion::closest_name;

impl<'a> Coercer<'a> {
    /// Coerces a value to the first branch that it matches as it is, or else to the first that it can be coerced to.
    pub(super) fn coerce_choice(
        &mut self,
        branches: &'a [Rule],
        rule: &'a Rule,
        value: &mut Value,
        path: &ValuePath<'_>,
        nesting: Nesting,
    ) -> bool {
        if branches.iter().any(|branch| self.probe(branch, value, path, nesting, true)) {
            return true;
        }
        if !self.strict && branches.iter().any(|branch| self.probe_copy(branch, value, path, nesting)) {
            return true;
        }
        if self.probing { false } else { self.report_choice(branches, rule, value, path, nesting) }
    }

    /// Coerces a value without collecting problems. Returns `true` if it matches.
    fn probe(
        &mut self,
        rule: &'a Rule,
        value: &mut Value,
        path: &ValuePath<'_>,
        nesting: Nesting,
        strict: bool,
    ) -> bool {
        let outer = (self.strict, self.probing);
        (self.strict, self.probing) = (strict, true);
        let matches = self.coerce(rule, value, path, nesting.hop());
        (self.strict, self.probing) = outer;
        matches
    }

    /// Coerces a copy of a value, and replaces the value if the copy matches.
    fn probe_copy(
        &mut self,
        rule: &'a Rule,
        value: &mut Value,
        path: &ValuePath<'_>,
        nesting: Nesting,
    ) -> bool {
        if !self.may_accept(rule, value, 0) || !self.take_steps(count_parts(value)) {
            return false;
        }
        let mut copy = value.clone();
        let matches = self.probe(rule, &mut copy, path, nesting, false);
        if matches {
            *value = copy;
        }
        matches
    }

    /// Returns `true` if the value has the type of the rule, or may be coerced to it.
    fn may_accept(&mut self, rule: &'a Rule, value: &Value, hops: usize) -> bool {
        match (self.shape.resolve(rule), value) {
            (Rule::Choice(branches), _) => {
                hops < MAX_HOPS
                    && self.take_steps(branches.len())
                    && branches.iter().any(|branch| self.may_accept(branch, value, hops + 1))
            }
            (Rule::Array(_), Value::Array(_)) | (Rule::Object(_), Value::Object(_)) => true,
            (rule, _) => {
                let never_coerces = matches!(rule, Rule::Any | Rule::Never | Rule::Null);
                !never_coerces && !value.is_array() && !value.is_object()
            }
        }
    }

    /// Reports the problems with the intended branch if there is exactly one that the value resembles.
    fn report_choice(
        &mut self,
        branches: &'a [Rule],
        rule: &'a Rule,
        value: &mut Value,
        path: &ValuePath<'_>,
        nesting: Nesting,
    ) -> bool {
        let mut intended = branches.iter().filter(|branch| self.resembles(branch, value));
        match (intended.next(), intended.next()) {
            (Some(branch), None) => self.coerce(branch, value, path, nesting.hop()),
            (None, _) => self
                .report_tag(branches, value, path)
                .unwrap_or_else(|| self.report_mismatch(rule, value, path)),
            _ => self.report_mismatch(rule, value, path),
        }
    }

    /// Returns `true` if the value resembles those of the rule.
    ///
    /// A value resembles values of the same type. An object must also have the tags of the rule, or, if the rule has no
    /// tags, its required members.
    fn resembles(&self, rule: &Rule, value: &Value) -> bool {
        match (self.shape.resolve(rule), value) {
            (Rule::Object(rule), Value::Object(members)) => {
                let mut tags =
                    rule.required.iter().filter_map(|name| Some((name, rule.tag(name)?))).peekable();
                match tags.peek() {
                    Some(_) => tags.all(|(name, tag)| members.get(name).is_some_and(|value| value == tag)),
                    None => rule.required.iter().all(|name| members.contains_key(name)),
                }
            }
            (Rule::Array(_), Value::Array(_))
            | (Rule::String(_), Value::String(_))
            | (Rule::Number(_), Value::Number(_))
            | (Rule::Boolean(_), Value::Bool(_)) => true,
            _ => false,
        }
    }

    /// Reports the valid tags if the branches are objects with a common tag, and the value has none of the tags.
    fn report_tag(&mut self, branches: &'a [Rule], value: &Value, path: &ValuePath<'_>) -> Option<bool> {
        let members = value.as_object()?;
        let objects: Vec<&ObjectRule> = branches
            .iter()
            .filter_map(|branch| match self.shape.resolve(branch) {
                Rule::Object(rule) => Some(&**rule),
                _ => None,
            })
            .collect();
        let first = objects.first()?;
        let name =
            first.required.iter().find(|name| objects.iter().all(|object| object.tag(name).is_some()))?;
        let tags: Vec<&str> = objects.iter().filter_map(|object| object.tag(name)).collect();
        let path = path.member(name);
        let quoted: Vec<String> = tags.iter().map(|tag| excerpt(tag)).collect();
        let expected = format!("one of {}", join_names(quoted.iter().map(String::as_str)));
        Some(match members.get(name) {
            None => self.report(|| Problem::missing(&path, expected)),
            Some(Value::String(tag)) if tags.contains(&tag.as_str()) => return None,
            Some(value) => self.report(|| {
                let suggestion = value.as_str().and_then(|tag| closest_name(tag, tags.iter().copied()));
                Problem::mismatch(&path, expected, describe(value))
                    .with_suggestion(suggestion.map(str::to_owned))
            }),
        })
    }
}
