//! What a schema says of the values of each type.

use serde_json::{Map, Value};

use super::{Reader, Site};
use crate::schema::SchemaError;
use crate::schema::choice::{choice, or_null};
use crate::schema::keyword::{self, Bounded, Role};
use crate::schema::node::{About, Additional, Array, Kind, Node, Object, Scalar, ScalarKind};

impl Reader<'_> {
    /// What `type`, `enum`, `const` and the keywords of each type say.
    pub(super) fn read_typed(
        &mut self,
        keywords: &Map<String, Value>,
        site: Site,
    ) -> Result<Option<Node>, SchemaError> {
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
        let bounds = match common.and_then(Bounded::of) {
            Some(bounded) => self.read_bounds(bounded, keywords)?,
            None => Map::new(),
        };
        // Where only a type is meant, its variants are all that there is, and decoding knows them.
        let derived = site == Site::WholeType && bounds.is_empty();
        let kind = match common {
            Some(kind) => {
                let listed = bounds.into_iter().chain([("enum".to_owned(), Value::Array(values))]);
                Kind::Scalar(Scalar { kind, keywords: listed.collect() })
            }
            None => Kind::Values(values),
        };
        Ok((vec![Node { derived, ..Node::new(kind) }], lists_null))
    }
}

fn is_enumerated(keywords: &Map<String, Value>) -> bool {
    keywords.contains_key("enum") || keywords.contains_key("const")
}
