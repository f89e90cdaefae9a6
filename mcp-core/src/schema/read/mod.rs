//! Reading of generated schemas into the portable subset.

mod foreign;
mod merge;
mod typed;

use serde_json::{Map, Value, json};

use crate::schema::choice::any_of;
use crate::schema::definition::Definitions;
use crate::schema::error::SchemaError;
use crate::schema::format::{format_note, is_portable_format};
use crate::schema::keyword::{self, KeywordRole};
use crate::schema::node::{Kind, Node, Purpose, SchemaAnnotations};

/// Maximum nesting depth of a schema with its types expanded inline, in levels.
const MAX_DEPTH: usize = 64;

/// Maximum number of subschemas and enumerated values of a schema with its types expanded inline.
const MAX_SIZE: usize = 10_000;

/// A reader of one generated document. Limits the size of the result.
pub(super) struct Reader<'a> {
    root: &'a Value,
    purpose: Purpose,
    definitions: Definitions<'a>,
    /// The JSON pointer of the current subschema, in segments.
    path: Vec<String>,
    depth: usize,
    /// The number of subschemas and enumerated values so far.
    size: usize,
}

/// The origin of a subschema.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// The complete schema of a Rust type.
    Type,
    /// A field or another use of a type, where attributes may have added keywords.
    Use,
}

impl<'a> Reader<'a> {
    pub(super) fn new(root: &'a Value, purpose: Purpose) -> Result<Self, SchemaError> {
        let definitions =
            Definitions::new(root, MAX_SIZE).ok_or(SchemaError::TooLarge { limit: MAX_SIZE })?;
        Ok(Self { root, purpose, definitions, path: Vec::new(), depth: 0, size: 0 })
    }

    /// Reads the document itself. Expands a recursive type once, because models fill in the members they see.
    pub(super) fn read_root(&mut self) -> Result<Node, SchemaError> {
        let mut node = self.read(self.root, Origin::Type)?;
        if let Kind::Reference(name) = &node.kind {
            let target = self.read_definition(name)?;
            node = Node { nullable: node.nullable, ..annotate(target, node.annotations) };
        }
        Ok(node)
    }

    /// Reads the definition with a published name.
    pub(super) fn read_definition(&mut self, name: &str) -> Result<Node, SchemaError> {
        let schema = self.definitions.published(name);
        self.read(schema.unwrap_or(&Value::Bool(true)), Origin::Type)
    }

    /// Adds to the size of the result.
    ///
    /// The limit stops exponential growth: types that contain other types twice double the size at every level.
    ///
    /// # Errors
    ///
    /// Returns [`SchemaError::TooLarge`] if the size exceeds [`MAX_SIZE`].
    fn add_size(&mut self, subschemas: usize) -> Result<(), SchemaError> {
        self.size = self.size.saturating_add(subschemas);
        if self.size > MAX_SIZE { Err(SchemaError::TooLarge { limit: MAX_SIZE }) } else { Ok(()) }
    }

    fn read(&mut self, schema: &Value, origin: Origin) -> Result<Node, SchemaError> {
        self.add_size(1)?;
        if self.depth == MAX_DEPTH {
            return Err(SchemaError::TooDeep { limit: MAX_DEPTH });
        }
        self.depth += 1;
        let mut node = match schema {
            Value::Bool(true) => Ok(Node::any()),
            Value::Bool(false) => Ok(Node { checked_by_decoding: true, ..Node::new(Kind::Never) }),
            Value::Object(keywords) if self.purpose == Purpose::Foreign => {
                self.read_foreign(keywords, origin)
            }
            Value::Object(keywords) if self.purpose == Purpose::Superset => self.read_known(keywords, origin),
            Value::Object(keywords) => self.read_keywords(keywords, origin),
            _ => Err(self.invalid("schema", "an object or a boolean")),
        }?;
        self.depth -= 1;
        if std::ptr::eq(schema, self.root) {
            // The title of the document is the name of the Rust type.
            node.annotations.keywords.shift_remove("title");
        }
        Ok(node)
    }

    /// Reads a subschema at a segment below the current path.
    fn read_at(&mut self, segment: impl Into<String>, schema: &Value) -> Result<Node, SchemaError> {
        self.path.push(segment.into());
        let node = self.read(schema, Origin::Use)?;
        self.path.pop();
        Ok(node)
    }

    fn read_keywords(&mut self, keywords: &Map<String, Value>, origin: Origin) -> Result<Node, SchemaError> {
        if let Some(keyword) =
            keywords.keys().find(|keyword| keyword::role(keyword) == KeywordRole::Unsupported)
        {
            return Err(self.unsupported(keyword));
        }
        let mut parts = Vec::new();
        if let Some(typed) = self.read_typed(keywords, origin)? {
            parts.push(typed);
        }
        if let Some(reference) = keywords.get("$ref") {
            let inline = keywords.keys().any(|keyword| is_assertion(keyword) && keyword != "$ref");
            parts.push(self.read_reference(reference, inline)?);
        }
        for keyword in ["anyOf", "oneOf"] {
            if let Some(branches) = keywords.get(keyword) {
                let branches = self.read_list(keyword, branches)?;
                parts.push(any_of(branches));
            }
        }
        if let Some(all) = keywords.get("allOf") {
            parts.extend(self.read_list("allOf", all)?);
        }
        let mut annotations = read_annotations(keywords);
        if let Some(not) = keywords.get("not") {
            parts.extend(self.read_not(not, &mut annotations)?);
        }
        let mut merged = parts.pop().unwrap_or_else(Node::any);
        while let Some(part) = parts.pop() {
            merged = self.merge(part, merged)?;
        }
        Ok(annotate(merged, annotations))
    }

    fn read_list(&mut self, keyword: &str, list: &Value) -> Result<Vec<Node>, SchemaError> {
        let Some(list) = list.as_array() else { return Err(self.invalid(keyword, "a list of schemas")) };
        self.path.push(keyword.into());
        let nodes =
            list.iter().enumerate().map(|(index, schema)| self.read_at(index.to_string(), schema)).collect();
        self.path.pop();
        nodes
    }

    /// Reads the type that a reference names. A recursive type stays a reference, unless `inline` demands its
    /// expansion.
    fn read_reference(&mut self, reference: &Value, inline: bool) -> Result<Node, SchemaError> {
        let Some(reference) = reference.as_str() else { return Err(self.invalid("$ref", "a string")) };
        match self.definitions.resolve(reference)? {
            (_, Some(name)) if !inline => Ok(Node::new(Kind::Reference(name.into()))),
            (schema, _) => self.read(schema, Origin::Type),
        }
    }

    /// Reads `not`, which `schemars` generates for types without values and for non-zero integers.
    fn read_not(
        &mut self,
        not: &Value,
        annotations: &mut SchemaAnnotations,
    ) -> Result<Option<Node>, SchemaError> {
        if *not == json!(false) {
            Ok(None)
        } else if *not == json!(true) || *not == json!({}) {
            Ok(Some(Node { checked_by_decoding: true, ..Node::new(Kind::Never) }))
        } else if *not == json!({"const": 0}) {
            // Deserialization rejects 0. The portable subset cannot express it, so a note states it.
            annotations.notes.push("Not 0.".into());
            Ok(None)
        } else {
            Err(self.unsupported("not"))
        }
    }

    fn unsupported(&self, keyword: &str) -> SchemaError {
        SchemaError::UnsupportedKeyword { keyword: keyword.into(), pointer: self.pointer() }
    }

    fn invalid(&self, keyword: &str, expected: &'static str) -> SchemaError {
        SchemaError::InvalidKeyword { keyword: keyword.into(), pointer: self.pointer(), expected }
    }

    /// Returns the JSON pointer of the current subschema.
    fn pointer(&self) -> String {
        self.path
            .iter()
            .map(|segment| format!("/{}", segment.replace('~', "~0").replace('/', "~1")))
            .collect()
    }
}

/// Returns `true` if the keyword restricts the accepted values.
fn is_assertion(keyword: &str) -> bool {
    matches!(keyword::role(keyword), KeywordRole::Bounds(..) | KeywordRole::Structure)
}

/// Reads the keywords that assert nothing. A format that some client rejects becomes a note.
fn read_annotations(keywords: &Map<String, Value>) -> SchemaAnnotations {
    let mut annotations = SchemaAnnotations::default();
    for (keyword, value) in keywords {
        let is_format = keyword == "format";
        match value {
            Value::String(text) if keyword == "description" => annotations.description = Some(text.clone()),
            Value::String(format) if is_format && !is_portable_format(format) => {
                annotations.notes.extend(format_note(format, keywords));
            }
            _ if keyword::role(keyword) == KeywordRole::Annotation => {
                annotations.keywords.insert(keyword.clone(), value.clone());
            }
            _ => {}
        }
    }
    annotations
}

/// Adds annotations that take precedence over those of the node, whose description follows theirs.
fn annotate(mut node: Node, annotations: SchemaAnnotations) -> Node {
    node.annotations.overlay_use(annotations);
    node
}
