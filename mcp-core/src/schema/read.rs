//! A generated schema read into the portable subset.

use serde_json::{Map, Value};

use super::SchemaError;
use super::choice::{choice, or_null};
use super::definition::Definitions;
use super::keyword::{self, Bounded, Role};
use super::node::{About, Additional, Array, Kind, Node, Object, ScalarKind};
use super::number;

/// How deeply a schema may be nested, its types written out in place.
const DEPTH_LIMIT: usize = 64;

/// How many subschemas and enumerated values it may have, its types written out in place.
const SIZE_LIMIT: usize = 10_000;

/// Reads one generated document, and keeps count of what it grows to.
pub(super) struct Reader<'a> {
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
    pub(super) fn new(root: &'a Value) -> Self {
        Self { definitions: Definitions::of(root), path: Vec::new(), depth: 0, size: 0 }
    }

    /// Reads the document itself. A recursive type is written out once, because models fill in what they see.
    pub(super) fn read_root(&mut self, root: &'a Value) -> Result<Node, SchemaError> {
        let mut node = self.read(root, Site::WholeType)?;
        node.about.others.shift_remove("title");
        if let Kind::Reference(name) = &node.kind {
            let target = self.read_definition(name)?;
            node = Node { null: node.null, ..laid_over(target, node.about) };
        }
        Ok(node)
    }

    /// Reads what is published under a name.
    pub(super) fn read_definition(&mut self, name: &str) -> Result<Node, SchemaError> {
        let schema = self.definitions.published(name);
        let mut node = self.read(schema.unwrap_or(&Value::Bool(true)), Site::WholeType)?;
        node.about.others.shift_remove("title");
        Ok(node)
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
        let node = match schema {
            Value::Bool(true) => Ok(Node::any()),
            Value::Bool(false) => Ok(Node { derived: true, ..Node::new(Kind::Never) }),
            Value::Object(keywords) => self.read_keywords(keywords, site),
            _ => Err(self.invalid("schema", "an object or a boolean")),
        };
        self.depth -= 1;
        node
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
            (schema, _) => {
                let mut node = self.read(schema, Site::WholeType)?;
                if reference == "#" {
                    node.about.others.shift_remove("title");
                }
                Ok(node)
            }
        }
    }

    /// Reads `not`, which `schemars` writes for types without values, and for integers that are not zero.
    fn read_not(&mut self, not: &Value, about: &mut About) -> Result<Option<Node>, SchemaError> {
        let excluded = match not {
            Value::Bool(false) => return Ok(None),
            Value::Bool(true) => return Ok(Some(Node { derived: true, ..Node::new(Kind::Never) })),
            Value::Object(keywords) if keywords.is_empty() => {
                return Ok(Some(Node { derived: true, ..Node::new(Kind::Never) }));
            }
            Value::Object(keywords) if keywords.len() == 1 => keywords.get("const"),
            _ => None,
        };
        // Decoding refuses the value; the portable form can only tell the reader.
        let excluded = excluded.ok_or_else(|| self.refused("not"))?;
        about.notes.push(format!("Not {excluded}."));
        Ok(None)
    }

    /// What `type`, `enum`, `const` and the keywords of each type say.
    fn read_typed(&mut self, keywords: &Map<String, Value>, site: Site) -> Result<Option<Node>, SchemaError> {
        let (kinds, mut null) = match keywords.get("type") {
            Some(kind) => self.read_type(kind)?,
            // Keywords without a type say nothing about null.
            None => match self.infer_type(keywords)? {
                Some(kind) => (vec![kind], true),
                None if is_enumerated(keywords) => (Vec::new(), false),
                None => return Ok(None),
            },
        };
        let mut branches = Vec::new();
        if is_enumerated(keywords) {
            let (nodes, lists_null) = self.read_enumeration(keywords, &kinds, site)?;
            null = lists_null && (null || !keywords.contains_key("type"));
            branches = nodes;
        } else {
            for kind in kinds {
                branches.push(self.read_kind(kind, keywords)?);
            }
        }
        let mut node = choice(branches);
        if null {
            node = or_null(node);
        }
        Ok(Some(node))
    }

    /// The types that `type` lists, and whether null is among them.
    fn read_type<'b>(&self, kind: &'b Value) -> Result<(Vec<&'b str>, bool), SchemaError> {
        let names: Vec<&str> = match kind {
            Value::String(name) => vec![name],
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            _ => return Err(self.invalid("type", "a type's name, or a list of them")),
        };
        let is_known = |name: &&str| {
            matches!(*name, "array" | "object") || ScalarKind::ALL.iter().any(|kind| kind.name() == *name)
        };
        if !names.iter().all(is_known) {
            return Err(self.invalid("type", "one of the seven types of JSON Schema"));
        }
        let (null, kinds): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| *name == "null");
        Ok((kinds, !null.is_empty()))
    }

    /// The one type that the other keywords are about.
    fn infer_type(&self, keywords: &Map<String, Value>) -> Result<Option<&'static str>, SchemaError> {
        let mut inferred = None;
        for keyword in keywords.keys() {
            let kind = match keyword::role(keyword) {
                Role::Bounds(Bounded::Number, _) => "number",
                Role::Bounds(Bounded::String, _) => "string",
                Role::Bounds(Bounded::Array, _) => "array",
                Role::Bounds(Bounded::Object, _) => "object",
                _ => match keyword.as_str() {
                    "items" | "prefixItems" => "array",
                    "properties"
                    | "required"
                    | "additionalProperties"
                    | "patternProperties"
                    | "unevaluatedProperties" => "object",
                    _ => continue,
                },
            };
            if inferred.is_some_and(|other| other != kind) {
                return Err(self.invalid("type", "given where keywords of several types stand together"));
            }
            inferred = Some(kind);
        }
        Ok(inferred)
    }

    fn read_kind(&mut self, kind: &str, keywords: &Map<String, Value>) -> Result<Node, SchemaError> {
        match kind {
            "array" => self.read_array(keywords),
            "object" => self.read_object(keywords),
            _ => {
                let kind = ScalarKind::ALL
                    .into_iter()
                    .find(|scalar| scalar.name() == kind)
                    .unwrap_or(ScalarKind::String);
                self.read_scalar(kind, keywords)
            }
        }
    }

    fn read_scalar(&self, kind: ScalarKind, keywords: &Map<String, Value>) -> Result<Node, SchemaError> {
        let mut bounds = match Bounded::of(kind) {
            Some(bounded) => self.read_bounds(bounded, keywords)?,
            None => Map::new(),
        };
        let format = keywords.get("format").and_then(Value::as_str).unwrap_or_default();
        let derived = match kind {
            ScalarKind::Integer => keyword::add_natural_bounds(&mut bounds, format),
            _ => bounds.is_empty(),
        };
        Ok(Node { derived, ..Node::scalar(kind, bounds) })
    }

    /// The keywords that bound values of one type.
    fn read_bounds(
        &self,
        bounded: Bounded,
        keywords: &Map<String, Value>,
    ) -> Result<Map<String, Value>, SchemaError> {
        let mut bounds = Map::new();
        for (keyword, value) in keywords {
            let Role::Bounds(about, operand) = keyword::role(keyword) else { continue };
            if about != bounded {
                continue;
            }
            if !operand.accepts(value) {
                return Err(self.invalid(keyword, operand.expected()));
            }
            bounds.insert(keyword.clone(), value.clone());
        }
        Ok(bounds)
    }

    fn read_array(&mut self, keywords: &Map<String, Value>) -> Result<Node, SchemaError> {
        let bounds = self.read_bounds(Bounded::Array, keywords)?;
        if let Some(elements) = keywords.get("prefixItems") {
            return self.read_tuple(elements, keywords, bounds);
        }
        let items = match keywords.get("items") {
            Some(items) => self.read_at("items", items)?,
            None => Node::any(),
        };
        let derived = items.derived && bounds.is_empty();
        let array = Array { items: Box::new(items), keywords: bounds };
        Ok(Node { derived, ..Node::new(Kind::Array(array)) })
    }

    /// Reads a tuple: its elements' types become one, and their order a note.
    fn read_tuple(
        &mut self,
        elements: &Value,
        keywords: &Map<String, Value>,
        mut bounds: Map<String, Value>,
    ) -> Result<Node, SchemaError> {
        let mut elements = self.read_list("prefixItems", elements)?;
        let count = Value::from(elements.len());
        let is_exact = ["minItems", "maxItems"].iter().all(|keyword| bounds.get(*keyword) == Some(&count));
        let derived = is_exact && bounds.len() == 2 && elements.iter().all(|element| element.derived);
        let order: Vec<&str> = elements.iter().map(Node::form).collect();
        let note = format!("In this order: {}.", order.join(", "));
        match keywords.get("items") {
            Some(Value::Bool(false)) => drop(bounds.entry("maxItems").or_insert(count)),
            Some(rest) => elements.push(self.read_at("items", rest)?),
            None if is_exact => {}
            None => elements.push(Node::any()),
        }
        let items = choice(elements);
        let is_mixed = matches!(items.kind, Kind::Choice(_));
        let mut node = Node::new(Kind::Array(Array { items: Box::new(items), keywords: bounds }));
        node.derived = derived;
        if is_mixed {
            node.about.notes.push(note);
        }
        Ok(node)
    }

    fn read_object(&mut self, keywords: &Map<String, Value>) -> Result<Node, SchemaError> {
        let bounds = self.read_bounds(Bounded::Object, keywords)?;
        let mut about = About::default();
        let properties = self.read_properties(keywords)?;
        let required = self.read_required(keywords)?;
        let additional = self.read_additional(keywords, &mut about)?;
        // Decoding ignores members it does not know, so it never checks all that a struct's schema says.
        let derived = properties.is_empty()
            && required.is_empty()
            && bounds.is_empty()
            && match &additional {
                Additional::Of(node) => node.derived,
                Additional::Any | Additional::Unspecified => true,
                Additional::None => false,
            };
        let object = Object { properties, required, additional, keywords: bounds };
        Ok(Node { about, derived, ..Node::new(Kind::Object(object)) })
    }

    fn read_properties(&mut self, keywords: &Map<String, Value>) -> Result<Vec<(String, Node)>, SchemaError> {
        let Some(properties) = keywords.get("properties") else { return Ok(Vec::new()) };
        let Some(properties) = properties.as_object() else {
            return Err(self.invalid("properties", "an object"));
        };
        self.path.push("properties".into());
        let nodes =
            properties.iter().map(|(name, schema)| Ok((name.clone(), self.read_at(name, schema)?))).collect();
        self.path.pop();
        nodes
    }

    fn read_required(&self, keywords: &Map<String, Value>) -> Result<Vec<String>, SchemaError> {
        match keywords.get("required") {
            None => Ok(Vec::new()),
            Some(names) => {
                serde_json::from_value(names.clone()).map_err(|_| self.invalid("required", "a list of names"))
            }
        }
    }

    fn read_additional(
        &mut self,
        keywords: &Map<String, Value>,
        about: &mut About,
    ) -> Result<Additional, SchemaError> {
        if let Some(patterns) = keywords.get("patternProperties") {
            return self.read_patterns(patterns, keywords, about);
        }
        for keyword in ["additionalProperties", "unevaluatedProperties"] {
            match keywords.get(keyword) {
                None => {}
                Some(Value::Bool(false)) => return Ok(Additional::None),
                Some(schema) => {
                    let node = self.read_at(keyword, schema)?;
                    let says_nothing = matches!(node.kind, Kind::Any) && node.about.is_empty();
                    return Ok(if says_nothing { Additional::Any } else { Additional::Of(Box::new(node)) });
                }
            }
        }
        Ok(Additional::Unspecified)
    }

    /// Reads a map with keys other than strings: decoding checks the names.
    fn read_patterns(
        &mut self,
        patterns: &Value,
        keywords: &Map<String, Value>,
        about: &mut About,
    ) -> Result<Additional, SchemaError> {
        let Some(patterns) = patterns.as_object() else {
            return Err(self.invalid("patternProperties", "an object"));
        };
        if keywords.get("additionalProperties") != Some(&Value::Bool(false)) {
            return Err(self.refused("patternProperties"));
        }
        let mut nodes = Vec::new();
        for (pattern, schema) in patterns {
            about.notes.push(format!("Member names match `{pattern}`."));
            nodes.push(self.read_at("patternProperties", schema)?);
        }
        Ok(Additional::Of(Box::new(choice(nodes))))
    }

    /// Reads `enum` and `const`: values of one type keep that type, and null stands apart.
    fn read_enumeration(
        &mut self,
        keywords: &Map<String, Value>,
        kinds: &[&str],
        site: Site,
    ) -> Result<(Vec<Node>, bool), SchemaError> {
        let listed = match (keywords.get("const"), keywords.get("enum")) {
            (Some(value), None) => std::slice::from_ref(value),
            (None, Some(Value::Array(values))) => values.as_slice(),
            (Some(_), Some(_)) => return Err(self.refused("const")),
            _ => return Err(self.invalid("enum", "a list of values")),
        };
        self.spend(listed.len())?;
        let lists_null = listed.contains(&Value::Null);
        let is_of = |value: &Value, kind: &str| match kind {
            "array" => value.is_array(),
            "object" => value.is_object(),
            _ => ScalarKind::ALL.iter().any(|scalar| scalar.name() == kind && scalar.includes(value)),
        };
        let fits = |value: &&Value| {
            !value.is_null() && (kinds.is_empty() || kinds.iter().any(|kind| is_of(value, kind)))
        };
        let values: Vec<Value> = listed.iter().filter(fits).cloned().collect();
        if values.is_empty() {
            return Ok((Vec::new(), lists_null));
        }
        let common = ScalarKind::ALL.into_iter().find(|kind| values.iter().all(|value| kind.includes(value)));
        let mut node = match common {
            Some(kind) => {
                let mut bounds = Bounded::of(kind)
                    .map_or(Ok(Map::new()), |bounded| self.read_bounds(bounded, keywords))?;
                bounds.insert("enum".into(), Value::Array(values));
                Node::scalar(kind, bounds)
            }
            None => Node::new(Kind::Values(values)),
        };
        // Where only a type is meant, its variants are all that there is, and decoding knows them.
        node.derived = site == Site::WholeType;
        Ok((vec![node], lists_null))
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

impl ScalarKind {
    pub(super) fn includes(self, value: &Value) -> bool {
        match self {
            Self::Null => value.is_null(),
            Self::Boolean => value.is_boolean(),
            Self::Integer => value.as_number().is_some_and(number::is_whole),
            Self::Number => value.is_number(),
            Self::String => value.is_string(),
        }
    }
}

/// Whether a keyword narrows the values that are accepted.
fn is_assertion(keyword: &str) -> bool {
    matches!(keyword::role(keyword), Role::Bounds(..) | Role::Structure)
}

fn is_enumerated(keywords: &Map<String, Value>) -> bool {
    keywords.contains_key("enum") || keywords.contains_key("const")
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
