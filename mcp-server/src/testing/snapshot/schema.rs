//! Comparison of schemas: what is valid under one and not under the other.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::testing::lint::schema::{join, shortened};
use crate::testing::snapshot::change::{Changes, Impact, replaced};

/// Keywords that only models and users read.
const PROSE: [&str; 5] = ["title", "description", "examples", "deprecated", "$comment"];

/// Keywords with a lower bound.
const LOWER: [&str; 5] = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];

/// Keywords with an upper bound.
const UPPER: [&str; 5] = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];

/// Keywords that are compared by functions of their own.
const COMPARED: [&str; 12] = [
    "type",
    "enum",
    "const",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "anyOf",
    "oneOf",
    "$ref",
    "$defs",
    "definitions",
];

/// Keywords that restrict values in a way that is not compared.
const OTHER_ASSERTIONS: [&str; 14] = [
    "pattern",
    "format",
    "multipleOf",
    "uniqueItems",
    "allOf",
    "not",
    "if",
    "then",
    "else",
    "prefixItems",
    "patternProperties",
    "propertyNames",
    "dependentRequired",
    "contains",
];

/// Levels of schemas that are compared. Recursive schemas end there, if not before.
const MAX_DEPTH: usize = 32;

/// The side that must accept the values of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// The server accepts arguments: a narrower schema breaks calls.
    Input,
    /// The client accepts results: a wider schema breaks clients.
    Output,
}

/// Compares two schemas, each with its own definitions.
pub(crate) fn compare_schemas(
    changes: &mut Changes,
    old: &Value,
    new: &Value,
    direction: Direction,
    pointer: &str,
) {
    if old == new {
        return;
    }
    let (old_root, new_root) = (old, new);
    let mut comparison = Comparison { changes, old_root, new_root, direction, seen: BTreeSet::new() };
    comparison.compare(old, new, pointer, 0);
}

struct Comparison<'a, 'b> {
    changes: &'b mut Changes,
    old_root: &'a Value,
    new_root: &'a Value,
    direction: Direction,
    /// The pairs of references that were followed.
    seen: BTreeSet<(String, String)>,
}

impl<'a> Comparison<'a, '_> {
    /// Adds a change after which fewer values are valid.
    fn narrowed(&mut self, pointer: &str, detail: impl Into<String>) {
        let impact = match self.direction {
            Direction::Input => Impact::Breaking,
            Direction::Output => Impact::Compatible,
        };
        self.changes.add(impact, pointer, detail);
    }

    /// Adds a change after which more values are valid.
    fn widened(&mut self, pointer: &str, detail: impl Into<String>) {
        let impact = match self.direction {
            Direction::Input => Impact::Compatible,
            Direction::Output => Impact::Breaking,
        };
        self.changes.add(impact, pointer, detail);
    }

    fn compare(&mut self, old: &'a Value, new: &'a Value, pointer: &str, depth: usize) {
        let references = (reference(old), reference(new));
        if references != (None, None) {
            let text = |reference: Option<&str>| reference.unwrap_or_default().to_owned();
            if !self.seen.insert((text(references.0), text(references.1))) {
                return;
            }
        }
        // The texts of both schemas, before the references are followed.
        self.compare_prose(old, new, pointer);
        let (old, new) = (resolve(old, self.old_root), resolve(new, self.new_root));
        if depth > MAX_DEPTH || accepts_any(old) && accepts_any(new) {
            return;
        }
        let (old_branches, new_branches) = (branches(old), branches(new));
        if old_branches.is_some() || new_branches.is_some() {
            let old = old_branches.unwrap_or_else(|| vec![old]);
            let new = new_branches.unwrap_or_else(|| vec![new]);
            return self.compare_branches(&old, &new, pointer, depth);
        }
        let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else {
            return self.compare_booleans(old, new, pointer);
        };
        if !self.compare_types(old, new, pointer) {
            return;
        }
        self.compare_values(old, new, pointer);
        self.compare_bounds(old, new, pointer);
        self.compare_others(old, new, pointer);
        self.compare_properties(old, new, pointer, depth);
        self.compare_additional(old, new, pointer, depth);
        self.compare_items(old, new, pointer, depth);
    }

    fn compare_prose(&mut self, old: &Value, new: &Value, pointer: &str) {
        for keyword in PROSE {
            if old.get(keyword) != new.get(keyword) {
                let detail = replaced(old.get(keyword), new.get(keyword));
                self.changes.add(Impact::Prose, &join(pointer, keyword), detail);
            }
        }
    }

    fn compare_booleans(&mut self, old: &Value, new: &Value, pointer: &str) {
        if old == new {
            return;
        }
        let detail = replaced(Some(old), Some(new));
        if accepts_any(new) || old == &Value::Bool(false) {
            self.widened(pointer, detail);
        } else {
            self.narrowed(pointer, detail);
        }
    }

    /// Compares the branches of choices: equal ones are the same, and single ones that remain are compared.
    fn compare_branches(&mut self, old: &[&'a Value], new: &[&'a Value], pointer: &str, depth: usize) {
        for (before, now) in old.iter().filter_map(|old| Some((old, new.iter().find(|new| new == &old)?))) {
            // They may refer to definitions that differ.
            self.compare(before, now, pointer, depth + 1);
        }
        let removed: Vec<_> = old.iter().filter(|branch| !new.contains(branch)).collect();
        let added: Vec<_> = new.iter().filter(|branch| !old.contains(branch)).collect();
        if let ([old_branch], [new_branch]) = (removed.as_slice(), added.as_slice()) {
            let place = old.iter().position(|branch| branch == *old_branch).unwrap_or_default();
            let is_choice = old.len() > 1 || new.len() > 1;
            let path =
                if is_choice { join(&join(pointer, "anyOf"), &place.to_string()) } else { pointer.into() };
            return self.compare(old_branch, new_branch, &path, depth + 1);
        }
        for branch in removed {
            self.narrowed(pointer, format!("removed alternative {}", shortened(branch)));
        }
        for branch in added {
            self.widened(pointer, format!("new alternative {}", shortened(branch)));
        }
    }

    /// Returns `false` if the types have nothing in common, so that no other keyword is worth comparing.
    fn compare_types(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, pointer: &str) -> bool {
        let (Some(before), Some(now)) = (types(old), types(new)) else {
            match (types(old), types(new)) {
                (None, Some(_)) => self.narrowed(&join(pointer, "type"), replaced(None, new.get("type"))),
                (Some(_), None) => self.widened(&join(pointer, "type"), replaced(old.get("type"), None)),
                _ => {}
            }
            return true;
        };
        let detail = replaced(old.get("type"), new.get("type"));
        match (before.is_subset(&now), now.is_subset(&before)) {
            (true, true) => {}
            (true, false) => self.widened(&join(pointer, "type"), detail),
            (false, true) => self.narrowed(&join(pointer, "type"), detail),
            (false, false) => {
                self.changes.add(Impact::Breaking, &join(pointer, "type"), detail);
                return !before.is_disjoint(&now);
            }
        }
        true
    }

    fn compare_values(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, pointer: &str) {
        let path = join(pointer, "enum");
        match (values(old), values(new)) {
            (None, Some(values)) => {
                self.narrowed(&path, format!("only {} is valid", shortened(&Value::Array(values))));
            }
            (Some(_), None) => self.widened(&path, "other values are valid"),
            (Some(before), Some(now)) => {
                for value in before.iter().filter(|value| !now.contains(value)) {
                    self.narrowed(&path, format!("removed {}", shortened(value)));
                }
                for value in now.iter().filter(|value| !before.contains(value)) {
                    self.widened(&path, format!("new {}", shortened(value)));
                }
            }
            (None, None) => {}
        }
    }

    fn compare_bounds(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, pointer: &str) {
        let keywords = LOWER.map(|keyword| (keyword, Ordering::Greater));
        for (keyword, narrower) in keywords.into_iter().chain(UPPER.map(|keyword| (keyword, Ordering::Less)))
        {
            let (before, now) = (old.get(keyword), new.get(keyword));
            let (path, detail) = (join(pointer, keyword), replaced(before, now));
            match (before, now) {
                (before, now) if before == now => {}
                (None, _) => self.narrowed(&path, detail),
                (_, None) => self.widened(&path, detail),
                (Some(before), Some(now)) => {
                    let order = now.as_f64().partial_cmp(&before.as_f64());
                    if order == Some(narrower) {
                        self.narrowed(&path, detail);
                    } else {
                        self.widened(&path, detail);
                    }
                }
            }
        }
    }

    fn compare_others(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, pointer: &str) {
        let mut keywords: Vec<_> = old.keys().chain(new.keys()).map(String::as_str).collect();
        keywords.sort_unstable();
        keywords.dedup();
        let known = |keyword: &&str| {
            [&PROSE[..], &LOWER, &UPPER, &COMPARED].iter().any(|known| known.contains(keyword))
        };
        for keyword in keywords.into_iter().filter(|keyword| !known(keyword)) {
            let (before, now) = (old.get(keyword), new.get(keyword));
            if before == now {
                continue;
            }
            let (path, detail) = (join(pointer, keyword), replaced(before, now));
            match (OTHER_ASSERTIONS.contains(&keyword), before, now) {
                (false, ..) => self.changes.add(Impact::Compatible, &path, detail),
                (true, None, _) => self.narrowed(&path, detail),
                (true, _, None) => self.widened(&path, detail),
                // One of the directions breaks something, and it is not known which one.
                (true, ..) => self.changes.add(Impact::Breaking, &path, detail),
            }
        }
    }

    fn compare_properties(
        &mut self,
        old: &'a Map<String, Value>,
        new: &'a Map<String, Value>,
        pointer: &str,
        depth: usize,
    ) {
        let (old_properties, new_properties) = (properties(old), properties(new));
        let has = |properties: Option<&Map<String, Value>>, name: &str| {
            properties.is_some_and(|properties| properties.contains_key(name))
        };
        for (name, before) in old_properties.into_iter().flatten() {
            let path = join(&join(pointer, "properties"), name);
            match new_properties.and_then(|properties| properties.get(name)) {
                None => self.changes.add(Impact::Breaking, &path, "removed"),
                Some(now) => {
                    match (requires(old, name), requires(new, name)) {
                        (false, true) => self.narrowed(&path, "now required"),
                        (true, false) => self.widened(&path, "now optional"),
                        _ => {}
                    }
                    self.compare(before, now, &path, depth + 1);
                }
            }
        }
        let names = new_properties.into_iter().flat_map(Map::keys);
        for name in names.filter(|name| !has(old_properties, name)) {
            let path = join(&join(pointer, "properties"), name);
            match (self.direction, requires(new, name)) {
                (Direction::Input, true) => self.changes.add(Impact::Breaking, &path, "new required member"),
                (Direction::Input, false) => {
                    self.changes.add(Impact::Compatible, &path, "new optional member");
                }
                // A client may check results against the schema that it has cached.
                (Direction::Output, _) if old.get("additionalProperties") == Some(&Value::Bool(false)) => {
                    self.changes.add(Impact::Breaking, &path, "new member of a closed object");
                }
                (Direction::Output, _) => self.changes.add(Impact::Compatible, &path, "new member"),
            }
        }
    }

    fn compare_additional(
        &mut self,
        old: &'a Map<String, Value>,
        new: &'a Map<String, Value>,
        pointer: &str,
        depth: usize,
    ) {
        const ANY: &Value = &Value::Bool(true);
        let additional = |schema: &'a Map<String, Value>| schema.get("additionalProperties").unwrap_or(ANY);
        if types(old).is_some_and(|types| types.contains("object")) {
            let path = join(pointer, "additionalProperties");
            self.compare(additional(old), additional(new), &path, depth + 1);
        }
    }

    fn compare_items(
        &mut self,
        old: &'a Map<String, Value>,
        new: &'a Map<String, Value>,
        pointer: &str,
        depth: usize,
    ) {
        const ANY: &Value = &Value::Bool(true);
        let items = |schema: &'a Map<String, Value>| schema.get("items").unwrap_or(ANY);
        self.compare(items(old), items(new), &join(pointer, "items"), depth + 1);
    }
}

fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref").and_then(Value::as_str)
}

/// Returns the target of a reference, or the schema itself.
fn resolve<'a>(mut schema: &'a Value, root: &'a Value) -> &'a Value {
    for _ in 0..MAX_DEPTH {
        let target = reference(schema).and_then(|reference| reference.strip_prefix('#'));
        match target.and_then(|pointer| root.pointer(pointer)) {
            Some(target) => schema = target,
            None => return schema,
        }
    }
    schema
}

/// Returns the alternatives of a choice.
fn branches(schema: &Value) -> Option<Vec<&Value>> {
    let branches = schema.get("anyOf").or_else(|| schema.get("oneOf"))?;
    branches.as_array().map(|branches| branches.iter().collect())
}

/// Returns the types of a schema. Every integer is a number.
fn types(schema: &Map<String, Value>) -> Option<BTreeSet<&str>> {
    let mut types: BTreeSet<_> = match schema.get("type")? {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect(),
    };
    if types.contains("number") {
        types.insert("integer");
    }
    Some(types)
}

/// Returns the enumerated values of a schema.
fn values(schema: &Map<String, Value>) -> Option<Vec<Value>> {
    let constant = schema.get("const").map(|value| vec![value.clone()]);
    constant.or_else(|| schema.get("enum")?.as_array().cloned())
}

fn properties(schema: &Map<String, Value>) -> Option<&Map<String, Value>> {
    schema.get("properties").and_then(Value::as_object)
}

fn requires(schema: &Map<String, Value>, name: &str) -> bool {
    let required = schema.get("required").and_then(Value::as_array);
    required.is_some_and(|required| required.iter().any(|member| member == name))
}

/// Returns `true` for a schema without keywords.
fn accepts_any(schema: &Value) -> bool {
    schema == &Value::Bool(true) || schema.as_object().is_some_and(Map::is_empty)
}
