//! The published schema of an argument that may be any JSON value.
//!
//! Clients convert the schemas of arguments before they send them to a model, and several converters reject a schema without
//! a type. A list of types is rejected by others. A choice of all types is accepted by those that are known.

use std::sync::LazyLock;

use serde_json::{Value, json};

/// Maximum nesting depth of the arrays that the published schema describes.
///
/// An array must have typed `items`, and without a reference their nesting ends somewhere. Deserialization accepts arrays
/// of any depth, and so do the members of objects.
const ARRAY_DEPTH: usize = 2;

static BRANCHES: LazyLock<Value> = LazyLock::new(|| {
    (0..ARRAY_DEPTH).fold(branches(None), |branches_of_items, _| {
        branches(Some(json!({ "type": "array", "items": { "anyOf": branches_of_items } })))
    })
});

/// Returns the branches of the choice of all types.
pub(super) fn any_value_branches() -> &'static Value {
    &BRANCHES
}

fn branches(array: Option<Value>) -> Value {
    let scalars = ["string", "number", "boolean"].map(|name| json!({ "type": name }));
    let object = separate([json!({ "type": "object", "additionalProperties": true })]);
    scalars.into_iter().chain([object]).chain(array).chain([json!({ "type": "null" })]).collect()
}

/// Returns objects of a choice as a choice of their own.
///
/// A converter replaces a choice that has objects by one object with the properties of all of them, and then rejects values
/// of the other branches, and those that differ in a property of the same name. It does not look for objects in a choice of
/// choices.
pub(super) fn separate(objects: impl IntoIterator<Item = Value>) -> Value {
    json!({ "anyOf": objects.into_iter().collect::<Value>() })
}
