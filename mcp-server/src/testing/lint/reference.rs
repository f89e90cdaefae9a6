//! References in schemas.

use std::collections::HashSet;

use serde_json::Value;

/// The target of a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The target is in another document.
    Remote,
    /// The document has no such part.
    Missing,
    /// A schema that does not contain itself.
    Finite,
    /// A schema that contains itself, and can only be published as a reference.
    Recursive,
}

/// Returns the target of a reference in a document.
pub(crate) fn resolve(root: &Value, reference: &str) -> Target {
    let Some(pointer) = reference.strip_prefix('#') else { return Target::Remote };
    if root.pointer(pointer).is_none() {
        return Target::Missing;
    }
    let (mut seen, mut pending) = (HashSet::new(), vec![pointer]);
    while let Some(next) = pending.pop() {
        for found in references(root.pointer(next)) {
            // The target is reached again, or a part of it in which it is.
            if contains(found, pointer) || contains(pointer, found) {
                return Target::Recursive;
            }
            if seen.insert(found) {
                pending.push(found);
            }
        }
    }
    Target::Finite
}

/// Returns `true` if the schema at one pointer is the other one or contains it.
fn contains(outer: &str, inner: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Returns the pointers of the local references in a schema.
fn references(schema: Option<&Value>) -> Vec<&str> {
    let (mut found, mut pending) = (Vec::new(), Vec::from_iter(schema));
    while let Some(value) = pending.pop() {
        match value {
            Value::Array(items) => pending.extend(items),
            Value::Object(members) => {
                let reference = members.get("$ref").and_then(Value::as_str);
                found.extend(reference.and_then(|reference| reference.strip_prefix('#')));
                pending.extend(members.values());
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Target, resolve};

    #[test]
    fn targets_are_found() {
        let document = json!({
            "properties": { "first": { "$ref": "#/$defs/Tree" }, "whole": { "$ref": "#" } },
            "$defs": {
                "Tree": { "properties": { "branch": { "$ref": "#/$defs/Branch" } } },
                "Branch": { "items": { "$ref": "#/$defs/Tree" } },
                "Leaf": { "type": "string" },
                "Twig": { "properties": { "leaf": { "$ref": "#/$defs/Leaf" } } },
            },
        });
        for (reference, expected) in [
            ("#/$defs/Tree", Target::Recursive),
            ("#/$defs/Branch", Target::Recursive),
            ("#", Target::Recursive),
            ("#/$defs/Leaf", Target::Finite),
            ("#/$defs/Twig", Target::Finite),
            ("#/$defs/Nothing", Target::Missing),
            ("other.json#/$defs/Leaf", Target::Remote),
            ("https://example.com/leaf.json", Target::Remote),
        ] {
            assert_eq!(resolve(&document, reference), expected, "{reference}");
        }
    }
}
