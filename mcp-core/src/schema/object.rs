//! The schema of a call's arguments, put together from one schema for each.

use std::collections::{HashMap, HashSet};

use super::definition::unused;
use super::node::{Additional, Kind, Node, Object, Purpose};
use super::portable::document;
use super::{Portable, Schema, SchemaError};

/// The schema of an object with named properties and no others.
#[derive(Clone, Debug, Default)]
pub struct ObjectSchema {
    properties: Vec<(String, Portable, bool)>,
    is_open: bool,
}

impl ObjectSchema {
    /// An object without properties.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a property, after those that are there.
    #[must_use]
    pub fn property(mut self, name: impl Into<String>, schema: Portable, required: bool) -> Self {
        self.properties.push((name.into(), schema, required));
        self
    }

    /// Lets members through that are no properties.
    #[must_use]
    pub fn open(mut self) -> Self {
        self.is_open = true;
        self
    }

    /// The finished schema, with the definitions of all properties at its root.
    ///
    /// # Errors
    ///
    /// If two properties have the same name.
    pub fn build(self) -> Result<Schema, SchemaError> {
        let additional = if self.is_open { Additional::Any } else { Additional::None };
        let mut object = Object { additional, ..Object::default() };
        let mut definitions = Vec::new();
        for (name, schema, required) in self.properties {
            if object.properties.iter().any(|(other, _)| *other == name) {
                return Err(SchemaError::Duplicate { name });
            }
            if required {
                object.required.push(name.clone());
            }
            object.properties.push((name, share(schema, &mut definitions)));
        }
        let root = Node::new(Kind::Object(object)).write(Purpose::Argument);
        Ok(document(root, &definitions, Purpose::Argument))
    }
}

/// Adds a property's definitions to the common ones. Different types of one name get different names.
fn share(schema: Portable, common: &mut Vec<(String, Node)>) -> Node {
    let (mut node, mut definitions) = schema.into_parts();
    let differs =
        |(name, node): &(String, Node)| common.iter().any(|(other, known)| other == name && known != node);
    if definitions.iter().any(differs) {
        let mut taken: HashSet<String> = common.iter().map(|(name, _)| name.clone()).collect();
        let renamed: HashMap<String, String> =
            definitions.iter().map(|(name, _)| (name.clone(), unused(name, &mut taken))).collect();
        let mut rename = |name: &mut String| {
            if let Some(new) = renamed.get(name) {
                name.clone_from(new);
            }
        };
        node.each_reference(&mut rename);
        for (name, definition) in &mut definitions {
            rename(name);
            definition.each_reference(&mut rename);
        }
    }
    for (name, definition) in definitions {
        if common.iter().all(|(other, _)| *other != name) {
            common.push((name, definition));
        }
    }
    node
}
