//! The tree of a schema in the portable subset, and its JSON.

use serde_json::{Map, Value, json};

use crate::schema::any_value::{any_value_branches, separate};
use crate::schema::duration;
use crate::schema::number;

/// The note on a value without constraints.
const ANY_VALUE: &str = "Any JSON value";

/// The format of a [`std::time::Duration`] in an argument, which is published as a string.
pub(super) const DURATION: &str = "std-duration";

/// A subschema.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) annotations: SchemaAnnotations,
    pub(super) kind: Kind,
    /// `null` is accepted in addition to `kind`.
    pub(super) nullable: bool,
    /// Deserializing into the Rust type checks every assertion of this subschema.
    pub(super) checked_by_decoding: bool,
}

/// Information about a value that asserts nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct SchemaAnnotations {
    pub(super) description: Option<String>,
    /// Generated lines that follow the description. They state what the keywords of the subset cannot express.
    pub(super) notes: Vec<String>,
    /// All other annotations, such as `title`, `default` and `examples`.
    pub(super) keywords: Map<String, Value>,
}

/// The kind of values that a subschema accepts.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Any,
    Never,
    Scalar(ScalarNode),
    Array(ArrayNode),
    Object(ObjectNode),
    /// Enumerated values of different types, or arrays or objects.
    Values(Vec<Value>),
    /// A value of any of the branches.
    Choice(Vec<Node>),
    /// A definition, by its name.
    Reference(String),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct ScalarNode {
    pub(super) kind: ScalarKind,
    pub(super) keywords: Map<String, Value>,
    /// The format of the Rust type; empty if there is none. Rules have it even if it is not published.
    pub(super) format: String,
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
pub(super) struct ArrayNode {
    /// The types of the first items, in their order. Only rules have them.
    pub(super) elements: Vec<Node>,
    pub(super) items: Box<Node>,
    pub(super) keywords: Map<String, Value>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ObjectNode {
    pub(super) properties: Vec<(String, Node)>,
    pub(super) required: Vec<String>,
    pub(super) additional: Additional,
    /// The pattern of the names of additional members. Only rules have it.
    pub(super) names: Option<String>,
    pub(super) keywords: Map<String, Value>,
}

/// The members that an object may have in addition to its properties.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Additional {
    #[default]
    Unspecified,
    None,
    Any,
    /// Members that match a schema.
    Of(Box<Node>),
}

/// The form in which a schema is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    pub(super) purpose: Purpose,
    /// The schema is not published, but [compiled](crate::schema::CompiledSchema): it has all that the Rust type asserts, in
    /// keywords that clients do not accept.
    pub(super) for_rules: bool,
}

impl From<Purpose> for Form {
    fn from(purpose: Purpose) -> Self {
        Self { purpose, for_rules: false }
    }
}

/// The use of a schema, where it affects the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Input of a tool: an absent member means `null`, and unknown members are rejected.
    Argument,
    /// Output of a tool: described exactly as the server serializes it, including `null`.
    Result,
    /// Input of a tool, in a schema that no Rust type has: described as it was written, including `null` and unknown
    /// members.
    Foreign,
    /// As [`Purpose::Foreign`], for coercion only: a part that the portable subset cannot express accepts any value.
    Superset,
}

impl Form {
    /// Returns `true` if clients pass the schema on to models, in the forms that their providers require.
    fn is_sent_to_models(self) -> bool {
        !self.for_rules && matches!(self.purpose, Purpose::Argument | Purpose::Foreign)
    }
}

impl Node {
    pub(super) fn new(kind: Kind) -> Self {
        Self { annotations: SchemaAnnotations::default(), kind, nullable: false, checked_by_decoding: false }
    }

    pub(super) fn any() -> Self {
        Self { checked_by_decoding: true, ..Self::new(Kind::Any) }
    }

    pub(super) fn scalar(kind: ScalarKind, keywords: Map<String, Value>) -> Self {
        Self {
            checked_by_decoding: keywords.is_empty(),
            ..Self::new(Kind::Scalar(ScalarNode { kind, keywords, format: String::new() }))
        }
    }

    pub(super) fn accepts_null(&self) -> bool {
        self.nullable || matches!(self.kind, Kind::Any) || self.is_null()
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(ScalarNode { kind: ScalarKind::Null, .. }))
    }

    /// Returns `true` for a [`std::time::Duration`] in an argument.
    fn is_duration(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(scalar) if scalar.format == DURATION)
    }

    /// Returns the name of the type, for error messages and notes.
    pub(super) fn type_name(&self) -> &'static str {
        match &self.kind {
            Kind::Any => "any value",
            Kind::Never => "no value",
            Kind::Scalar(scalar) => scalar.kind.phrase(),
            Kind::Array(_) => "an array",
            Kind::Object(_) => "an object",
            Kind::Values(_) => "an enumerated value",
            Kind::Choice(_) => "a choice of several types",
            Kind::Reference(_) => "a recursive type",
        }
    }

    /// Returns the number of subschemas and enumerated values.
    pub(super) fn size(&self) -> usize {
        1 + match &self.kind {
            Kind::Any | Kind::Never | Kind::Reference(_) => 0,
            Kind::Scalar(scalar) => scalar.keywords.get("enum").and_then(Value::as_array).map_or(0, Vec::len),
            Kind::Array(array) => array.items.size() + array.elements.iter().map(Self::size).sum::<usize>(),
            Kind::Object(object) => object.size(),
            Kind::Values(values) => values.len(),
            Kind::Choice(branches) => branches.iter().map(Self::size).sum(),
        }
    }

    /// Calls `visit` with the name of each definition that this schema refers to.
    pub(super) fn for_each_reference(&mut self, visit: &mut impl FnMut(&mut String)) {
        match &mut self.kind {
            Kind::Any | Kind::Never | Kind::Scalar(_) | Kind::Values(_) => {}
            Kind::Array(array) => {
                array.items.for_each_reference(visit);
                array.elements.iter_mut().for_each(|element| element.for_each_reference(visit));
            }
            Kind::Object(object) => object.for_each_child(&mut |node| node.for_each_reference(visit)),
            Kind::Choice(branches) => branches.iter_mut().for_each(|branch| branch.for_each_reference(visit)),
            Kind::Reference(name) => visit(name),
        }
    }
}

impl SchemaAnnotations {
    /// Adds annotations that take precedence: those at the use of a type override those of the type.
    pub(super) fn overlay(&mut self, overrides: Self) {
        if overrides.description.is_some() {
            self.description = overrides.description;
        }
        self.notes.extend(overrides.notes);
        self.keywords.extend(overrides.keywords);
    }

    /// Adds annotations at the use of a type to those of the type. They take precedence, but the description of the type
    /// follows theirs.
    pub(super) fn overlay_use(&mut self, mut annotations: Self) {
        if let Some(description) = annotations.description.take() {
            self.describe_use(description);
        }
        self.overlay(annotations);
    }

    /// Sets the description at the use of a type. That of the type follows, unless one of them contains the other.
    pub(super) fn describe_use(&mut self, description: String) {
        let contains = |text: &str, part: &str| text.contains(part.trim_end_matches('.'));
        self.description = Some(match self.description.take() {
            Some(of_type) if contains(&of_type, &description) => of_type,
            Some(of_type) if !contains(&description, &of_type) => format!("{description}\n{of_type}"),
            _ => description,
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.description.is_none() && self.notes.is_empty() && self.keywords.is_empty()
    }

    /// Returns `true` if the description or a note contains the phrase, in any case.
    fn mention(&self, phrase: &str) -> bool {
        let texts = self.description.iter().chain(&self.notes);
        texts.into_iter().any(|text| text.to_lowercase().contains(&phrase.to_lowercase()))
    }

    /// Returns the description with the notes below it.
    fn full_description(&self) -> Option<String> {
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

    /// Returns the value of the keyword `type`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
        }
    }

    /// Returns `true` if the value has this type.
    pub(super) fn includes(self, value: &Value) -> bool {
        match self {
            Self::Null => value.is_null(),
            Self::Boolean => value.is_boolean(),
            Self::Integer => value.as_number().is_some_and(number::is_integer),
            Self::Number => value.is_number(),
            Self::String => value.is_string(),
        }
    }

    /// Returns the name of the type with its article.
    fn phrase(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::String => "a string",
        }
    }
}

impl ObjectNode {
    fn size(&self) -> usize {
        let properties: usize = self.properties.iter().map(|(_, node)| node.size()).sum();
        properties + if let Additional::Of(node) = &self.additional { node.size() } else { 0 }
    }

    fn for_each_child(&mut self, visit: &mut impl FnMut(&mut Node)) {
        self.properties.iter_mut().for_each(|(_, node)| visit(node));
        if let Additional::Of(node) = &mut self.additional {
            visit(node);
        }
    }
}

impl Node {
    /// Returns the schema as JSON, including `null` if it is accepted.
    pub(super) fn to_json(&self, form: impl Into<Form>) -> Value {
        let form = form.into();
        if self.nullable {
            self.with_annotations(self.nullable_keywords(form), true)
        } else {
            self.to_json_without_null(form)
        }
    }

    /// Returns the schema as JSON without `null`, for members whose absence means `null`.
    pub(super) fn to_json_without_null(&self, form: impl Into<Form>) -> Value {
        self.with_annotations(self.kind_keywords(form.into()), false)
    }

    /// Adds the annotations to the keywords. Omits a default of `null` if the written schema does not accept `null`.
    fn with_annotations(&self, kind: Map<String, Value>, writes_null: bool) -> Value {
        let mut annotations = self.annotations.clone();
        if matches!(self.kind, Kind::Any) && !annotations.mention(ANY_VALUE) {
            annotations.notes.push(format!("{ANY_VALUE}."));
        }
        if self.nullable && !writes_null && annotations.keywords.get("default").is_some_and(Value::is_null) {
            annotations.keywords.shift_remove("default");
        }
        if self.is_duration()
            && let Some(default) = annotations.keywords.get_mut("default")
            && let Some(text) = duration::format(default)
        {
            *default = text.into();
        }
        let mut schema = Map::new();
        schema.extend(annotations.full_description().map(|text| ("description".into(), text.into())));
        schema.extend(kind);
        schema.extend(annotations.keywords);
        Value::Object(schema)
    }

    fn nullable_keywords(&self, form: Form) -> Map<String, Value> {
        let null = json!({"type": "null"});
        let branches = match &self.kind {
            Kind::Any => return self.kind_keywords(form),
            Kind::Never => return object([("type", "null".into())]),
            Kind::Values(values) => {
                return object([("enum", values.iter().cloned().chain([Value::Null]).collect())]);
            }
            Kind::Choice(branches) => {
                write_branches(branches.iter().map(|branch| branch.to_json(form)).chain([null]), form)
            }
            Kind::Scalar(_) | Kind::Array(_) | Kind::Object(_) | Kind::Reference(_) => {
                write_branches([Value::Object(self.kind_keywords(form)), null], form)
            }
        };
        object([("anyOf", branches)])
    }

    fn kind_keywords(&self, form: Form) -> Map<String, Value> {
        match &self.kind {
            Kind::Any if form.is_sent_to_models() => object([("anyOf", any_value_branches().clone())]),
            Kind::Any => Map::new(),
            Kind::Never => object([("not", json!({}))]),
            Kind::Scalar(scalar) => {
                let mut schema = object([("type", scalar.kind.name().into())]);
                schema.extend(scalar.keywords.clone());
                if form.for_rules && !scalar.format.is_empty() {
                    schema.insert("format".into(), scalar.format.clone().into());
                }
                schema
            }
            Kind::Array(array) => {
                let mut schema = object([("type", "array".into()), ("items", array.items.to_json(form))]);
                schema.extend(array.keywords.clone());
                if form.for_rules && !array.elements.is_empty() {
                    let elements = array.elements.iter().map(|element| element.to_json(form));
                    schema.insert("prefixItems".into(), elements.collect());
                }
                schema
            }
            Kind::Object(object) => object.keywords(form),
            Kind::Values(values) => object([("enum", values.clone().into())]),
            Kind::Choice(branches) => {
                let branches = branches.iter().map(|branch| branch.to_json(form));
                object([("anyOf", write_branches(branches, form))])
            }
            Kind::Reference(name) => object([("$ref", format!("#/$defs/{name}").into())]),
        }
    }
}

impl ObjectNode {
    fn keywords(&self, form: Form) -> Map<String, Value> {
        let mut schema = object([("type", "object".into())]);
        if !self.properties.is_empty() || self.additional == Additional::None {
            let properties: Map<String, Value> = self
                .properties
                .iter()
                .map(|(name, node)| (name.clone(), self.property_to_json(name, node, form)))
                .collect();
            schema.insert("properties".into(), properties.into());
        }
        if !self.required.is_empty() {
            schema.insert("required".into(), self.required.clone().into());
        }
        match &self.additional {
            Additional::None => drop(schema.insert("additionalProperties".into(), false.into())),
            Additional::Unspecified if form.purpose == Purpose::Argument && !self.properties.is_empty() => {
                schema.insert("additionalProperties".into(), false.into());
            }
            Additional::Of(node) => drop(schema.insert("additionalProperties".into(), node.to_json(form))),
            // A converter closes objects that do not state it.
            Additional::Any if form.is_sent_to_models() => {
                schema.insert("additionalProperties".into(), true.into());
            }
            Additional::Unspecified | Additional::Any => {}
        }
        schema.extend(self.keywords.clone());
        if let Some(pattern) = self.names.as_ref().filter(|_| form.for_rules) {
            schema.insert("propertyNames".into(), json!({ "pattern": pattern }));
        }
        schema
    }

    fn property_to_json(&self, name: &str, node: &Node, form: Form) -> Value {
        let absence_means_null =
            form.purpose == Purpose::Argument && !self.required.iter().any(|required| required == name);
        if absence_means_null { node.to_json_without_null(form) } else { node.to_json(form) }
    }
}

/// Returns the branches of a choice. In arguments, its objects are a choice of their own.
fn write_branches(branches: impl IntoIterator<Item = Value>, form: Form) -> Value {
    let branches: Vec<Value> = branches.into_iter().collect();
    // Only recursive types are references, and most of them are objects.
    let is_object = |branch: &Value| branch["type"] == "object" || branch.get("$ref").is_some();
    if !form.is_sent_to_models() {
        branches.into()
    } else if branches.iter().all(is_object) {
        Value::Array(vec![separate(branches)])
    } else {
        let write = |branch| if is_object(&branch) { separate(vec![branch]) } else { branch };
        branches.into_iter().map(write).collect()
    }
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
