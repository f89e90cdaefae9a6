//! A generated schema read into the portable subset.

mod typed;

use serde_json::{Map, Value, json};

use super::SchemaError;
use super::choice::choice;
use super::definition::Definitions;
use super::keyword::{self, Role};
use super::node::{About, Kind, Node};

/// How deeply a schema may be nested, its types written out in place.
const DEPTH_LIMIT: usize = 64;

/// How many subschemas and enumerated values it may have, its types written out in place.
const SIZE_LIMIT: usize = 10_000;

/// Reads one generated document, and keeps count of what it grows to.
pub(super) struct Reader<'a> {
    root: &'a Value,
    definitions: Definitions<'a>,
    path: Vec<String>,
    depth: usize,
    size: usize,
}

/// Whether a schema is all that is said about a Rust type, or stands where attributes may have added to it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Site {
    WholeType,
    Use,
}

impl<'a> Reader<'a> {
    pub(super) fn new(root: &'a Value) -> Result<Self, SchemaError> {
        let definitions =
            Definitions::of(root, SIZE_LIMIT).ok_or(SchemaError::TooLarge { limit: SIZE_LIMIT })?;
        Ok(Self { root, definitions, path: Vec::new(), depth: 0, size: 0 })
    }

    /// Reads the document itself. A recursive type is written out once, because models fill in what they see.
    pub(super) fn read_root(&mut self) -> Result<Node, SchemaError> {
        let mut node = self.read(self.root, Site::WholeType)?;
        if let Kind::Reference(name) = &node.kind {
            let target = self.read_definition(name)?;
            node = Node { null: node.null, ..laid_over(target, node.about) };
        }
        Ok(node)
    }

    /// Reads what is published under a name.
    pub(super) fn read_definition(&mut self, name: &str) -> Result<Node, SchemaError> {
        let schema = self.definitions.published(name);
        self.read(schema.unwrap_or(&Value::Bool(true)), Site::WholeType)
    }

    /// Counts what is about to be made, so that types which contain others twice cannot double without end.
    pub(super) fn spend(&mut self, subschemas: usize) -> Result<(), SchemaError> {
        self.size = self.size.saturating_add(subschemas);
        if self.size > SIZE_LIMIT { Err(SchemaError::TooLarge { limit: SIZE_LIMIT }) } else { Ok(()) }
    }

    fn read(&mut self, schema: &Value, site: Site) -> Result<Node, SchemaError> {
        self.spend(1)?;
        if self.depth == DEPTH_LIMIT {
            return Err(SchemaError::TooDeep { limit: DEPTH_LIMIT });
        }
        self.depth += 1;
        let mut node = match schema {
            Value::Bool(true) => Ok(Node::any()),
            Value::Bool(false) => Ok(Node { derived: true, ..Node::new(Kind::Never) }),
            Value::Object(keywords) => self.read_keywords(keywords, site),
            _ => Err(self.invalid("schema", "an object or a boolean")),
        }?;
        self.depth -= 1;
        if std::ptr::eq(schema, self.root) {
            // The document's title is the name of the Rust type.
            node.about.others.shift_remove("title");
        }
        Ok(node)
    }

    /// Reads a schema that stands under a keyword of another.
    fn read_at(&mut self, step: impl Into<String>, schema: &Value) -> Result<Node, SchemaError> {
        self.path.push(step.into());
        let node = self.read(schema, Site::Use)?;
        self.path.pop();
        Ok(node)
    }

    fn read_keywords(&mut self, keywords: &Map<String, Value>, site: Site) -> Result<Node, SchemaError> {
        if let Some(keyword) = keywords.keys().find(|keyword| keyword::role(keyword) == Role::Refused) {
            return Err(self.refused(keyword));
        }
        let mut parts = Vec::new();
        if let Some(typed) = self.read_typed(keywords, site)? {
            parts.push(typed);
        }
        if let Some(reference) = keywords.get("$ref") {
            let inline = keywords.keys().any(|keyword| is_assertion(keyword) && keyword != "$ref");
            parts.push(self.read_reference(reference, inline)?);
        }
        for keyword in ["anyOf", "oneOf"] {
            if let Some(branches) = keywords.get(keyword) {
                let branches = self.read_list(keyword, branches)?;
                parts.push(choice(branches));
            }
        }
        if let Some(all) = keywords.get("allOf") {
            parts.extend(self.read_list("allOf", all)?);
        }
        let mut about = read_about(keywords);
        if let Some(not) = keywords.get("not") {
            parts.extend(self.read_not(not, &mut about)?);
        }
        let mut whole = parts.pop().unwrap_or_else(Node::any);
        while let Some(part) = parts.pop() {
            whole = self.join(part, whole)?;
        }
        Ok(laid_over(whole, about))
    }

    fn read_list(&mut self, keyword: &str, list: &Value) -> Result<Vec<Node>, SchemaError> {
        let Some(list) = list.as_array() else { return Err(self.invalid(keyword, "a list of schemas")) };
        self.path.push(keyword.into());
        let nodes =
            list.iter().enumerate().map(|(index, schema)| self.read_at(index.to_string(), schema)).collect();
        self.path.pop();
        nodes
    }

    /// Reads the type that a reference names, unless it contains itself. One that more is asserted about is read anyway.
    fn read_reference(&mut self, reference: &Value, inline: bool) -> Result<Node, SchemaError> {
        let Some(reference) = reference.as_str() else { return Err(self.invalid("$ref", "a string")) };
        match self.definitions.follow(reference)? {
            (_, Some(name)) if !inline => Ok(Node::new(Kind::Reference(name.into()))),
            (schema, _) => self.read(schema, Site::WholeType),
        }
    }

    /// Reads `not`, which `schemars` writes for types without values, and for integers that are not zero.
    fn read_not(&mut self, not: &Value, about: &mut About) -> Result<Option<Node>, SchemaError> {
        if *not == json!(false) {
            Ok(None)
        } else if *not == json!(true) || *not == json!({}) {
            Ok(Some(Node { derived: true, ..Node::new(Kind::Never) }))
        } else if *not == json!({"const": 0}) {
            // Decoding refuses it; the portable form can only tell the reader.
            about.notes.push("Not 0.".into());
            Ok(None)
        } else {
            Err(self.refused("not"))
        }
    }

    pub(super) fn refused(&self, keyword: &str) -> SchemaError {
        SchemaError::Keyword { keyword: keyword.into(), pointer: self.pointer() }
    }

    fn invalid(&self, keyword: &str, expected: &'static str) -> SchemaError {
        SchemaError::Invalid { keyword: keyword.into(), pointer: self.pointer(), expected }
    }

    fn pointer(&self) -> String {
        self.path.iter().map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1"))).collect()
    }
}

/// Whether a keyword narrows the values that are accepted.
fn is_assertion(keyword: &str) -> bool {
    matches!(keyword::role(keyword), Role::Bounds(..) | Role::Structure)
}

/// What is said without asserting anything; formats that are not standard are left out.
fn read_about(keywords: &Map<String, Value>) -> About {
    let mut about = About::default();
    for (keyword, value) in keywords {
        let is_format = keyword == "format";
        match value {
            Value::String(text) if keyword == "description" => about.description = Some(text.clone()),
            Value::String(format) if is_format && !keyword::is_standard_format(format) => {}
            _ if keyword::role(keyword) == Role::Annotation => {
                about.others.insert(keyword.clone(), value.clone());
            }
            _ => {}
        }
    }
    about
}

fn laid_over(mut node: Node, about: About) -> Node {
    node.about.overlay(about);
    node
}
