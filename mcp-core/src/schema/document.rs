//! Finished schema documents.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::schema::node::{Form, Node, Purpose};

/// A finished schema in the portable subset: a self-contained document.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    published: Value,
    /// The schema with all that the Rust type asserts; `None` if it is the published one.
    rules: Option<Value>,
}

impl Schema {
    /// Creates a document from its root and the definitions that the root refers to.
    pub(super) fn new(root: &Node, definitions: &[(String, Node)], purpose: Purpose) -> Self {
        let document = |form: Form| {
            let mut schema = match form.purpose {
                Purpose::Argument => root.to_json_without_null(form),
                Purpose::Result | Purpose::Foreign | Purpose::Superset => root.to_json(form),
            };
            let definitions: Map<String, Value> =
                definitions.iter().map(|(name, node)| (name.clone(), node.to_json(form))).collect();
            if let Value::Object(schema) = &mut schema
                && !definitions.is_empty()
            {
                schema.insert("$defs".into(), definitions.into());
            }
            schema
        };
        let published = document(purpose.into());
        let rules = document(Form { purpose, for_rules: true });
        Self { rules: (rules != published).then_some(rules), published }
    }

    /// Returns a document in the portable subset, as it is.
    pub(crate) fn from_value(published: Value) -> Self {
        Self { published, rules: None }
    }

    /// Returns the schema as JSON.
    pub fn as_value(&self) -> &Value {
        &self.published
    }

    /// Returns the schema with all that the Rust type asserts, to be compiled.
    pub(super) fn rules(&self) -> &Value {
        self.rules.as_ref().unwrap_or(&self.published)
    }

    /// Adds `properties` at the root if there are none: some clients require it even if it is empty.
    pub(super) fn with_properties(mut self) -> Self {
        if let Value::Object(root) = &mut self.published {
            root.entry("properties").or_insert_with(|| Map::new().into());
        }
        self
    }

    /// Converts the schema into JSON.
    pub fn into_value(self) -> Value {
        self.published
    }
}

/// Serializes the schema as JSON.
impl Serialize for Schema {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.published.serialize(serializer)
    }
}
