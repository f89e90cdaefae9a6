//! Schemas of a call's arguments, built from the schema of each argument.

use std::collections::{HashMap, HashSet};

use crate::schema::definition::unique_name;
use crate::schema::document::Schema;
use crate::schema::error::SchemaError;
use crate::schema::node::{Additional, Kind, Node, ObjectNode, Purpose};
use crate::schema::portable::PortableSchema;

/// A builder for the schema of an object with named properties.
///
/// The object accepts no other members unless [`ObjectSchemaBuilder::allow_unknown_members`] is called.
#[derive(Clone, Debug, Default)]
pub struct ObjectSchemaBuilder {
    properties: Vec<(String, PortableSchema, bool)>,
    /// The schema of members that are not properties.
    rest: Option<PortableSchema>,
    is_open: bool,
}

impl ObjectSchemaBuilder {
    /// Creates an object without properties.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a property.
    #[must_use]
    pub fn property(mut self, name: impl Into<String>, schema: PortableSchema, required: bool) -> Self {
        self.properties.push((name.into(), schema, required));
        self
    }

    /// Accepts members that are not properties, if they match a schema.
    #[must_use]
    pub fn rest(mut self, schema: PortableSchema) -> Self {
        self.rest = Some(schema);
        self
    }

    /// Accepts members that are not properties.
    #[must_use]
    pub fn allow_unknown_members(mut self) -> Self {
        self.is_open = true;
        self
    }

    /// Builds the schema, with the definitions of all properties at its root.
    ///
    /// # Errors
    ///
    /// Returns [`SchemaError::DuplicateProperty`] if two properties have the same name.
    pub fn build(self) -> Result<Schema, SchemaError> {
        let mut definitions = Vec::new();
        let additional = match self.rest {
            Some(rest) if !rest.accepts_any() => {
                Additional::Of(Box::new(move_definitions(rest, &mut definitions)))
            }
            Some(_) => Additional::Any,
            None if self.is_open => Additional::Any,
            None => Additional::None,
        };
        let mut object = ObjectNode { additional, ..ObjectNode::default() };
        for (name, schema, required) in self.properties {
            if object.properties.iter().any(|(other, _)| *other == name) {
                return Err(SchemaError::DuplicateProperty { name });
            }
            if required {
                object.required.push(name.clone());
            }
            object.properties.push((name, move_definitions(schema, &mut definitions)));
        }
        Ok(Schema::new(&Node::new(Kind::Object(object)), &definitions, Purpose::Argument))
    }
}

/// Moves the definitions of a property to the shared ones, and returns the property.
///
/// If different types have the same name, those of this property are renamed.
fn move_definitions(schema: PortableSchema, shared: &mut Vec<(String, Node)>) -> Node {
    let (mut node, mut definitions) = schema.into_parts();
    let differs =
        |(name, node): &(String, Node)| shared.iter().any(|(other, known)| other == name && known != node);
    if definitions.iter().any(differs) {
        let mut taken: HashSet<String> = shared.iter().map(|(name, _)| name.clone()).collect();
        let renamed: HashMap<String, String> =
            definitions.iter().map(|(name, _)| (name.clone(), unique_name(name, &mut taken))).collect();
        let mut rename = |name: &mut String| {
            if let Some(new) = renamed.get(name) {
                name.clone_from(new);
            }
        };
        node.for_each_reference(&mut rename);
        for (name, definition) in &mut definitions {
            rename(name);
            definition.for_each_reference(&mut rename);
        }
    }
    for (name, definition) in definitions {
        if shared.iter().all(|(other, _)| *other != name) {
            shared.push((name, definition));
        }
    }
    node
}
