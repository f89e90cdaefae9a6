//! Merging of schemas that apply to the same value into one.

use serde_json::{Map, Value};

use crate::schema::choice::any_of;
use crate::schema::error::SchemaError;
use crate::schema::keyword;
use crate::schema::node::{
    Additional, ArrayNode, Kind, Node, ObjectNode, ScalarKind, ScalarNode, SchemaAnnotations,
};
use crate::schema::number;
use crate::schema::read::Reader;

impl Reader<'_> {
    /// Returns a schema that asserts everything that `left` and `right` assert.
    ///
    /// Objects are the exception: they are merged like a struct and its flattened fields. Each of them rejects
    /// members it does not know, but the merged object has the members of both.
    ///
    /// # Errors
    ///
    /// Returns an error if the portable subset cannot express the merged schema.
    pub(super) fn merge(&mut self, left: Node, right: Node) -> Result<Node, SchemaError> {
        let nullable = left.accepts_null() && right.accepts_null();
        let annotations = merge_annotations(left.annotations, right.annotations);
        let kind = match (left.kind, right.kind) {
            (Kind::Any, other) | (other, Kind::Any) => {
                let checked_by_decoding = left.checked_by_decoding && right.checked_by_decoding;
                let nullable = nullable && !is_null(&other);
                return Ok(Node { annotations, nullable, kind: other, checked_by_decoding });
            }
            (Kind::Choice(branches), other) | (other, Kind::Choice(branches)) => {
                return self.merge_choice(branches, &Node::new(other), annotations, nullable);
            }
            (Kind::Scalar(left), Kind::Scalar(right)) => merge_scalars(left, right)?,
            (Kind::Array(left), Kind::Array(right)) => self.merge_arrays(left, right)?,
            (Kind::Object(left), Kind::Object(right)) => Kind::Object(self.merge_objects(left, right)?),
            (Kind::Values(values), other) | (other, Kind::Values(values)) => {
                self.merge_values(values, &other)?
            }
            (left @ Kind::Reference(_), right) | (left, right @ Kind::Reference(_)) if left == right => left,
            (Kind::Reference(_), _) | (_, Kind::Reference(_)) => return Err(self.unsupported("$ref")),
            _ => Kind::Never,
        };
        let node = Node { annotations, ..Node::new(kind) };
        Ok(if nullable { any_of(vec![node, Node::scalar(ScalarKind::Null, Map::new())]) } else { node })
    }

    /// Merges each branch with the other schema, whose members come first.
    fn merge_choice(
        &mut self,
        branches: Vec<Node>,
        other: &Node,
        annotations: SchemaAnnotations,
        nullable: bool,
    ) -> Result<Node, SchemaError> {
        let mut merged = Vec::with_capacity(branches.len());
        for branch in branches {
            self.add_size(branch.size() + other.size())?;
            let node = self.merge(other.clone(), branch)?;
            merged.extend(branches_of(Node { nullable: false, ..node }));
        }
        merged.extend(nullable.then(|| Node::scalar(ScalarKind::Null, Map::new())));
        let mut node = any_of(merged);
        node.annotations = merge_annotations(annotations, node.annotations);
        node.checked_by_decoding = false;
        Ok(node)
    }

    fn merge_arrays(&mut self, left: ArrayNode, right: ArrayNode) -> Result<Kind, SchemaError> {
        let items = Box::new(self.merge(*left.items, *right.items)?);
        let elements = if left.elements.is_empty() { right.elements } else { left.elements };
        let keywords = keyword::intersect(left.keywords, right.keywords)?;
        Ok(Kind::Array(ArrayNode { elements, items, keywords }))
    }

    fn merge_objects(&mut self, mut left: ObjectNode, right: ObjectNode) -> Result<ObjectNode, SchemaError> {
        for (name, node) in right.properties {
            match left.properties.iter_mut().find(|(other, _)| *other == name) {
                None => left.properties.push((name, node)),
                Some((_, other)) => *other = self.merge(std::mem::replace(other, Node::any()), node)?,
            }
        }
        left.required.extend(right.required);
        let mut seen = std::collections::HashSet::new();
        left.required.retain(|name| seen.insert(name.clone()));
        left.additional = match (left.additional, right.additional) {
            (Additional::None, _) | (_, Additional::None) => Additional::None,
            (Additional::Of(left), Additional::Of(right)) => {
                Additional::Of(Box::new(self.merge(*left, *right)?))
            }
            (Additional::Of(node), _) | (_, Additional::Of(node)) => Additional::Of(node),
            (Additional::Any, _) | (_, Additional::Any) => Additional::Any,
            (Additional::Unspecified, Additional::Unspecified) => Additional::Unspecified,
        };
        left.names = left.names.or(right.names);
        left.keywords = keyword::intersect(left.keywords, right.keywords)?;
        Ok(left)
    }

    fn merge_values(&self, values: Vec<Value>, other: &Kind) -> Result<Kind, SchemaError> {
        let retained: Vec<Value> = match other {
            Kind::Values(others) => values
                .into_iter()
                .filter(|value| others.iter().any(|other| number::values_equal(value, other)))
                .collect(),
            Kind::Scalar(ScalarNode { kind, keywords, .. }) if keywords.is_empty() => {
                values.into_iter().filter(|value| kind.includes(value)).collect()
            }
            Kind::Never => Vec::new(),
            _ => return Err(self.unsupported("enum")),
        };
        Ok(if retained.is_empty() { Kind::Never } else { Kind::Values(retained) })
    }
}

fn merge_scalars(left: ScalarNode, right: ScalarNode) -> Result<Kind, SchemaError> {
    let kind = match (left.kind, right.kind) {
        (ScalarKind::Integer, ScalarKind::Number) | (ScalarKind::Number, ScalarKind::Integer) => {
            ScalarKind::Integer
        }
        (left, right) if left == right => left,
        _ => return Ok(Kind::Never),
    };
    let mut keywords = keyword::intersect(left.keywords, right.keywords)?;
    if let Some(Value::Array(values)) = keywords.get_mut("enum") {
        values.retain(|value| kind.includes(value));
        if values.is_empty() {
            return Ok(Kind::Never);
        }
    }
    let format = if left.format.is_empty() { right.format } else { left.format };
    Ok(Kind::Scalar(ScalarNode { kind, keywords, format }))
}

/// Merges annotations. Those of `left` take precedence.
fn merge_annotations(left: SchemaAnnotations, mut right: SchemaAnnotations) -> SchemaAnnotations {
    right.overlay(left);
    right
}

/// Returns the branches of a choice, each with the annotations of the choice.
fn branches_of(node: Node) -> Vec<Node> {
    let Kind::Choice(branches) = node.kind else { return vec![node] };
    let annotations = |branch: SchemaAnnotations| merge_annotations(branch, node.annotations.clone());
    branches
        .into_iter()
        .map(|branch| Node { annotations: annotations(branch.annotations), ..branch })
        .collect()
}

fn is_null(kind: &Kind) -> bool {
    matches!(kind, Kind::Scalar(ScalarNode { kind: ScalarKind::Null, .. }))
}
