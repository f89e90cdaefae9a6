//! What `schemars` generates, made portable.

use serde_json::{Map, Value};

use super::choice::widest;
use super::keyword::{self, Role};
use super::node::{Kind, Node, Object, Purpose, ScalarKind};
use super::read::Reader;
use super::{Schema, SchemaError};

/// The schema of one argument or result, portable, with the definitions it still needs.
///
/// What is generated from a Rust type loses `$schema` and the type's name as `title`; types are written out in place
/// unless they contain themselves; the variants of an enum become one `enum`, and what their docs say a line each of
/// the description; `Option<T>` becomes `T`; formats that JSON Schema does not name become the bounds they stand for;
/// a tuple becomes an array of its elements' types. Tagged enums become `anyOf` of objects.
#[derive(Clone, Debug)]
pub struct Portable {
    pub(super) node: Node,
    pub(super) definitions: Vec<(String, Node)>,
    purpose: Purpose,
}

impl Portable {
    /// Reads the schema of an argument, as generated for deserialising: draft 2020-12, with its definitions in `$defs`.
    ///
    /// # Errors
    ///
    /// If it asserts what no portable schema can say, refers to another document, or is too large or too deep.
    pub fn argument(generated: &Value) -> Result<Self, SchemaError> {
        Self::read(generated, Purpose::Argument)
    }

    /// Reads the schema of a result, as generated for serialising. `null` stays where it was, because it is written.
    ///
    /// # Errors
    ///
    /// As [`Portable::argument`].
    pub fn result(generated: &Value) -> Result<Self, SchemaError> {
        Self::read(generated, Purpose::Result)
    }

    fn read(generated: &Value, purpose: Purpose) -> Result<Self, SchemaError> {
        let mut reader = Reader::new(generated)?;
        let mut node = reader.read_root()?;
        let mut definitions: Vec<(String, Node)> = Vec::new();
        let mut wanted = names(&mut node);
        while let Some(name) = wanted.pop() {
            if definitions.iter().all(|(other, _)| *other != name) {
                let mut definition = reader.read_definition(&name)?;
                wanted.extend(names(&mut definition));
                definitions.push((name, definition));
            }
        }
        Ok(Self { node, definitions, purpose })
    }

    /// Says what the value is for; this stands before what its type says of its values.
    #[must_use]
    pub fn describe(mut self, description: impl Into<String>) -> Self {
        self.node.about.description = Some(description.into());
        self
    }

    /// Adds a keyword: a bound such as `minimum`, `pattern` or `enum`, or one that asserts nothing, such as `default`.
    ///
    /// # Errors
    ///
    /// If the keyword says nothing about values of this type, or its value is not valid.
    pub fn with(mut self, keyword: &str, value: Value) -> Result<Self, SchemaError> {
        let bounded = match keyword::role(keyword) {
            Role::Annotation => return Ok(self.with_annotation(keyword, value)),
            Role::Structure if keyword == "enum" => return self.with_values(value),
            Role::Bounds(bounded, operand) if operand.accepts(&value) => bounded,
            Role::Bounds(_, operand) => {
                let expected = operand.expected();
                return Err(SchemaError::Invalid {
                    keyword: keyword.into(),
                    pointer: String::new(),
                    expected,
                });
            }
            _ => return Err(SchemaError::Keyword { keyword: keyword.into(), pointer: String::new() }),
        };
        self.node.derived = false;
        let form = self.node.form();
        let bounds =
            self.node.bounds(bounded).ok_or(SchemaError::Misplaced { keyword: keyword.into(), form })?;
        bounds.insert(keyword.into(), value);
        Ok(self)
    }

    fn with_annotation(mut self, keyword: &str, value: Value) -> Self {
        match value {
            Value::String(text) if keyword == "description" => self.describe(text),
            value => {
                self.node.about.others.insert(keyword.into(), value);
                self
            }
        }
    }

    fn with_values(mut self, values: Value) -> Result<Self, SchemaError> {
        let form = self.node.form();
        let Kind::Scalar(scalar) = &mut self.node.kind else {
            return Err(SchemaError::Misplaced { keyword: "enum".into(), form });
        };
        let fits = |values: &Vec<Value>| {
            !values.is_empty() && values.iter().all(|value| scalar.kind.includes(value))
        };
        if !values.as_array().is_some_and(fits) {
            let expected = "a list of values of its type";
            return Err(SchemaError::Invalid { keyword: "enum".into(), pointer: String::new(), expected });
        }
        scalar.keywords.insert("enum".into(), values);
        self.node.derived = false;
        Ok(self)
    }

    /// Bounds the length of a string in characters, of an array in items, or of a map in members.
    ///
    /// # Errors
    ///
    /// If values of this type have no length.
    pub fn length(mut self, minimum: Option<u64>, maximum: Option<u64>) -> Result<Self, SchemaError> {
        let (least, most) = match &self.node.kind {
            Kind::Scalar(scalar) if scalar.kind == ScalarKind::String => ("minLength", "maxLength"),
            Kind::Array(_) => ("minItems", "maxItems"),
            Kind::Object(_) => ("minProperties", "maxProperties"),
            _ => return Err(SchemaError::Misplaced { keyword: "length".into(), form: self.node.form() }),
        };
        for (keyword, bound) in [(least, minimum), (most, maximum)] {
            if let Some(bound) = bound {
                self = self.with(keyword, bound.into())?;
            }
        }
        Ok(self)
    }

    /// Whether `null` is a value of the Rust type, though the schema may not say so.
    pub fn accepts_null(&self) -> bool {
        self.node.accepts_null()
    }

    /// Whether the value is an object with properties, so that it can stand as a document of its own.
    pub fn is_object(&self) -> bool {
        matches!(self.node.kind, Kind::Object(_)) && (self.purpose == Purpose::Argument || !self.node.null)
    }

    /// Whether decoding a value into the Rust type checks all that this schema asserts.
    ///
    /// True for scalars with the bounds of their type, enums, and arrays and maps of these; false as soon as an
    /// attribute bounds the value, and for structs, because decoding ignores members that it does not know.
    pub fn decoding_suffices(&self) -> bool {
        self.node.derived
    }

    /// The schema of arguments that are all fields of this one type.
    ///
    /// A tagged enum becomes one object with the members of all its variants, since clients refuse a choice at the
    /// root: decoding tells them apart.
    ///
    /// # Errors
    ///
    /// If the type is not an object.
    pub fn into_arguments(mut self) -> Result<Schema, SchemaError> {
        let form = self.node.form();
        if let Kind::Choice(branches) = self.node.kind {
            let mut node = widest(branches)?;
            node.about.overlay(self.node.about);
            self.node = node;
        }
        if !self.is_object() {
            return Err(SchemaError::NotAnObject { form });
        }
        let mut schema = self.into_document();
        if let Value::Object(root) = &mut schema.0 {
            // Some clients want the list even where it is empty.
            root.entry("properties").or_insert_with(|| Map::new().into());
        }
        Ok(schema)
    }

    /// The schema of a result: the object itself, or an object whose one member `result` is the value.
    pub fn into_result(self) -> Schema {
        if self.is_object() {
            return self.into_document();
        }
        let object = Object {
            properties: vec![("result".into(), self.node)],
            required: vec!["result".into()],
            ..Object::default()
        };
        Self { node: Node::new(Kind::Object(object)), ..self }.into_document()
    }

    /// The schema as a document of its own, with its definitions at the root.
    pub fn into_document(self) -> Schema {
        let root = match self.purpose {
            Purpose::Argument => self.node.write_without_null(self.purpose),
            Purpose::Result => self.node.write(self.purpose),
        };
        document(root, &self.definitions, self.purpose)
    }

    /// This as one property of several.
    pub(super) fn into_parts(self) -> (Node, Vec<(String, Node)>) {
        (self.node, self.definitions)
    }
}

/// Puts definitions at the root of a schema.
pub(super) fn document(mut root: Value, definitions: &[(String, Node)], purpose: Purpose) -> Schema {
    let definitions: Map<String, Value> =
        definitions.iter().map(|(name, node)| (name.clone(), node.write(purpose))).collect();
    if let Value::Object(root) = &mut root
        && !definitions.is_empty()
    {
        root.insert("$defs".into(), definitions.into());
    }
    Schema(root)
}

/// The names that a schema refers to.
fn names(node: &mut Node) -> Vec<String> {
    let mut names = Vec::new();
    node.each_reference(&mut |name| names.push(name.clone()));
    names
}
