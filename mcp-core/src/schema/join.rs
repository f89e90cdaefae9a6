//! Schemas that hold together, written as one.

use serde_json::{Map, Value};

use super::SchemaError;
use super::choice::choice;
use super::keyword;
use super::node::{About, Additional, Array, Kind, Node, Object, Scalar, ScalarKind};
use super::number;
use super::read::Reader;

impl Reader<'_> {
    /// What both assert.
    ///
    /// Objects join as the fields of a flattened struct do: each closes itself to members that it does not know, and
    /// still the members of both are meant.
    pub(super) fn join(&mut self, left: Node, right: Node) -> Result<Node, SchemaError> {
        let null = left.accepts_null() && right.accepts_null();
        let about = join_about(left.about, right.about);
        let kind = match (left.kind, right.kind) {
            (Kind::Any, other) | (other, Kind::Any) => {
                let derived = left.derived && right.derived;
                return Ok(Node { about, null: null && !is_null(&other), kind: other, derived });
            }
            (Kind::Choice(branches), other) | (other, Kind::Choice(branches)) => {
                return self.join_choice(branches, &Node::new(other), about, null);
            }
            (Kind::Scalar(left), Kind::Scalar(right)) => join_scalars(left, right)?,
            (Kind::Array(left), Kind::Array(right)) => self.join_arrays(left, right)?,
            (Kind::Object(left), Kind::Object(right)) => Kind::Object(self.join_objects(left, right)?),
            (Kind::Values(values), other) | (other, Kind::Values(values)) => {
                self.join_values(values, &other)?
            }
            (left @ Kind::Reference(_), right) | (left, right @ Kind::Reference(_)) if left == right => left,
            (Kind::Reference(_), _) | (_, Kind::Reference(_)) => return Err(self.refused("$ref")),
            _ => Kind::Never,
        };
        let node = Node { about, ..Node::new(kind) };
        Ok(if null { choice(vec![node, Node::scalar(ScalarKind::Null, Map::new())]) } else { node })
    }

    /// Joins each branch with the other side, whose members come first.
    fn join_choice(
        &mut self,
        branches: Vec<Node>,
        other: &Node,
        about: About,
        null: bool,
    ) -> Result<Node, SchemaError> {
        let mut joined = Vec::with_capacity(branches.len());
        for branch in branches {
            self.spend(branch.size() + other.size())?;
            let node = self.join(other.clone(), branch)?;
            joined.extend(branches_of(Node { null: false, ..node }));
        }
        joined.extend(null.then(|| Node::scalar(ScalarKind::Null, Map::new())));
        let mut node = choice(joined);
        node.about = join_about(about, node.about);
        node.derived = false;
        Ok(node)
    }

    fn join_arrays(&mut self, left: Array, right: Array) -> Result<Kind, SchemaError> {
        let items = Box::new(self.join(*left.items, *right.items)?);
        Ok(Kind::Array(Array { items, keywords: keyword::narrow(left.keywords, right.keywords)? }))
    }

    fn join_objects(&mut self, mut left: Object, right: Object) -> Result<Object, SchemaError> {
        for (name, node) in right.properties {
            match left.properties.iter_mut().find(|(other, _)| *other == name) {
                None => left.properties.push((name, node)),
                Some((_, other)) => *other = self.join(std::mem::replace(other, Node::any()), node)?,
            }
        }
        left.required.extend(right.required);
        let mut seen = std::collections::HashSet::new();
        left.required.retain(|name| seen.insert(name.clone()));
        left.additional = match (left.additional, right.additional) {
            (Additional::None, _) | (_, Additional::None) => Additional::None,
            (Additional::Of(left), Additional::Of(right)) => {
                Additional::Of(Box::new(self.join(*left, *right)?))
            }
            (Additional::Of(node), _) | (_, Additional::Of(node)) => Additional::Of(node),
            (Additional::Any, _) | (_, Additional::Any) => Additional::Any,
            (Additional::Unspecified, Additional::Unspecified) => Additional::Unspecified,
        };
        left.keywords = keyword::narrow(left.keywords, right.keywords)?;
        Ok(left)
    }

    fn join_values(&self, values: Vec<Value>, other: &Kind) -> Result<Kind, SchemaError> {
        let kept: Vec<Value> = match other {
            Kind::Values(others) => values
                .into_iter()
                .filter(|value| others.iter().any(|other| number::same(value, other)))
                .collect(),
            Kind::Scalar(Scalar { kind, keywords }) if keywords.is_empty() => {
                values.into_iter().filter(|value| kind.includes(value)).collect()
            }
            Kind::Never => Vec::new(),
            _ => return Err(self.refused("enum")),
        };
        Ok(if kept.is_empty() { Kind::Never } else { Kind::Values(kept) })
    }
}

fn join_scalars(left: Scalar, right: Scalar) -> Result<Kind, SchemaError> {
    let kind = match (left.kind, right.kind) {
        (ScalarKind::Integer, ScalarKind::Number) | (ScalarKind::Number, ScalarKind::Integer) => {
            ScalarKind::Integer
        }
        (left, right) if left == right => left,
        _ => return Ok(Kind::Never),
    };
    let mut keywords = keyword::narrow(left.keywords, right.keywords)?;
    if let Some(Value::Array(values)) = keywords.get_mut("enum") {
        values.retain(|value| kind.includes(value));
        if values.is_empty() {
            return Ok(Kind::Never);
        }
    }
    Ok(Kind::Scalar(Scalar { kind, keywords }))
}

/// What the left says, and where it is silent, the right.
fn join_about(left: About, mut right: About) -> About {
    right.overlay(left);
    right
}

/// The branches of a choice, each with what is said about all of them.
fn branches_of(node: Node) -> Vec<Node> {
    let Kind::Choice(branches) = node.kind else { return vec![node] };
    let about = |branch: About| join_about(branch, node.about.clone());
    branches.into_iter().map(|branch| Node { about: about(branch.about), ..branch }).collect()
}

fn is_null(kind: &Kind) -> bool {
    matches!(kind, Kind::Scalar(Scalar { kind: ScalarKind::Null, .. }))
}
