//! Conversion of generated schemas into the portable subset.

use serde_json::Value;

use crate::schema::choice::merge_variants;
use crate::schema::document::Schema;
use crate::schema::error::SchemaError;
use crate::schema::keyword::{self, KeywordRole};
use crate::schema::node::{Kind, Node, ObjectNode, Purpose, ScalarKind};
use crate::schema::read::Reader;

/// The portable schema of an argument or a result, with the definitions it refers to.
///
/// The conversion changes a schema generated from a Rust type as follows:
///
/// - `$schema` and the type's name in `title` are removed.
/// - References are expanded inline, except those to recursive types.
/// - The variants of an enum become one `enum`, and their documentation becomes lines of the description.
/// - `Option<T>` becomes `T`.
/// - The description at the use of a type, such as that of a field, is followed by that of the type.
/// - Formats of strings that some client rejects become a line of the description, such as "A time such as
///   12:30:00."
/// - Integer formats that JSON Schema does not define become bounds in arguments. A result has no bounds that its Rust
///   type implies, because they tell a client nothing about values that it only reads.
/// - A tuple becomes an array of the types of its elements.
/// - A tagged enum becomes an `anyOf` of objects.
/// - In arguments, any value becomes an `anyOf` of all types, and the objects of a choice become a choice of their own.
#[derive(Clone, Debug)]
pub struct PortableSchema {
    pub(super) node: Node,
    pub(super) definitions: Vec<(String, Node)>,
    pub(super) purpose: Purpose,
}

impl PortableSchema {
    /// Converts the schema of an argument, generated for deserialization: draft 2020-12, with its definitions in
    /// `$defs`.
    ///
    /// # Errors
    ///
    /// Returns an error if the schema has an assertion that the portable subset cannot express, refers to another
    /// document, or is too large or too deep.
    pub fn for_argument(generated: &Value) -> Result<Self, SchemaError> {
        Self::read(generated, Purpose::Argument)
    }

    /// Converts the schema of a result, generated for serialization. `null` is kept, because results contain it.
    ///
    /// # Errors
    ///
    /// Returns an error in the same cases as [`PortableSchema::for_argument`].
    pub fn for_result(generated: &Value) -> Result<Self, SchemaError> {
        Self::read(generated, Purpose::Result)
    }

    /// Converts the schema of arguments that no Rust type has: from a document of OpenAPI, or from another server.
    ///
    /// The meaning of the schema is kept: members are unknown only if it rejects them, and an optional member may be `null`
    /// if it accepts `null`. The older forms of draft 7 and of OpenAPI 3.0 are converted: `definitions`, references to
    /// `#/components/schemas/…` if the document has these, `nullable`, lists of schemas in `items`, and Boolean values of
    /// `exclusiveMinimum` and `exclusiveMaximum`. `oneOf` becomes `anyOf`.
    ///
    /// ```
    /// use mcpwright_core::schema::PortableSchema;
    /// use serde_json::json;
    ///
    /// let schema = PortableSchema::from_json_schema(&json!({
    ///     "properties": { "pet": { "$ref": "#/components/schemas/Pet" } },
    ///     "components": { "schemas": { "Pet": { "type": "string", "nullable": true } } },
    /// }))?;
    /// assert_eq!(
    ///     schema.into_arguments()?.into_value(),
    ///     json!({ "type": "object", "properties": { "pet": { "anyOf": [{ "type": "string" }, { "type": "null" }] } } })
    /// );
    /// # Ok::<(), mcpwright_core::schema::SchemaError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error in the same cases as [`PortableSchema::for_argument`].
    pub fn from_json_schema(schema: &Value) -> Result<Self, SchemaError> {
        Self::read(schema, Purpose::Foreign)
    }

    pub(super) fn read(generated: &Value, purpose: Purpose) -> Result<Self, SchemaError> {
        let mut reader = Reader::new(generated, purpose)?;
        let mut node = reader.read_root()?;
        let mut definitions: Vec<(String, Node)> = Vec::new();
        let mut pending = referenced_names(&mut node);
        while let Some(name) = pending.pop() {
            if definitions.iter().all(|(other, _)| *other != name) {
                let mut definition = reader.read_definition(&name)?;
                pending.extend(referenced_names(&mut definition));
                definitions.push((name, definition));
            }
        }
        Ok(Self { node, definitions, purpose })
    }

    /// Sets the description. That of the type follows it, and the generated notes about the values of the type.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.node.annotations.describe_use(description.into());
        self
    }

    /// Adds a keyword: an assertion such as `minimum`, `pattern` or `enum`, or an annotation such as `default`.
    ///
    /// # Errors
    ///
    /// Returns an error if the keyword does not apply to values of this type, or if its value is not valid.
    pub fn with_keyword(mut self, keyword: &str, value: Value) -> Result<Self, SchemaError> {
        let bounded = match keyword::role(keyword) {
            KeywordRole::Annotation => return Ok(self.with_annotation(keyword, value)),
            KeywordRole::Structure if keyword == "enum" => return self.with_values(value),
            KeywordRole::Bounds(bounded, operand) if operand.accepts(&value) => bounded,
            KeywordRole::Bounds(_, operand) => {
                let expected = operand.expected();
                return Err(SchemaError::InvalidKeyword {
                    keyword: keyword.into(),
                    pointer: String::new(),
                    expected,
                });
            }
            _ => {
                return Err(SchemaError::UnsupportedKeyword {
                    keyword: keyword.into(),
                    pointer: String::new(),
                });
            }
        };
        self.node.checked_by_decoding = false;
        let type_name = self.node.type_name();
        let bounds = self
            .node
            .bounds_mut(bounded)
            .ok_or(SchemaError::InapplicableKeyword { keyword: keyword.into(), type_name })?;
        bounds.insert(keyword.into(), value);
        Ok(self)
    }

    fn with_annotation(mut self, keyword: &str, value: Value) -> Self {
        match value {
            Value::String(text) if keyword == "description" => {
                self.node.annotations.description = Some(text);
                self
            }
            value => {
                self.node.annotations.keywords.insert(keyword.into(), value);
                self
            }
        }
    }

    fn with_values(mut self, values: Value) -> Result<Self, SchemaError> {
        let type_name = self.node.type_name();
        let Kind::Scalar(scalar) = &mut self.node.kind else {
            return Err(SchemaError::InapplicableKeyword { keyword: "enum".into(), type_name });
        };
        let is_valid = |values: &Vec<Value>| {
            !values.is_empty() && values.iter().all(|value| scalar.kind.includes(value))
        };
        if !values.as_array().is_some_and(is_valid) {
            let expected = "a list of values of the type";
            return Err(SchemaError::InvalidKeyword {
                keyword: "enum".into(),
                pointer: String::new(),
                expected,
            });
        }
        scalar.keywords.insert("enum".into(), values);
        self.node.checked_by_decoding = false;
        Ok(self)
    }

    /// Bounds the length of a string in characters, of an array in items, or of a map in members.
    ///
    /// # Errors
    ///
    /// Returns [`SchemaError::InapplicableKeyword`] if values of this type have no length.
    pub fn with_length(mut self, minimum: Option<u64>, maximum: Option<u64>) -> Result<Self, SchemaError> {
        let (minimum_keyword, maximum_keyword) = match &self.node.kind {
            Kind::Scalar(scalar) if scalar.kind == ScalarKind::String => ("minLength", "maxLength"),
            Kind::Array(_) => ("minItems", "maxItems"),
            Kind::Object(_) => ("minProperties", "maxProperties"),
            _ => {
                return Err(SchemaError::InapplicableKeyword {
                    keyword: "length".into(),
                    type_name: self.node.type_name(),
                });
            }
        };
        for (keyword, bound) in [(minimum_keyword, minimum), (maximum_keyword, maximum)] {
            if let Some(bound) = bound {
                self = self.with_keyword(keyword, bound.into())?;
            }
        }
        Ok(self)
    }

    /// Returns `true` if `null` deserializes into the Rust type. The written schema may omit it.
    pub fn accepts_null(&self) -> bool {
        self.node.accepts_null()
    }

    /// Returns `true` if the schema has no constraints.
    pub fn accepts_any(&self) -> bool {
        matches!(self.node.kind, Kind::Any)
    }

    /// Returns `true` if the schema can be a document of its own: an object and, for a result, never `null`.
    pub fn is_object(&self) -> bool {
        matches!(self.node.kind, Kind::Object(_))
            && (self.purpose == Purpose::Argument || !self.node.nullable)
    }

    /// Returns `true` if deserializing a value into the Rust type checks every assertion of this schema.
    ///
    /// This is the case for scalars with the bounds of their type, for enums, and for arrays and maps of these. It is
    /// not the case for values that an attribute bounds, and for structs, because deserialization ignores unknown
    /// members.
    pub fn is_checked_by_decoding(&self) -> bool {
        self.node.checked_by_decoding
    }

    /// Converts the schema into that of a tool whose arguments are the fields of this type.
    ///
    /// A tagged enum becomes one object with the members of all its variants, because clients reject a choice at the
    /// root. Deserialization distinguishes the variants.
    ///
    /// # Errors
    ///
    /// Returns [`SchemaError::NotAnObject`] if the type is not an object, and [`SchemaError::NotAnObjectSchema`] if a schema
    /// that no Rust type has does not describe objects.
    pub fn into_arguments(mut self) -> Result<Schema, SchemaError> {
        let type_name = self.node.type_name();
        let is_foreign = self.purpose == Purpose::Foreign;
        let not_an_object = |error| match error {
            SchemaError::NotAnObject { type_name } if is_foreign => {
                SchemaError::NotAnObjectSchema { type_name }
            }
            error => error,
        };
        if is_foreign {
            // Arguments are always an object, so a schema that also accepts other values accepts objects only.
            self.node.nullable = false;
            if matches!(self.node.kind, Kind::Any) {
                self.node.kind = Kind::Object(ObjectNode::default());
            }
        }
        if let Kind::Choice(branches) = self.node.kind {
            let mut node = merge_variants(branches).map_err(not_an_object)?;
            node.annotations.overlay(self.node.annotations);
            self.node = node;
        }
        if !self.is_object() {
            return Err(not_an_object(SchemaError::NotAnObject { type_name }));
        }
        Ok(self.into_document().with_properties())
    }

    /// Converts the schema into that of a result: an object as it is, any other value as the member `result` of an
    /// object.
    pub fn into_result(self) -> Schema {
        if self.is_object() {
            return self.into_document();
        }
        let object = ObjectNode {
            properties: vec![("result".into(), self.node)],
            required: vec!["result".into()],
            ..ObjectNode::default()
        };
        Self { node: Node::new(Kind::Object(object)), ..self }.into_document()
    }

    /// Converts the schema into a document of its own, with its definitions at the root.
    pub fn into_document(self) -> Schema {
        Schema::new(&self.node, &self.definitions, self.purpose)
    }

    /// Converts the schema into its root and its definitions.
    pub(super) fn into_parts(self) -> (Node, Vec<(String, Node)>) {
        (self.node, self.definitions)
    }
}

/// Returns the names of the definitions that a schema refers to.
fn referenced_names(node: &mut Node) -> Vec<String> {
    let mut names = Vec::new();
    node.for_each_reference(&mut |name| names.push(name.clone()));
    names
}
