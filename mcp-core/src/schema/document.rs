//! Finished schema documents.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::schema::node::{Node, Purpose};

/// A finished schema in the portable subset: a self-contained document.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Schema(pub(crate) Value);

impl Schema {
    /// Creates a document from its root and the definitions that the root refers to.
    pub(super) fn new(mut root: Value, definitions: &[(String, Node)], purpose: Purpose) -> Self {
        let definitions: Map<String, Value> =
            definitions.iter().map(|(name, node)| (name.clone(), node.to_json(purpose))).collect();
        if let Value::Object(root) = &mut root
            && !definitions.is_empty()
        {
            root.insert("$defs".into(), definitions.into());
        }
        Self(root)
    }

    /// Returns the schema as JSON.
    pub fn as_value(&self) -> &Value {
        &self.0
    }

    /// Converts the schema into JSON.
    pub fn into_value(self) -> Value {
        self.0
    }
}
