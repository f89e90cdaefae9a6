//! Reading of the keywords of each type.

use serde_json::{Map, Value};

use crate::schema::choice::{any_of, or_null};
use crate::schema::error::SchemaError;
use crate::schema::keyword::{self, BoundedType, KeywordRole};
use crate::schema::node::{
    Additional, ArrayNode, DURATION, Kind, Node, ObjectNode, Purpose, ScalarKind, ScalarNode,
    SchemaAnnotations,
};
use crate::schema::read::{Origin, Reader};

impl Reader<'_> {
    /// Reads `type`, `enum`, `const` and the keywords of each type. Returns `None` if there are none of them.
    pub(super) fn read_typed(
        &mut self,
        keywords: &Map<String, Value>,
        origin: Origin,
    ) -> Result<Option<Node>, SchemaError> {
        let (kinds, mut nullable) = match keywords.get("type") {
            Some(kind) => self.read_type(kind)?,
            // Without `type`, the other keywords do not restrict `null`.
            None => match self.infer_type(keywords)? {
                Some(kind) => (vec![kind], true),
                None if is_enumerated(keywords) => (Vec::new(), false),
                None => return Ok(None),
            },
        };
        let mut branches = Vec::new();
        if is_enumerated(keywords) {
            let (nodes, includes_null) = self.read_enumeration(keywords, &kinds, origin)?;
            nullable = includes_null && (nullable || !keywords.contains_key("type"));
            branches = nodes;
        } else {
            for kind in kinds {
                branches.push(self.read_kind(kind, keywords)?);
            }
        }
        let mut node = any_of(branches);
        if nullable {
            node = or_null(node);
        }
        Ok(Some(node))
    }

    /// Reads `type`. Returns the types without `null`, and `true` if `null` is one of them.
    fn read_type<'b>(&self, kind: &'b Value) -> Result<(Vec<&'b str>, bool), SchemaError> {
        let names: Vec<&str> = match kind {
            Value::String(name) => vec![name],
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            _ => return Err(self.invalid("type", "a type name or a list of type names")),
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

    /// Returns the type that the other keywords apply to, or `None` if they apply to no particular type.
    fn infer_type(&self, keywords: &Map<String, Value>) -> Result<Option<&'static str>, SchemaError> {
        let mut inferred = None;
        for keyword in keywords.keys() {
            let kind = match keyword::role(keyword) {
                KeywordRole::Bounds(BoundedType::Number, _) => "number",
                KeywordRole::Bounds(BoundedType::String, _) => "string",
                KeywordRole::Bounds(BoundedType::Array, _) => "array",
                KeywordRole::Bounds(BoundedType::Object, _) => "object",
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
                return Err(self.invalid("type", "present when keywords of several types are combined"));
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
        let mut bounds = match BoundedType::of(kind) {
            Some(bounded) => self.read_bounds(bounded, keywords)?,
            None => Map::new(),
        };
        let format = keywords.get("format").and_then(Value::as_str).unwrap_or_default();
        let checked_by_decoding = match kind {
            ScalarKind::Integer if self.purpose == Purpose::Result => {
                keyword::remove_integer_bounds(&mut bounds, format);
                bounds.is_empty()
            }
            ScalarKind::Integer if self.purpose == Purpose::Superset => bounds.is_empty(),
            ScalarKind::Integer => keyword::add_integer_bounds(&mut bounds, format),
            _ => bounds.is_empty(),
        };
        let scalar = ScalarNode { kind, keywords: bounds, format: format.to_owned() };
        Ok(Node { checked_by_decoding, ..Node::new(Kind::Scalar(scalar)) })
    }

    /// Reads the keywords that bound values of a type.
    fn read_bounds(
        &self,
        bounded: BoundedType,
        keywords: &Map<String, Value>,
    ) -> Result<Map<String, Value>, SchemaError> {
        let mut bounds = Map::new();
        for (keyword, value) in keywords {
            let KeywordRole::Bounds(keyword_type, operand) = keyword::role(keyword) else { continue };
            if keyword_type != bounded {
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
        let bounds = self.read_bounds(BoundedType::Array, keywords)?;
        if let Some(elements) = keywords.get("prefixItems") {
            return self.read_tuple(elements, keywords, bounds);
        }
        let items = match keywords.get("items") {
            Some(items) => self.read_at("items", items)?,
            None => Node::any(),
        };
        let checked_by_decoding = items.checked_by_decoding && bounds.is_empty();
        let array = ArrayNode { elements: Vec::new(), items: Box::new(items), keywords: bounds };
        Ok(Node { checked_by_decoding, ..Node::new(Kind::Array(array)) })
    }

    /// Reads a tuple as an array of any of the types of its elements. A note states their order.
    fn read_tuple(
        &mut self,
        elements: &Value,
        keywords: &Map<String, Value>,
        mut bounds: Map<String, Value>,
    ) -> Result<Node, SchemaError> {
        let mut elements = self.read_list("prefixItems", elements)?;
        let count = Value::from(elements.len());
        let is_exact = ["minItems", "maxItems"].iter().all(|keyword| bounds.get(*keyword) == Some(&count));
        let checked_by_decoding =
            is_exact && bounds.len() == 2 && elements.iter().all(|element| element.checked_by_decoding);
        let order: Vec<&str> = elements.iter().map(Node::type_name).collect();
        let note = format!("In this order: {}.", order.join(", "));
        match keywords.get("items") {
            Some(Value::Bool(false)) => drop(bounds.entry("maxItems").or_insert(count)),
            Some(items) => elements.push(self.read_at("items", items)?),
            None if is_exact => {}
            None => elements.push(Node::any()),
        }
        let in_order = elements[..order.len()].to_vec();
        let items = any_of(elements);
        let is_mixed = matches!(items.kind, Kind::Choice(_));
        let array = ArrayNode { elements: in_order, items: Box::new(items), keywords: bounds };
        let mut node = Node::new(Kind::Array(array));
        node.checked_by_decoding = checked_by_decoding;
        if is_mixed {
            node.annotations.notes.push(note);
        }
        Ok(node)
    }

    fn read_object(&mut self, keywords: &Map<String, Value>) -> Result<Node, SchemaError> {
        if self.purpose == Purpose::Argument && is_duration(keywords) {
            return Ok(duration());
        }
        let bounds = self.read_bounds(BoundedType::Object, keywords)?;
        let mut annotations = SchemaAnnotations::default();
        let properties = self.read_properties(keywords)?;
        let required = self.read_required(keywords)?;
        let additional = self.read_additional(keywords, &mut annotations)?;
        // Deserialization ignores unknown members, so it never checks every assertion of the schema of a struct.
        let checked_by_decoding = properties.is_empty()
            && required.is_empty()
            && bounds.is_empty()
            && match &additional {
                Additional::Of(node) => node.checked_by_decoding,
                Additional::Any | Additional::Unspecified => true,
                Additional::None => false,
            };
        let names = name_pattern(keywords);
        let object = ObjectNode { properties, required, additional, names, keywords: bounds };
        Ok(Node { annotations, checked_by_decoding, ..Node::new(Kind::Object(object)) })
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
        annotations: &mut SchemaAnnotations,
    ) -> Result<Additional, SchemaError> {
        if let Some(patterns) = keywords.get("patternProperties") {
            return self.read_patterns(patterns, keywords, annotations);
        }
        for keyword in ["additionalProperties", "unevaluatedProperties"] {
            match keywords.get(keyword) {
                None => {}
                Some(Value::Bool(false)) => return Ok(Additional::None),
                Some(schema) => {
                    let node = self.read_at(keyword, schema)?;
                    let accepts_any = matches!(node.kind, Kind::Any) && node.annotations.is_empty();
                    return Ok(if accepts_any { Additional::Any } else { Additional::Of(Box::new(node)) });
                }
            }
        }
        Ok(Additional::Unspecified)
    }

    /// Reads a map whose keys are not arbitrary strings. Deserialization checks the names, and a note states their
    /// pattern.
    fn read_patterns(
        &mut self,
        patterns: &Value,
        keywords: &Map<String, Value>,
        annotations: &mut SchemaAnnotations,
    ) -> Result<Additional, SchemaError> {
        let Some(patterns) = patterns.as_object() else {
            return Err(self.invalid("patternProperties", "an object"));
        };
        if keywords.get("additionalProperties") != Some(&Value::Bool(false)) {
            return Err(self.unsupported("patternProperties"));
        }
        let mut nodes = Vec::new();
        for (pattern, schema) in patterns {
            annotations.notes.push(format!("Member names match `{pattern}`."));
            nodes.push(self.read_at("patternProperties", schema)?);
        }
        Ok(Additional::Of(Box::new(any_of(nodes))))
    }

    /// Reads `enum` and `const`. Returns the schema of the values other than `null`, and `true` if `null` is one of
    /// them.
    fn read_enumeration(
        &mut self,
        keywords: &Map<String, Value>,
        kinds: &[&str],
        origin: Origin,
    ) -> Result<(Vec<Node>, bool), SchemaError> {
        let enumerated = match (keywords.get("const"), keywords.get("enum")) {
            (Some(value), None) => std::slice::from_ref(value),
            (None, Some(Value::Array(values))) => values.as_slice(),
            (Some(_), Some(_)) => return Err(self.unsupported("const")),
            _ => return Err(self.invalid("enum", "a list of values")),
        };
        self.add_size(enumerated.len())?;
        let includes_null = enumerated.contains(&Value::Null);
        let has_type = |value: &Value, kind: &str| match kind {
            "array" => value.is_array(),
            "object" => value.is_object(),
            _ => ScalarKind::ALL.iter().any(|scalar| scalar.name() == kind && scalar.includes(value)),
        };
        let is_accepted = |value: &&Value| {
            !value.is_null() && (kinds.is_empty() || kinds.iter().any(|kind| has_type(value, kind)))
        };
        let values: Vec<Value> = enumerated.iter().filter(is_accepted).cloned().collect();
        if values.is_empty() {
            return Ok((Vec::new(), includes_null));
        }
        let common = ScalarKind::ALL.into_iter().find(|kind| values.iter().all(|value| kind.includes(value)));
        let bounds = match common.and_then(BoundedType::of) {
            Some(bounded) => self.read_bounds(bounded, keywords)?,
            None => Map::new(),
        };
        // The complete schema of a type lists exactly its variants, and deserialization checks them.
        let checked_by_decoding = origin == Origin::Type && bounds.is_empty();
        let kind = match common {
            Some(kind) => {
                let keywords = bounds.into_iter().chain([("enum".to_owned(), Value::Array(values))]);
                Kind::Scalar(ScalarNode { kind, keywords: keywords.collect(), format: String::new() })
            }
            None => Kind::Values(values),
        };
        Ok((vec![Node { checked_by_decoding, ..Node::new(kind) }], includes_null))
    }
}

/// Returns the pattern of the names of additional members, which [`Reader::read_patterns`] does not publish.
fn name_pattern(keywords: &Map<String, Value>) -> Option<String> {
    let patterns: Vec<&str> =
        keywords.get("patternProperties")?.as_object()?.keys().map(String::as_str).collect();
    match patterns.as_slice() {
        [pattern] => Some((*pattern).to_owned()),
        patterns => Some(format!("(?:{})", patterns.join(")|(?:"))),
    }
}

/// Returns `true` for the schema that `schemars` generates for [`std::time::Duration`].
fn is_duration(keywords: &Map<String, Value>) -> bool {
    let required = keywords.get("required").and_then(Value::as_array);
    let format = |name: &str| keywords.get("properties")?.get(name)?.get("format")?.as_str();
    required.is_some_and(|names| names.len() == 2)
        && keywords.get("properties").and_then(Value::as_object).is_some_and(|names| names.len() == 2)
        && format("secs") == Some("uint64")
        && format("nanos") == Some("uint32")
}

/// Returns the schema of a duration as people write it.
fn duration() -> Node {
    let scalar = ScalarNode { kind: ScalarKind::String, keywords: Map::new(), format: DURATION.to_owned() };
    let mut node = Node::new(Kind::Scalar(scalar));
    node.annotations.notes.push("A duration such as \"30s\", \"1m30s\" or \"500ms\".".into());
    node
}

fn is_enumerated(keywords: &Map<String, Value>) -> bool {
    keywords.contains_key("enum") || keywords.contains_key("const")
}
