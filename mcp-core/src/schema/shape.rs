//! Portable schemas, compiled for validation.

use std::collections::HashMap;

use regex_lite::Regex;
use serde_json::{Map, Number, Value};

use crate::schema::any_value::any_value_branches;
use crate::schema::document::Schema;
use crate::schema::enumeration::{EnumStrings, EnumValues};
use crate::schema::error::SchemaError;
use crate::schema::format;
use crate::schema::integer::integer_range;
use crate::schema::node::{DURATION, Purpose};
use crate::schema::number;
use crate::schema::pattern::compile_pattern;
use crate::schema::portable::PortableSchema;
use crate::schema::suggestion::normalize;

/// Maximum length of a name that is compared without its separators and its case, in bytes.
const MAX_SIMILAR_LEN: usize = 64;

/// A compiled schema. [`CompiledSchema::coerce`] validates and coerces values.
#[derive(Debug)]
pub struct CompiledSchema {
    pub(super) root: Rule,
    pub(super) definitions: Vec<Rule>,
}

/// The assertions of a subschema.
#[derive(Debug)]
pub(super) enum Rule {
    Any,
    Never,
    Null,
    /// A boolean, or one of the enumerated booleans if there are any.
    Boolean(Vec<bool>),
    Number(Box<NumberRule>),
    String(Box<StringRule>),
    /// A [`std::time::Duration`].
    Duration,
    Array(Box<ArrayRule>),
    Object(Box<ObjectRule>),
    /// One of the enumerated values.
    Values(EnumValues),
    /// A value that matches any of the branches.
    Choice(Vec<Rule>),
    /// A definition, by its index.
    Reference(usize),
}

#[derive(Debug)]
pub(super) struct NumberRule {
    /// The number must be an integer.
    pub(super) integer: bool,
    pub(super) values: EnumValues,
    pub(super) minimum: Option<Number>,
    pub(super) maximum: Option<Number>,
    pub(super) exclusive_minimum: Option<Number>,
    pub(super) exclusive_maximum: Option<Number>,
    pub(super) multiple_of: Option<Number>,
    /// The format that names the Rust type, such as `int64`; empty if there is none.
    pub(super) format: String,
}

#[derive(Debug)]
pub(super) struct StringRule {
    pub(super) values: EnumStrings,
    pub(super) length: LengthRange,
    pub(super) pattern: Option<Regex>,
    /// The format, in which deserialization reads the string; empty if there is none.
    pub(super) format: String,
}

#[derive(Debug)]
pub(super) struct ArrayRule {
    /// The rules of the first items, if they differ from those of the others.
    pub(super) elements: Vec<Rule>,
    pub(super) items: Rule,
    pub(super) length: LengthRange,
    /// No two items are equal.
    pub(super) unique: bool,
}

#[derive(Debug)]
pub(super) struct ObjectRule {
    pub(super) members: Vec<MemberRule>,
    /// The index in `members` of each name.
    pub(super) indices: HashMap<String, usize>,
    /// The index in `members` of each name without separators and case, or `None` if several names share it.
    similar: HashMap<Vec<char>, Option<usize>>,
    /// The pattern of the names of members that are not properties.
    names: Option<Regex>,
    pub(super) required: Vec<String>,
    pub(super) additional: AdditionalRule,
    pub(super) length: LengthRange,
}

#[derive(Debug)]
pub(super) struct MemberRule {
    pub(super) name: String,
    pub(super) rule: Rule,
    pub(super) required: bool,
}

/// The assertions of members that are not properties.
#[derive(Debug)]
pub(super) enum AdditionalRule {
    Forbidden,
    Any,
    Of(Rule),
}

/// A range of lengths. Both bounds are inclusive.
#[derive(Clone, Copy, Debug)]
pub(super) struct LengthRange {
    pub(super) min: u64,
    pub(super) max: u64,
}

impl CompiledSchema {
    /// Compiles a schema.
    ///
    /// # Errors
    ///
    /// Returns [`SchemaError::InvalidPattern`] if a pattern is not a regular expression with linear running time.
    pub fn new(schema: &Schema) -> Result<Self, SchemaError> {
        let root = schema.rules();
        let definitions = root.get("$defs").and_then(Value::as_object);
        let indices = definitions
            .into_iter()
            .flatten()
            .enumerate()
            .map(|(index, (name, _))| (name.as_str(), index))
            .collect();
        let compiler = Compiler { definitions: indices };
        let definitions =
            definitions.into_iter().flat_map(Map::values).map(|schema| compiler.compile(schema));
        Ok(Self { definitions: definitions.collect::<Result<_, _>>()?, root: compiler.compile(root)? })
    }

    /// Compiles those parts of any schema of JSON Schema 2020-12 that the portable subset can express, to coerce values before
    /// a validator of the whole schema checks them.
    ///
    /// Every value that the schema accepts is accepted and stays as it is, except that an integer written as `5.0` becomes 5.
    /// Some values that it rejects are accepted, too.
    ///
    /// ```
    /// use mcpwright_core::schema::CompiledSchema;
    /// use serde_json::json;
    ///
    /// let dice = json!({ "type": "object", "properties": { "sides": { "type": "integer", "not": { "enum": [0, 1] } } } });
    /// let coercion = CompiledSchema::superset_of(&dice)?;
    /// assert_eq!(coercion.coerce(json!({ "sides": "6" }), false), Ok(json!({ "sides": 6 })));
    /// // A validator rejects it, because of `not`.
    /// assert_eq!(coercion.coerce(json!({ "sides": "1" }), false), Ok(json!({ "sides": 1 })));
    /// # Ok::<(), mcpwright_core::schema::SchemaError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the schema is too large or too deep, or if a part of it has an `$id`, to which references are
    /// relative.
    pub fn superset_of(schema: &Value) -> Result<Self, SchemaError> {
        if has_base_uri(schema) {
            return Err(SchemaError::UnsupportedKeyword { keyword: "$id".into(), pointer: String::new() });
        }
        Self::new(&PortableSchema::read(schema, Purpose::Superset)?.into_document())
    }

    /// Returns the rule itself, or the definition that it refers to.
    pub(super) fn resolve<'a>(&'a self, mut rule: &'a Rule) -> &'a Rule {
        // The limit ends cycles of definitions that only refer to each other. Longer chains are not generated.
        for _ in 0..8 {
            match rule {
                Rule::Reference(index) => rule = &self.definitions[*index],
                _ => break,
            }
        }
        rule
    }
}

impl NumberRule {
    /// Returns `true` if the number matches.
    pub(super) fn accepts(&self, number: &Number) -> bool {
        let is_at_least = |bound: &Option<Number>| {
            bound.as_ref().is_none_or(|bound| number::compare(number, bound).is_ge())
        };
        let is_at_most = |bound: &Option<Number>| {
            bound.as_ref().is_none_or(|bound| number::compare(number, bound).is_le())
        };
        let is_above = |bound: &Option<Number>| {
            bound.as_ref().is_none_or(|bound| number::compare(number, bound).is_gt())
        };
        let is_below = |bound: &Option<Number>| {
            bound.as_ref().is_none_or(|bound| number::compare(number, bound).is_lt())
        };
        (!self.integer || number::is_integer(number))
            && is_at_least(&self.minimum)
            && is_at_most(&self.maximum)
            && is_above(&self.exclusive_minimum)
            && is_below(&self.exclusive_maximum)
            && self.multiple_of.as_ref().is_none_or(|divisor| number::is_multiple(number, divisor))
            && (self.values.is_empty() || self.values.contains_number(number))
    }

    /// Returns `true` if the Rust type is an integer with a range.
    pub(super) fn has_integer_range(&self) -> bool {
        integer_range(&self.format).is_some()
    }
}

impl StringRule {
    /// Returns `true` if the text matches. The length is checked before the pattern, to bound the cost of the pattern.
    pub(super) fn accepts(&self, text: &str) -> bool {
        (self.values.is_empty() || self.values.contains(text))
            && (self.length.is_unbounded() || self.length.contains(text.chars().count()))
            && self.pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
    }

    /// Returns `true` if an empty string may be a value, whatever its length must be.
    pub(super) fn accepts_empty(&self) -> bool {
        let has_value = self.values.is_empty() || self.values.contains("");
        has_value && !format::excludes_empty(&self.format)
    }

    /// Returns `true` if the value must not be repeated in messages.
    pub(super) fn is_secret(&self) -> bool {
        self.format == "password"
    }

    /// Returns the enumerated string that differs from `text` only in case, or `None` if there are several or none.
    pub(super) fn get_ignoring_case(&self, text: &str) -> Option<&str> {
        self.values.get_ignoring_case(text).filter(|text| self.accepts(text))
    }
}

impl ObjectRule {
    /// Returns the rule of a property.
    pub(super) fn member(&self, name: &str) -> Option<&MemberRule> {
        self.indices.get(name).map(|index| &self.members[*index])
    }

    /// Returns the name of the property that differs from `name` only in case and in separators, if there is exactly one, the
    /// object has no other members, and `name` is not a property itself.
    pub(super) fn intended_name(&self, name: &str) -> Option<&str> {
        let is_closed = matches!(self.additional, AdditionalRule::Forbidden);
        if !is_closed || name.len() > MAX_SIMILAR_LEN || self.indices.contains_key(name) {
            return None;
        }
        let index = (*self.similar.get(&normalize(name))?)?;
        Some(&self.members[index].name)
    }

    /// Returns `true` if the object has a property of this name, or one that differs only in case and in separators.
    pub(super) fn has_name(&self, name: &str) -> bool {
        self.indices.contains_key(name) || self.intended_name(name).is_some()
    }

    /// Returns `true` if a member that is not a property can have this name.
    pub(super) fn accepts_name(&self, name: &str) -> bool {
        self.names.as_ref().is_none_or(|pattern| pattern.is_match(name))
    }

    /// Returns a description of the names that members which are not properties have.
    pub(super) fn expected_name(&self) -> String {
        match self.names.as_ref().map(Regex::as_str) {
            Some(r"^\d+$") => "an integer of at least 0 as the name".to_owned(),
            Some(r"^-?\d+$") => "an integer as the name".to_owned(),
            Some(pattern) => format!("a name that matches `{pattern}`"),
            None => "any name".to_owned(),
        }
    }

    /// Returns the string that a member must be equal to, if it is a tag: an enumeration of one string.
    pub(super) fn tag(&self, name: &str) -> Option<&str> {
        match &self.member(name)?.rule {
            Rule::String(rule) => rule.values.single(),
            _ => None,
        }
    }
}

impl LengthRange {
    fn is_unbounded(self) -> bool {
        self.min == 0 && self.max == u64::MAX
    }

    pub(super) fn contains(self, length: usize) -> bool {
        let length = length as u64;
        self.min <= length && length <= self.max
    }

    fn new(schema: &Map<String, Value>, min_keyword: &str, max_keyword: &str) -> Self {
        let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
        Self { min: bound(min_keyword).unwrap_or(0), max: bound(max_keyword).unwrap_or(u64::MAX) }
    }
}

/// A compiler for schemas in the portable subset. Other keywords are ignored.
struct Compiler<'a> {
    /// The index of each definition.
    definitions: HashMap<&'a str, usize>,
}

impl Compiler<'_> {
    fn compile(&self, schema: &Value) -> Result<Rule, SchemaError> {
        if *schema == Value::Bool(false) {
            return Ok(Rule::Never);
        }
        let Some(schema) = schema.as_object() else { return Ok(Rule::Any) };
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            return self.compile_reference(reference);
        }
        if schema.get("anyOf") == Some(any_value_branches()) {
            return Ok(Rule::Any);
        }
        if let Some(branches) = schema.get("anyOf").and_then(Value::as_array) {
            if let [branch] = branches.as_slice() {
                return self.compile(branch);
            }
            return branches
                .iter()
                .map(|branch| self.compile(branch))
                .collect::<Result<_, _>>()
                .map(Rule::Choice);
        }
        let values = schema.get("enum").and_then(Value::as_array);
        Ok(match (schema.get("type").and_then(Value::as_str), values) {
            (Some("null"), _) => Rule::Null,
            (Some("boolean"), values) => {
                Rule::Boolean(values.into_iter().flatten().filter_map(Value::as_bool).collect())
            }
            (Some("integer"), _) => Rule::Number(Box::new(compile_number(schema, true))),
            (Some("number"), _) => Rule::Number(Box::new(compile_number(schema, false))),
            (Some("string"), _) if schema.get("format").is_some_and(|format| format == DURATION) => {
                Rule::Duration
            }
            (Some("string"), _) => Rule::String(Box::new(compile_string(schema)?)),
            (Some("array"), _) => Rule::Array(Box::new(self.compile_array(schema)?)),
            (Some("object"), _) => Rule::Object(Box::new(self.compile_object(schema)?)),
            (_, Some(values)) => Rule::Values(EnumValues::new(values.clone())),
            (_, None) if schema.contains_key("not") => Rule::Never,
            (_, None) => Rule::Any,
        })
    }

    fn compile_reference(&self, reference: &str) -> Result<Rule, SchemaError> {
        let name = reference.strip_prefix("#/$defs/").unwrap_or(reference);
        match self.definitions.get(name) {
            Some(index) => Ok(Rule::Reference(*index)),
            None => Err(SchemaError::UnresolvedReference { reference: reference.into() }),
        }
    }

    fn compile_array(&self, schema: &Map<String, Value>) -> Result<ArrayRule, SchemaError> {
        let elements = schema.get("prefixItems").and_then(Value::as_array).into_iter().flatten();
        Ok(ArrayRule {
            elements: elements.map(|element| self.compile(element)).collect::<Result<_, _>>()?,
            items: schema.get("items").map_or(Ok(Rule::Any), |items| self.compile(items))?,
            length: LengthRange::new(schema, "minItems", "maxItems"),
            unique: schema.get("uniqueItems") == Some(&Value::Bool(true)),
        })
    }

    fn compile_object(&self, schema: &Map<String, Value>) -> Result<ObjectRule, SchemaError> {
        let required: Vec<String> = strings(schema, "required");
        let mut members = Vec::new();
        let mut indices = HashMap::new();
        for (name, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            indices.insert(name.clone(), members.len());
            let rule = self.compile(schema)?;
            members.push(MemberRule { name: name.clone(), rule, required: required.contains(name) });
        }
        let additional = match schema.get("additionalProperties") {
            Some(Value::Bool(false)) => AdditionalRule::Forbidden,
            Some(schema @ Value::Object(_)) => AdditionalRule::Of(self.compile(schema)?),
            _ => AdditionalRule::Any,
        };
        for name in &required {
            // A required member that is not a property is one of the others.
            if !indices.contains_key(name) {
                indices.insert(name.clone(), members.len());
                let rule = schema
                    .get("additionalProperties")
                    .map_or(Ok(Rule::Any), |schema| self.compile(schema))?;
                members.push(MemberRule { name: name.clone(), rule, required: true });
            }
        }
        let length = LengthRange::new(schema, "minProperties", "maxProperties");
        let similar = similar_names(&members);
        let names =
            schema.get("propertyNames").and_then(|names| names.get("pattern")).and_then(Value::as_str);
        let names = names.map(compile_pattern).transpose()?;
        Ok(ObjectRule { members, indices, similar, names, required, additional, length })
    }
}

fn compile_number(schema: &Map<String, Value>, integer: bool) -> NumberRule {
    let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_number).cloned();
    let values = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    NumberRule {
        integer,
        values: EnumValues::new(values.filter(|value| value.is_number()).cloned().collect()),
        minimum: bound("minimum"),
        maximum: bound("maximum"),
        exclusive_minimum: bound("exclusiveMinimum"),
        exclusive_maximum: bound("exclusiveMaximum"),
        multiple_of: bound("multipleOf"),
        format: format_of(schema),
    }
}

fn compile_string(schema: &Map<String, Value>) -> Result<StringRule, SchemaError> {
    let pattern = schema.get("pattern").and_then(Value::as_str).map(compile_pattern).transpose()?;
    Ok(StringRule {
        values: EnumStrings::new(strings(schema, "enum")),
        length: LengthRange::new(schema, "minLength", "maxLength"),
        pattern,
        format: format_of(schema),
    })
}

fn format_of(schema: &Map<String, Value>) -> String {
    schema.get("format").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Returns the index of each name without separators and case, or `None` for those that several members share.
fn similar_names(members: &[MemberRule]) -> HashMap<Vec<char>, Option<usize>> {
    let mut similar = HashMap::new();
    for (index, member) in members.iter().enumerate() {
        similar.entry(normalize(&member.name)).and_modify(|index| *index = None).or_insert(Some(index));
    }
    similar
}

/// Returns `true` if a part of the schema has an `$id`.
fn has_base_uri(schema: &Value) -> bool {
    let mut pending = vec![schema];
    while let Some(value) = pending.pop() {
        match value {
            Value::Array(items) => pending.extend(items),
            Value::Object(members) => {
                if !std::ptr::eq(value, schema) && members.get("$id").is_some_and(Value::is_string) {
                    return true;
                }
                pending.extend(members.values());
            }
            _ => {}
        }
    }
    false
}

fn strings(schema: &Map<String, Value>, keyword: &str) -> Vec<String> {
    let values = schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
    values.filter_map(Value::as_str).map(str::to_owned).collect()
}
