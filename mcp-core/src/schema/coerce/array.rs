//! Coercion of arrays.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use crate::json::cursor::{JsonKind, TextCursor, unescape};
use crate::schema::coerce::edited_text::EditedText;
use crate::schema::coerce::{BYTES_PER_PART, Coercer, MAX_VALUE_DEPTH, Nesting};
use crate::schema::integer::Integer;
use crate::schema::problem::{Problem, ValuePath, describe};
use crate::schema::shape::{ArrayRule, Rule};

impl<'a> Coercer<'a> {
    pub(super) fn coerce_array(
        &mut self,
        array: &'a ArrayRule,
        rule: &'a Rule,
        source: &mut EditedText<'_>,
        path: &ValuePath<'_>,
        nesting: Nesting,
    ) -> bool {
        match source.cursor.kind() {
            JsonKind::Array => self.coerce_items(array, rule, source, path, nesting),
            JsonKind::String => self
                .coerce_contained(JsonKind::Array, source, |coercer, contained| {
                    coercer.coerce_items(array, rule, contained, path, nesting)
                })
                .unwrap_or_else(|| self.report_mismatch(rule, source.cursor.skip(), path)),
            _ => self.report_mismatch(rule, source.cursor.skip(), path),
        }
    }

    fn coerce_items(
        &mut self,
        array: &'a ArrayRule,
        rule: &'a Rule,
        source: &mut EditedText<'_>,
        path: &ValuePath<'_>,
        nesting: Nesting,
    ) -> bool {
        let first_problem = self.problems.len();
        let start = source.cursor.clone();
        let mut seen = array.unique.then(SeenItems::default);
        let (mut matches, mut count) = (true, 0);
        let mut has_item = source.cursor.enter();
        while has_item {
            let path = path.item(count);
            let item_rule = array.elements.get(count).unwrap_or(&array.items);
            count += 1;
            let copied = if seen.is_some() { source.copy() } else { 0 };
            matches &= self.coerce(item_rule, source, &path, nesting.descend());
            if !matches && self.is_done() {
                return false;
            }
            if let Some(seen) = seen.as_mut().filter(|_| matches) {
                source.copy();
                matches = self.is_new(seen, source.changed_after(copied), &path, nesting);
            }
            has_item = source.cursor.advance();
        }
        if !array.length.contains(count) {
            let text = start.clone().skip();
            return self.report_mismatch_at(first_problem, rule, text, path);
        }
        matches
    }

    /// Checks that an item differs from the items before it.
    fn is_new(&mut self, seen: &mut SeenItems, item: &str, path: &ValuePath<'_>, nesting: Nesting) -> bool {
        let is_new = self.take_steps(1 + item.len() / BYTES_PER_PART)
            && hash_value(item, &seen.states, MAX_VALUE_DEPTH.saturating_sub(nesting.depth))
                .is_some_and(|hash| seen.hashes.insert(hash));
        let expected = "an item that differs from the items before it";
        is_new || self.report(|| Problem::mismatch(path, expected.into(), describe(item)))
    }
}

/// The hashes of the items of an array. Two different items have the same one with a probability of 1 to 2¹²⁸.
#[derive(Default)]
struct SeenItems {
    states: [RandomState; 2],
    hashes: HashSet<[u64; 2]>,
}

/// Returns a hash that is the same for values which are equal in JSON Schema. Returns `None` if the value is too deep.
fn hash_value(text: &str, states: &[RandomState; 2], max_depth: usize) -> Option<[u64; 2]> {
    let max_depth = max_depth.checked_sub(1)?;
    let hash = |value: &dyn Fn(&RandomState) -> u64| states.each_ref().map(value);
    let mut is_shallow = true;
    let hash = match JsonKind::of(text) {
        JsonKind::Null | JsonKind::Boolean => hash(&|state| state.hash_one(text)),
        JsonKind::Number => match Integer::parse(text) {
            Some(integer) => hash(&|state| state.hash_one(("integer", integer.to_string()))),
            None => {
                let bits = text.parse::<f64>().map(f64::to_bits).ok();
                hash(&|state| state.hash_one(("number", bits)))
            }
        },
        JsonKind::String => {
            let string = unescape(text);
            hash(&|state| state.hash_one(("string", string.as_deref())))
        }
        JsonKind::Array => {
            let mut all = [0; 2];
            TextCursor::new(text).for_each_item(|item| {
                let item = hash_value(item, states, max_depth);
                is_shallow = item.is_some();
                all = [0, 1]
                    .map(|index| states[index].hash_one(("item", all[index], item.map(|item| item[index]))));
                is_shallow
            });
            hash(&|state| state.hash_one(("array", all)))
        }
        JsonKind::Object => {
            // The order of members has no meaning, so their hashes are added.
            let mut all = [0_u64; 2];
            TextCursor::new(text).for_each_member(|name, member| {
                let member = hash_value(member, states, max_depth);
                is_shallow = member.is_some();
                let name = unescape(name);
                for (index, sum) in all.iter_mut().enumerate() {
                    let member = (name.as_deref(), member.map(|member| member[index]));
                    *sum = sum.wrapping_add(states[index].hash_one(member));
                }
                is_shallow
            });
            hash(&|state| state.hash_one(("object", all)))
        }
    };
    is_shallow.then_some(hash)
}
