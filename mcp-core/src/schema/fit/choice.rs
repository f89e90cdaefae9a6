//! The branch of a choice that a value fits, and for one that fits none, the branch that was meant.

use serde_json::Value;

use super::{HOP_LIMIT, Place, Walk, weight};
use crate::schema::nearest::nearest;
use crate::schema::problem::{Path, Problem, excerpt, found, listed};
use crate::schema::shape::{Form, ObjectForm};

impl<'a> Walk<'a> {
    /// Tries the branches: the value takes the first that it fits as it is, then the first that it can be made to fit.
    pub(super) fn fit_choice(
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
    fn may_take(&mut self, form: &'a Form, value: &Value, hops: usize) -> bool {
        match (self.shape.resolve(form), value) {
            (Form::Choice(branches), _) => {
                hops < HOP_LIMIT
                    && self.spend(branches.len())
                    && branches.iter().any(|branch| self.may_take(branch, value, hops + 1))
            }
            (Form::Array(_), Value::Array(_)) | (Form::Object(_), Value::Object(_)) => true,
            (form, _) => {
                let is_certain = matches!(form, Form::Any | Form::Never | Form::Null);
                !is_certain && !value.is_array() && !value.is_object()
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
