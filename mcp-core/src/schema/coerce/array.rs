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
        let checkpoint = source.checkpoint();
        let (mut matches, mut count) = (true, 0);
        let mut has_item = source.cursor.enter();
        while has_item {
            let item_rule = array.elements.get(count).unwrap_or(&array.items);
            matches &= self.coerce(item_rule, source, &path.item(count), nesting.descend());
            if !matches && self.is_done() {
                return false;
            }
            count += 1;
            has_item = source.cursor.advance();
        }
        if !array.length.contains(count) {
            let text = start.clone().skip();
            return self.report_mismatch_at(first_problem, rule, text, path);
        }
        if matches && array.unique {
            return self.has_unique_items(source.since(checkpoint), count, path, nesting);
        }
        matches
    }

    /// Checks that the items of an array with this JSON text differ from each other.
    fn has_unique_items(
        &mut self,
        array: &str,
        count: usize,
        path: &ValuePath<'_>,
        nesting: Nesting,
    ) -> bool {
        if !self.take_steps(count + array.len() / BYTES_PER_PART) {
            return self.report_complexity(path);
        }
        let max_depth = MAX_VALUE_DEPTH.saturating_sub(nesting.depth);
        let states = [RandomState::new(), RandomState::new()];
        let mut hashes = Vec::with_capacity(count);
        let mut is_shallow = true;
        TextCursor::new(array).for_each_item(|item| {
            let hash = hash_value(item, &states, max_depth);
            hashes.extend(hash.map(short));
            is_shallow = hash.is_some();
            is_shallow
        });
        if !is_shallow {
            return self.report_depth(path);
        }
        hashes.sort_unstable();
        let is_repeated = |hash: &[u64; 2]| {
            let first = hashes.partition_point(|other| *other < short(*hash));
            hashes.get(first + 1) == Some(&short(*hash))
        };
        let (mut seen, mut index, mut repeated) = (HashSet::new(), 0, None);
        if hashes.windows(2).any(|pair| pair[0] == pair[1]) {
            TextCursor::new(array).for_each_item(|item| {
                let hash = hash_value(item, &states, max_depth).filter(is_repeated);
                repeated = hash.is_some_and(|hash| !seen.insert(hash)).then_some((index, item));
                index += 1;
                repeated.is_none()
            });
        }
        let Some((index, item)) = repeated else { return true };
        let expected = "an item that differs from the items before it";
        self.report(|| Problem::mismatch(&path.item(index), expected.into(), describe(item)))
    }
}

/// Returns a part of the hashes of a value. Many items are kept by it, and those with the same one are compared again.
fn short(hash: [u64; 2]) -> u32 {
    hash[0] as u32
}

/// Returns two hashes that are the same for values which are equal in JSON Schema; other values have the same ones with a
/// probability of 1 to 2¹²⁸. Returns `None` if the value is too deep.
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
