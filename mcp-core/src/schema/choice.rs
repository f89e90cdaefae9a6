//! Choices between schemas, made as plain as they can be.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::SchemaError;
use super::node::{Additional, Kind, Node, Object, Purpose, Scalar, ScalarKind};

/// One of the branches: null among them becomes a flag, and enumerations among them become one.
pub(super) fn choice(branches: Vec<Node>) -> Node {
    let branches: Vec<Node> = branches.into_iter().flat_map(spliced).collect();
    let null = branches.iter().any(|branch| branch.null || branch.is_null());
    let is_option = null && branches.len() <= 2;
    let mut kept = Kept::default();
    for branch in branches {
        if branch.is_null() || matches!(branch.kind, Kind::Never) {
            continue;
        }
        let mut branch = Node { null: false, ..branch };
        if !is_option {
            describe_in_notes(&mut branch);
        }
        kept.add(branch);
    }
    let mut kept = kept.branches;
    let node = match kept.len() {
        0 => Node { derived: true, ..Node::new(Kind::Never) },
        1 => kept.remove(0),
        _ => Node::new(Kind::Choice(kept)),
    };
    if null { or_null(node) } else { node }
}

/// Branches that differ, with one enumeration at most for each type.
#[derive(Default)]
struct Kept {
    branches: Vec<Node>,
    written: HashSet<String>,
    enumerations: HashMap<&'static str, usize>,
}

impl Kept {
    fn add(&mut self, branch: Node) {
        if !self.written.insert(branch.write(Purpose::Result).to_string()) {
            return;
        }
        let enumerated = match &branch.kind {
            Kind::Scalar(scalar) if enumerated(&branch).is_some() => Some(scalar.kind.name()),
            _ => None,
        };
        match enumerated.map(|kind| self.enumerations.entry(kind)) {
            Some(Entry::Occupied(place)) => fold(&mut self.branches[*place.get()], branch),
            Some(Entry::Vacant(place)) => {
                place.insert(self.branches.len());
                self.branches.push(branch);
            }
            None => self.branches.push(branch),
        }
    }
}

/// The schema, or null.
pub(super) fn or_null(node: Node) -> Node {
    match node.kind {
        Kind::Never => Node { about: node.about, ..Node::scalar(ScalarKind::Null, Map::new()) },
        Kind::Any => node,
        _ => Node { null: true, ..node },
    }
}

/// The branches of a choice within a choice, if nothing is said about it.
fn spliced(node: Node) -> Vec<Node> {
    match node {
        Node { kind: Kind::Choice(branches), about, null, .. } if about.is_empty() => {
            let null = null.then(|| Node::scalar(ScalarKind::Null, Map::new()));
            branches.into_iter().chain(null).collect()
        }
        node => vec![node],
    }
}

/// The values, if the schema only lists values of one type.
fn enumerated(node: &Node) -> Option<&Vec<Value>> {
    match &node.kind {
        Kind::Scalar(Scalar { keywords, .. }) if keywords.len() == 1 => keywords.get("enum")?.as_array(),
        _ => None,
    }
}

/// Turns what is said about listed values into a line that names them: the schema of all values is about to be one.
fn describe_in_notes(node: &mut Node) {
    let Some(values) = enumerated(node) else { return };
    let values: Vec<String> = values.iter().map(Value::to_string).collect();
    if let Some(description) = node.about.description.take() {
        node.about.notes.insert(0, format!("{}: {}", values.join(", "), one_line(&description)));
    }
}

/// Adds the values of one enumeration to another.
fn fold(into: &mut Node, from: Node) {
    // Only the variants of a Rust enum are written in several parts, and decoding knows them all.
    into.derived = true;
    let values = enumerated(&from).cloned().unwrap_or_default();
    into.about.overlay(from.about);
    if let Kind::Scalar(Scalar { keywords, .. }) = &mut into.kind
        && let Some(Value::Array(list)) = keywords.get_mut("enum")
    {
        list.extend(values);
    }
}

/// The one object that each of the branches fits: what is required by all, and whatever any of them knows.
pub(super) fn widest(branches: Vec<Node>) -> Result<Node, SchemaError> {
    let mut notes = Vec::new();
    let mut whole: Option<Object> = None;
    for branch in branches {
        let form = branch.form();
        let Kind::Object(object) = branch.kind else { return Err(SchemaError::NotAnObject { form }) };
        notes.push(together(&object, branch.about.description.as_deref()));
        whole = Some(match whole {
            None => object,
            Some(whole) => wider(whole, object),
        });
    }
    let mut node = Node::new(Kind::Object(whole.unwrap_or_default()));
    node.about.notes = notes;
    Ok(node)
}

fn wider(mut left: Object, right: Object) -> Object {
    left.required.retain(|name| right.required.contains(name));
    for (name, node) in right.properties {
        match left.properties.iter_mut().find(|(other, _)| *other == name) {
            None => left.properties.push((name, node)),
            Some((_, other)) => *other = choice(vec![std::mem::replace(other, Node::any()), node]),
        }
    }
    let is_closed =
        |additional: &Additional| matches!(additional, Additional::None | Additional::Unspecified);
    let closed = is_closed(&left.additional) && is_closed(&right.additional);
    left.additional = if closed { Additional::Unspecified } else { Additional::Any };
    left.keywords.clear();
    left
}

/// A line that names the members of one variant.
fn together(object: &Object, description: Option<&str>) -> String {
    let member = |(name, node): &(String, Node)| match enumerated(node).map(Vec::as_slice) {
        Some([value]) => format!("{name} {value}"),
        _ => name.clone(),
    };
    let members: Vec<String> = object.properties.iter().map(member).collect();
    let text = description.map(|text| format!(": {}", one_line(text))).unwrap_or_default();
    format!("Together: {}{text}", members.join(", "))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
