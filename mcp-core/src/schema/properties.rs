//! The properties of an object, as arguments among others.

use crate::schema::error::SchemaError;
use crate::schema::node::{Additional, Kind, Node, ObjectNode};
use crate::schema::portable::PortableSchema;

/// The properties of an object's schema, each as a schema of its own.
///
/// ```
/// use mcpwright_core::schema::PortableSchema;
/// use serde_json::json;
///
/// let generated = json!({ "type": "object", "properties": { "x": { "type": "number" } }, "required": ["x"] });
/// let properties = PortableSchema::for_argument(&generated)?.into_properties()?;
/// assert_eq!((&*properties.named[0].name, properties.named[0].required), ("x", true));
/// assert!(properties.rest.is_none());
/// # Ok::<(), mcpwright_core::schema::SchemaError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Properties {
    /// The properties, in their order.
    pub named: Vec<Property>,
    /// The schema of all other members; `None` if the object has no others.
    pub rest: Option<PortableSchema>,
}

/// A property of an object.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Property {
    /// The name.
    pub name: String,
    /// The schema of the value.
    pub schema: PortableSchema,
    /// `true` if the object must have the property.
    pub required: bool,
}

impl PortableSchema {
    /// Splits the schema of a struct into those of its fields.
    ///
    /// # Errors
    ///
    /// Returns [`SchemaError::NotAStruct`] if the type is not an object with named properties, and
    /// [`SchemaError::UnsupportedKeyword`] if the object has a bound on the number of its members.
    pub fn into_properties(self) -> Result<Properties, SchemaError> {
        let type_name = match &self.node.kind {
            Kind::Object(object) if object.properties.is_empty() && object.accepts_others() => "a map",
            Kind::Object(_) if self.node.nullable => "an optional object",
            _ => self.node.type_name(),
        };
        let (node, definitions, purpose) = (self.node, self.definitions, self.purpose);
        let not_a_struct = SchemaError::NotAStruct { type_name };
        let Kind::Object(object) = node.kind else { return Err(not_a_struct) };
        if node.nullable || (object.properties.is_empty() && object.accepts_others()) {
            return Err(not_a_struct);
        }
        if let Some(keyword) = object.keywords.keys().next() {
            return Err(SchemaError::UnsupportedKeyword { keyword: keyword.clone(), pointer: String::new() });
        }
        let part = |node| Self { node, definitions: definitions.clone(), purpose };
        let rest = match object.additional {
            Additional::Unspecified | Additional::None => None,
            Additional::Any => Some(part(Node::any())),
            Additional::Of(node) => Some(part(*node)),
        };
        let required = object.required;
        let named = object.properties.into_iter().map(|(name, node)| {
            let required = required.contains(&name);
            Property { name, schema: part(node), required }
        });
        Ok(Properties { named: named.collect(), rest })
    }
}

impl ObjectNode {
    /// Returns `true` if the object may have members that are not properties.
    fn accepts_others(&self) -> bool {
        matches!(self.additional, Additional::Any | Additional::Of(_))
    }
}
