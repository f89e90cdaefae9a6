//! A portable schema compiled into what the walker reads.

use std::collections::HashMap;

use regex_lite::{Regex, RegexBuilder};
use serde_json::{Map, Number, Value};

use super::listed::{Texts, Values};
use super::number;
use super::{Schema, SchemaError};

/// How large a compiled pattern may be.
const PATTERN_SIZE_LIMIT: usize = 1 << 20;

/// A schema made ready to fit values to it; [`Shape::fit`] is what it is for.
#[derive(Debug)]
pub struct Shape {
    pub(super) root: Form,
    pub(super) definitions: Vec<Form>,
}

/// What a value has to be.
#[derive(Debug)]
pub(super) enum Form {
    Any,
    Never,
    Null,
    /// A boolean; if values are listed, one of them.
    Boolean(Vec<bool>),
    Number(Box<NumberForm>),
    Text(Box<TextForm>),
    Array(Box<ArrayForm>),
    Object(Box<ObjectForm>),
    Values(Values),
    Choice(Vec<Form>),
    /// A definition, by its place.
    Reference(usize),
}

#[derive(Debug)]
pub(super) struct NumberForm {
    pub(super) whole: bool,
    pub(super) values: Values,
    pub(super) minimum: Option<Number>,
    pub(super) maximum: Option<Number>,
    pub(super) above: Option<Number>,
    pub(super) below: Option<Number>,
    pub(super) multiple_of: Option<Number>,
}

#[derive(Debug)]
pub(super) struct TextForm {
    pub(super) values: Texts,
    pub(super) length: Range,
    pub(super) pattern: Option<Regex>,
}

#[derive(Debug)]
pub(super) struct ArrayForm {
    pub(super) items: Form,
    pub(super) length: Range,
    pub(super) distinct: bool,
}

#[derive(Debug)]
pub(super) struct ObjectForm {
    pub(super) members: Vec<Member>,
    /// The place of each member by its name.
    pub(super) places: HashMap<String, usize>,
    pub(super) required: Vec<String>,
    pub(super) others: Others,
    pub(super) length: Range,
}

#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) form: Form,
    pub(super) required: bool,
}

/// Members that have no schema of their own.
#[derive(Debug)]
pub(super) enum Others {
    Refused,
    Any,
    Of(Form),
}

/// Least and most, both included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) least: u64,
    pub(super) most: u64,
}

impl Shape {
    /// Compiles a schema.
    ///
    /// # Errors
    ///
    /// If a pattern is not a regular expression that runs in linear time.
    pub fn new(schema: &Schema) -> Result<Self, SchemaError> {
        let root = schema.as_value();
        let definitions = root.get("$defs").and_then(Value::as_object);
        let names = definitions
            .into_iter()
            .flatten()
            .enumerate()
            .map(|(place, (name, _))| (name.as_str(), place))
            .collect();
        let compiler = Compiler { names };
        let definitions =
            definitions.into_iter().flat_map(Map::values).map(|schema| compiler.compile(schema));
        Ok(Self { definitions: definitions.collect::<Result<_, _>>()?, root: compiler.compile(root)? })
    }

    /// The form itself, or the definition that it refers to.
    pub(super) fn resolve<'a>(&'a self, mut form: &'a Form) -> &'a Form {
        // A definition that is only a reference to another one says nothing: following a few is enough.
        for _ in 0..8 {
            match form {
                Form::Reference(place) => form = &self.definitions[*place],
                _ => break,
            }
        }
        form
    }
}

impl NumberForm {
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
        (!self.whole || number::is_whole(number))
            && is_at_least(&self.minimum)
            && is_at_most(&self.maximum)
            && is_above(&self.above)
            && is_below(&self.below)
            && self.multiple_of.as_ref().is_none_or(|divisor| number::is_multiple(number, divisor))
            && (self.values.is_empty() || self.values.contain_number(number))
    }
}

impl TextForm {
    /// The length is looked at first, so that a pattern meets no longer text than the schema allows.
    pub(super) fn accepts(&self, text: &str) -> bool {
        (self.values.is_empty() || self.values.contain(text))
            && self.length.contains(text.chars().count())
            && self.pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
    }

    /// The one listed text that differs in case only.
    pub(super) fn in_other_case(&self, text: &str) -> Option<&str> {
        self.values.in_other_case(text).filter(|text| self.accepts(text))
    }
}

impl ObjectForm {
    pub(super) fn member(&self, name: &str) -> Option<&Member> {
        self.places.get(name).map(|place| &self.members[*place])
    }

    /// The only text that a member may be.
    pub(super) fn tag(&self, name: &str) -> Option<&str> {
        match &self.member(name)?.form {
            Form::Text(rule) => rule.values.single(),
            _ => None,
        }
    }
}

impl Range {
    pub(super) fn contains(self, length: usize) -> bool {
        let length = length as u64;
        self.least <= length && length <= self.most
    }

    fn of(schema: &Map<String, Value>, least: &str, most: &str) -> Self {
        let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
        Self { least: bound(least).unwrap_or(0), most: bound(most).unwrap_or(u64::MAX) }
    }
}

/// Compiles what the normaliser writes; it trusts that nothing else comes.
struct Compiler<'a> {
    names: HashMap<&'a str, usize>,
}

impl Compiler<'_> {
    fn compile(&self, schema: &Value) -> Result<Form, SchemaError> {
        let Some(schema) = schema.as_object() else { return Ok(Form::Any) };
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            return self.compile_reference(reference);
        }
        if let Some(branches) = schema.get("anyOf").and_then(Value::as_array) {
            return branches
                .iter()
                .map(|branch| self.compile(branch))
                .collect::<Result<_, _>>()
                .map(Form::Choice);
        }
        let values = schema.get("enum").and_then(Value::as_array);
        Ok(match (schema.get("type").and_then(Value::as_str), values) {
            (Some("null"), _) => Form::Null,
            (Some("boolean"), values) => {
                Form::Boolean(values.into_iter().flatten().filter_map(Value::as_bool).collect())
            }
            (Some("integer"), _) => Form::Number(Box::new(compile_number(schema, true))),
            (Some("number"), _) => Form::Number(Box::new(compile_number(schema, false))),
            (Some("string"), _) => Form::Text(Box::new(compile_text(schema)?)),
            (Some("array"), _) => Form::Array(Box::new(self.compile_array(schema)?)),
            (Some("object"), _) => Form::Object(Box::new(self.compile_object(schema)?)),
            (_, Some(values)) => Form::Values(Values::of(values.clone())),
            (_, None) if schema.contains_key("not") => Form::Never,
            (_, None) => Form::Any,
        })
    }

    fn compile_reference(&self, reference: &str) -> Result<Form, SchemaError> {
        let name = reference.strip_prefix("#/$defs/").unwrap_or(reference);
        match self.names.get(name) {
            Some(place) => Ok(Form::Reference(*place)),
            None => Err(SchemaError::Reference { reference: reference.into() }),
        }
    }

    fn compile_array(&self, schema: &Map<String, Value>) -> Result<ArrayForm, SchemaError> {
        Ok(ArrayForm {
            items: schema.get("items").map_or(Ok(Form::Any), |items| self.compile(items))?,
            length: Range::of(schema, "minItems", "maxItems"),
            distinct: schema.get("uniqueItems") == Some(&Value::Bool(true)),
        })
    }

    fn compile_object(&self, schema: &Map<String, Value>) -> Result<ObjectForm, SchemaError> {
        let required: Vec<String> = strings(schema, "required");
        let mut members = Vec::new();
        let mut places = HashMap::new();
        for (name, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            places.insert(name.clone(), members.len());
            let form = self.compile(schema)?;
            members.push(Member { name: name.clone(), form, required: required.contains(name) });
        }
        let others = match schema.get("additionalProperties") {
            Some(Value::Bool(false)) => Others::Refused,
            Some(schema @ Value::Object(_)) => Others::Of(self.compile(schema)?),
            _ => Others::Any,
        };
        let length = Range::of(schema, "minProperties", "maxProperties");
        Ok(ObjectForm { members, places, required, others, length })
    }
}

fn compile_number(schema: &Map<String, Value>, whole: bool) -> NumberForm {
    let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_number).cloned();
    let values = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    NumberForm {
        whole,
        values: Values::of(values.filter(|value| value.is_number()).cloned().collect()),
        minimum: bound("minimum"),
        maximum: bound("maximum"),
        above: bound("exclusiveMinimum"),
        below: bound("exclusiveMaximum"),
        multiple_of: bound("multipleOf"),
    }
}

fn compile_text(schema: &Map<String, Value>) -> Result<TextForm, SchemaError> {
    let pattern = schema.get("pattern").and_then(Value::as_str).map(compile_pattern).transpose()?;
    Ok(TextForm {
        values: Texts::of(strings(schema, "enum")),
        length: Range::of(schema, "minLength", "maxLength"),
        pattern,
    })
}

fn compile_pattern(pattern: &str) -> Result<Regex, SchemaError> {
    let regex = RegexBuilder::new(pattern).size_limit(PATTERN_SIZE_LIMIT).build();
    regex.map_err(|error| SchemaError::Pattern { pattern: pattern.into(), reason: error.to_string() })
}

fn strings(schema: &Map<String, Value>, keyword: &str) -> Vec<String> {
    let values = schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
    values.filter_map(Value::as_str).map(str::to_owned).collect()
}
