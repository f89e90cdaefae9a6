//! A schema of the portable subset while it is worked on, and how it is written down.

use serde_json::{Map, Value, json};

use super::number;

/// One subschema.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) about: About,
    pub(super) kind: Kind,
    /// `null` is accepted besides.
    pub(super) null: bool,
    /// Decoding into the Rust type checks all that is asserted here.
    pub(super) derived: bool,
}

/// What is said about a value without asserting anything.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct About {
    pub(super) description: Option<String>,
    /// Lines of ours that say what the keywords no longer can; they follow the description.
    pub(super) notes: Vec<String>,
    pub(super) others: Map<String, Value>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Any,
    Never,
    Scalar(Scalar),
    Array(Array),
    Object(Object),
    /// Values that have no one type.
    Values(Vec<Value>),
    Choice(Vec<Node>),
    Reference(String),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scalar {
    pub(super) kind: ScalarKind,
    pub(super) keywords: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScalarKind {
    Null,
    Boolean,
    Integer,
    Number,
    String,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Array {
    pub(super) items: Box<Node>,
    pub(super) keywords: Map<String, Value>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Object {
    pub(super) properties: Vec<(String, Node)>,
    pub(super) required: Vec<String>,
    pub(super) additional: Additional,
    pub(super) keywords: Map<String, Value>,
}

/// Which members an object may have besides its properties.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Additional {
    #[default]
    Unspecified,
    None,
    Any,
    Of(Box<Node>),
}

/// What a schema is for, where that makes a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Absence can say `null`, and unknown members are mistakes.
    Argument,
    /// What the server writes is described exactly, `null` included.
    Result,
}

impl Node {
    pub(super) fn new(kind: Kind) -> Self {
        Self { about: About::default(), kind, null: false, derived: false }
    }

    pub(super) fn any() -> Self {
        Self { derived: true, ..Self::new(Kind::Any) }
    }

    pub(super) fn scalar(kind: ScalarKind, keywords: Map<String, Value>) -> Self {
        Self { derived: keywords.is_empty(), ..Self::new(Kind::Scalar(Scalar { kind, keywords })) }
    }

    pub(super) fn accepts_null(&self) -> bool {
        self.null || matches!(self.kind, Kind::Any) || self.is_null()
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(Scalar { kind: ScalarKind::Null, .. }))
    }

    /// The kind of value, for messages and notes.
    pub(super) fn form(&self) -> &'static str {
        match &self.kind {
            Kind::Any => "any value",
            Kind::Never => "no value",
            Kind::Scalar(scalar) => scalar.kind.form(),
            Kind::Array(_) => "an array",
            Kind::Object(_) => "an object",
            Kind::Values(_) => "one of some values",
            Kind::Choice(_) => "a choice of several types",
            Kind::Reference(_) => "a recursive type",
        }
    }

    /// How many subschemas this is, enumerated values included.
    pub(super) fn size(&self) -> usize {
        1 + match &self.kind {
            Kind::Any | Kind::Never | Kind::Reference(_) => 0,
            Kind::Scalar(scalar) => scalar.keywords.get("enum").and_then(Value::as_array).map_or(0, Vec::len),
            Kind::Array(array) => array.items.size(),
            Kind::Object(object) => object.size(),
            Kind::Values(values) => values.len(),
            Kind::Choice(branches) => branches.iter().map(Self::size).sum(),
        }
    }

    /// Calls `visit` with every name this schema refers to.
    pub(super) fn each_reference(&mut self, visit: &mut impl FnMut(&mut String)) {
        match &mut self.kind {
            Kind::Any | Kind::Never | Kind::Scalar(_) | Kind::Values(_) => {}
            Kind::Array(array) => array.items.each_reference(visit),
            Kind::Object(object) => object.each_node(&mut |node| node.each_reference(visit)),
            Kind::Choice(branches) => branches.iter_mut().for_each(|branch| branch.each_reference(visit)),
            Kind::Reference(name) => visit(name),
        }
    }
}

impl About {
    /// Puts what was said at the place of use over what the type says of itself.
    pub(super) fn overlay(&mut self, nearer: Self) {
        if nearer.description.is_some() {
            self.description = nearer.description;
        }
        self.notes.extend(nearer.notes);
        self.others.extend(nearer.others);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.description.is_none() && self.notes.is_empty() && self.others.is_empty()
    }

    /// The description with our notes below it.
    fn text(&self) -> Option<String> {
        let lines: Vec<&str> = self
            .description
            .iter()
            .map(String::as_str)
            .chain(self.notes.iter().map(String::as_str))
            .collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

impl ScalarKind {
    pub(super) const ALL: [Self; 5] = [Self::Null, Self::Boolean, Self::Integer, Self::Number, Self::String];

    /// The value of `type`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
        }
    }

    pub(super) fn includes(self, value: &Value) -> bool {
        match self {
            Self::Null => value.is_null(),
            Self::Boolean => value.is_boolean(),
            Self::Integer => value.as_number().is_some_and(number::is_whole),
            Self::Number => value.is_number(),
            Self::String => value.is_string(),
        }
    }

    fn form(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::String => "a string",
        }
    }
}

impl Object {
    fn size(&self) -> usize {
        let properties: usize = self.properties.iter().map(|(_, node)| node.size()).sum();
        properties + if let Additional::Of(node) = &self.additional { node.size() } else { 0 }
    }

    fn each_node(&mut self, visit: &mut impl FnMut(&mut Node)) {
        self.properties.iter_mut().for_each(|(_, node)| visit(node));
        if let Additional::Of(node) = &mut self.additional {
            visit(node);
        }
    }
}

impl Node {
    /// The schema as JSON; `null` is written if it is accepted.
    pub(super) fn write(&self, purpose: Purpose) -> Value {
        if self.null {
            self.finish(self.write_nullable(purpose), true)
        } else {
            self.write_without_null(purpose)
        }
    }

    /// The schema as JSON, where leaving the value out says `null`.
    pub(super) fn write_without_null(&self, purpose: Purpose) -> Value {
        self.finish(self.write_kind(purpose), false)
    }

    /// Adds what is said about the value. A default that the schema would refuse is left out.
    fn finish(&self, kind: Map<String, Value>, null: bool) -> Value {
        let mut about = self.about.clone();
        if matches!(self.kind, Kind::Any) {
            about.notes.push("Any JSON value.".into());
        }
        if self.null && !null && about.others.get("default").is_some_and(Value::is_null) {
            about.others.shift_remove("default");
        }
        let mut schema = Map::new();
        schema.extend(about.text().map(|text| ("description".into(), text.into())));
        schema.extend(kind);
        schema.extend(about.others);
        Value::Object(schema)
    }

    fn write_nullable(&self, purpose: Purpose) -> Map<String, Value> {
        let null = json!({"type": "null"});
        let branches = match &self.kind {
            Kind::Any => return Map::new(),
            Kind::Never => return object([("type", "null".into())]),
            Kind::Values(values) => {
                return object([("enum", values.iter().cloned().chain([Value::Null]).collect())]);
            }
            Kind::Choice(branches) => {
                branches.iter().map(|branch| branch.write(purpose)).chain([null]).collect()
            }
            Kind::Scalar(_) | Kind::Array(_) | Kind::Object(_) | Kind::Reference(_) => {
                Value::Array(vec![Value::Object(self.write_kind(purpose)), null])
            }
        };
        object([("anyOf", branches)])
    }

    fn write_kind(&self, purpose: Purpose) -> Map<String, Value> {
        match &self.kind {
            Kind::Any => Map::new(),
            Kind::Never => object([("not", json!({}))]),
            Kind::Scalar(scalar) => {
                let mut schema = object([("type", scalar.kind.name().into())]);
                schema.extend(scalar.keywords.clone());
                schema
            }
            Kind::Array(array) => {
                let mut schema = object([("type", "array".into()), ("items", array.items.write(purpose))]);
                schema.extend(array.keywords.clone());
                schema
            }
            Kind::Object(object) => object.write(purpose),
            Kind::Values(values) => object([("enum", values.clone().into())]),
            Kind::Choice(branches) => {
                object([("anyOf", branches.iter().map(|branch| branch.write(purpose)).collect())])
            }
            Kind::Reference(name) => object([("$ref", format!("#/$defs/{name}").into())]),
        }
    }
}

impl Object {
    fn write(&self, purpose: Purpose) -> Map<String, Value> {
        let mut schema = object([("type", "object".into())]);
        if !self.properties.is_empty() || self.additional == Additional::None {
            let properties: Map<String, Value> = self
                .properties
                .iter()
                .map(|(name, node)| (name.clone(), self.write_property(name, node, purpose)))
                .collect();
            schema.insert("properties".into(), properties.into());
        }
        if !self.required.is_empty() {
            schema.insert("required".into(), self.required.clone().into());
        }
        match &self.additional {
            Additional::None => drop(schema.insert("additionalProperties".into(), false.into())),
            Additional::Unspecified if purpose == Purpose::Argument && !self.properties.is_empty() => {
                schema.insert("additionalProperties".into(), false.into());
            }
            Additional::Of(node) => drop(schema.insert("additionalProperties".into(), node.write(purpose))),
            Additional::Unspecified | Additional::Any => {}
        }
        schema.extend(self.keywords.clone());
        schema
    }

    fn write_property(&self, name: &str, node: &Node, purpose: Purpose) -> Value {
        let absence_says_null =
            purpose == Purpose::Argument && !self.required.iter().any(|required| required == name);
        if absence_says_null { node.write_without_null(purpose) } else { node.write(purpose) }
    }
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
