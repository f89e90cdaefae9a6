//! Choices between schemas, in their simplest form.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use crate::schema::error::SchemaError;
use crate::schema::node::{Additional, Kind, Node, ObjectNode, Purpose, ScalarKind, ScalarNode};

/// Returns a schema that accepts a value of any of the branches.
///
/// A `null` branch becomes [`Node::nullable`], duplicate branches are dropped, and enumerations of one type become one.
pub(super) fn any_of(branches: Vec<Node>) -> Node {
    let branches: Vec<Node> = branches.into_iter().flat_map(flatten).collect();
    let nullable = branches.iter().any(|branch| branch.nullable || branch.is_null());
    let is_option = nullable && branches.len() <= 2;
    let mut distinct = DistinctBranches::default();
    for branch in branches {
        if branch.is_null() || matches!(branch.kind, Kind::Never) {
            continue;
        }
        let mut branch = Node { nullable: false, ..branch };
        if !is_option {
            move_description_to_notes(&mut branch);
        }
        distinct.add(branch);
    }
    let mut branches = distinct.branches;
    let node = match branches.len() {
        0 => Node { checked_by_decoding: true, ..Node::new(Kind::Never) },
        1 => branches.remove(0),
        _ => Node::new(Kind::Choice(branches)),
    };
    if nullable { or_null(node) } else { node }
}

/// Distinct branches of a choice, with at most one enumeration for each type.
#[derive(Default)]
struct DistinctBranches {
    branches: Vec<Node>,
    /// The JSON of each branch.
    texts: HashSet<String>,
    /// The index of the enumeration of each type.
    enumerations: HashMap<&'static str, usize>,
}

impl DistinctBranches {
    fn add(&mut self, branch: Node) {
        if !self.texts.insert(branch.to_json(Purpose::Result).to_string()) {
            self.widen(&branch);
            return;
        }
        let enumerated_type = match &branch.kind {
            Kind::Scalar(scalar) if enum_values(&branch).is_some() => Some(scalar.kind.name()),
            _ => None,
        };
        match enumerated_type.map(|name| self.enumerations.entry(name)) {
            Some(Entry::Occupied(entry)) => merge_enum(&mut self.branches[*entry.get()], branch),
            Some(Entry::Vacant(entry)) => {
                entry.insert(self.branches.len());
                self.branches.push(branch);
            }
            None => self.branches.push(branch),
        }
    }
}

impl DistinctBranches {
    /// Drops the format of the branch that is published like `duplicate`, unless both have the same.
    fn widen(&mut self, duplicate: &Node) {
        let Kind::Scalar(duplicate) = &duplicate.kind else { return };
        for branch in &mut self.branches {
            if let Kind::Scalar(scalar) = &mut branch.kind
                && scalar.kind == duplicate.kind
                && scalar.keywords == duplicate.keywords
                && scalar.format != duplicate.format
            {
                scalar.format.clear();
            }
        }
    }
}

/// Returns a schema that accepts `null` in addition to the values of `node`.
pub(super) fn or_null(node: Node) -> Node {
    match node.kind {
        Kind::Never => Node { annotations: node.annotations, ..Node::scalar(ScalarKind::Null, Map::new()) },
        Kind::Any => node,
        _ => Node { nullable: true, ..node },
    }
}

/// Returns the branches of a choice without annotations, or else the schema itself.
fn flatten(node: Node) -> Vec<Node> {
    match node {
        Node { kind: Kind::Choice(branches), annotations, nullable, .. } if annotations.is_empty() => {
            let null = nullable.then(|| Node::scalar(ScalarKind::Null, Map::new()));
            branches.into_iter().chain(null).collect()
        }
        node => vec![node],
    }
}

/// Returns the values if the schema is an enumeration of one type without other keywords.
fn enum_values(node: &Node) -> Option<&Vec<Value>> {
    match &node.kind {
        Kind::Scalar(ScalarNode { keywords, .. }) if keywords.len() == 1 => keywords.get("enum")?.as_array(),
        _ => None,
    }
}

/// Converts the description of an enumeration into a note that names its values.
///
/// Enumerations are merged into one afterwards. The note keeps the values that the description applies to.
fn move_description_to_notes(node: &mut Node) {
    let Some(values) = enum_values(node) else { return };
    let values: Vec<String> = values.iter().map(Value::to_string).collect();
    if let Some(description) = node.annotations.description.take() {
        node.annotations.notes.insert(0, format!("{}: {}", values.join(", "), one_line(&description)));
    }
}

/// Adds the values of one enumeration to another.
fn merge_enum(into: &mut Node, from: Node) {
    // Only the variants of a Rust enum are generated in several parts, and deserialization checks them all.
    into.checked_by_decoding = true;
    let values = enum_values(&from).cloned().unwrap_or_default();
    into.annotations.overlay(from.annotations);
    if let Kind::Scalar(ScalarNode { keywords, .. }) = &mut into.kind
        && let Some(Value::Array(list)) = keywords.get_mut("enum")
    {
        list.extend(values);
    }
}

/// Merges objects into one that accepts the values of each branch: it has the properties of all branches, and requires
/// those that all branches require.
///
/// # Errors
///
/// Returns an error if a branch is not an object.
pub(super) fn merge_variants(branches: Vec<Node>) -> Result<Node, SchemaError> {
    let mut notes = Vec::new();
    let mut merged: Option<ObjectNode> = None;
    for branch in branches {
        let type_name = branch.type_name();
        let Kind::Object(object) = branch.kind else { return Err(SchemaError::NotAnObject { type_name }) };
        notes.push(variant_note(&object, branch.annotations.description.as_deref()));
        merged = Some(match merged {
            None => object,
            Some(merged) => widen(merged, object),
        });
    }
    let mut node = Node::new(Kind::Object(merged.unwrap_or_default()));
    node.annotations.notes = notes;
    Ok(node)
}

/// Returns an object that accepts the values of both.
fn widen(mut left: ObjectNode, right: ObjectNode) -> ObjectNode {
    left.required.retain(|name| right.required.contains(name));
    for (name, node) in right.properties {
        match left.properties.iter_mut().find(|(other, _)| *other == name) {
            None => left.properties.push((name, node)),
            Some((_, other)) => *other = any_of(vec![std::mem::replace(other, Node::any()), node]),
        }
    }
    let is_closed =
        |additional: &Additional| matches!(additional, Additional::None | Additional::Unspecified);
    let closed = is_closed(&left.additional) && is_closed(&right.additional);
    left.additional = if closed { Additional::Unspecified } else { Additional::Any };
    left.keywords.clear();
    left
}

/// Returns a line that names the members of a variant.
fn variant_note(object: &ObjectNode, description: Option<&str>) -> String {
    let member = |(name, node): &(String, Node)| match enum_values(node).map(Vec::as_slice) {
        Some([value]) => format!("{name} {value}"),
        _ => name.clone(),
    };
    let members: Vec<String> = object.properties.iter().map(member).collect();
    let text = description.map(|text| format!(": {}", one_line(text))).unwrap_or_default();
    format!("Together: {}{text}", members.join(", "))
}

/// Replaces each run of white space with one space.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
