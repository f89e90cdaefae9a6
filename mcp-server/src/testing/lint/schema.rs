//! Rules about the structure of schemas.

use serde_json::{Map, Value};

use crate::testing::lint::reference::{Target, resolve};
use crate::testing::lint::rule::Rule;

/// Keywords with one schema.
const SCHEMA: [&str; 10] = [
    "additionalProperties",
    "propertyNames",
    "items",
    "contains",
    "not",
    "if",
    "then",
    "else",
    "unevaluatedProperties",
    "unevaluatedItems",
];

/// Keywords with a list of schemas.
const SCHEMAS: [&str; 5] = ["anyOf", "oneOf", "allOf", "prefixItems", "items"];

/// Keywords with schemas by name.
const NAMED_SCHEMAS: [&str; 5] =
    ["properties", "patternProperties", "dependentSchemas", "$defs", "definitions"];

/// Keywords that may be a boolean schema: every client reads them.
const MAY_BE_BOOLEAN: [&str; 3] = ["additionalProperties", "unevaluatedProperties", "unevaluatedItems"];

/// Keywords that some clients reject in arguments, with the rule that each violates.
const REJECTED: [(&str, Rule); 19] = [
    ("const", Rule::CONST),
    ("oneOf", Rule::ONE_OF),
    ("allOf", Rule::CONDITION),
    ("not", Rule::CONDITION),
    ("if", Rule::CONDITION),
    ("then", Rule::CONDITION),
    ("else", Rule::CONDITION),
    ("dependentRequired", Rule::CONDITION),
    ("dependentSchemas", Rule::CONDITION),
    ("patternProperties", Rule::UNSUPPORTED_KEYWORD),
    ("propertyNames", Rule::UNSUPPORTED_KEYWORD),
    ("unevaluatedProperties", Rule::UNSUPPORTED_KEYWORD),
    ("unevaluatedItems", Rule::UNSUPPORTED_KEYWORD),
    ("contains", Rule::UNSUPPORTED_KEYWORD),
    ("minContains", Rule::UNSUPPORTED_KEYWORD),
    ("maxContains", Rule::UNSUPPORTED_KEYWORD),
    ("prefixItems", Rule::TUPLE_ITEMS),
    ("$dynamicRef", Rule::UNSUPPORTED_KEYWORD),
    ("$anchor", Rule::UNSUPPORTED_KEYWORD),
];

/// Keywords of older drafts, and of OpenAPI.
const OLD: [&str; 9] = [
    "definitions",
    "dependencies",
    "additionalItems",
    "divisibleBy",
    "extends",
    "$recursiveRef",
    "nullable",
    "discriminator",
    "example",
];

/// The formats of strings that OpenAI accepts with `strict`.
const STRICT_FORMATS: [&str; 9] =
    ["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];

/// Keywords that apply to one type only, with that type.
const TYPED: [(&str, &str); 6] = [
    ("properties", "object"),
    ("required", "object"),
    ("additionalProperties", "object"),
    ("items", "array"),
    ("minItems", "array"),
    ("maxItems", "array"),
];

/// Levels of nested objects that OpenAI accepts with `strict`.
const MAX_DEPTH: usize = 10;

/// Properties of a schema that OpenAI accepts with `strict`.
const MAX_PROPERTIES: usize = 5_000;

/// Enumerated values of a schema that OpenAI accepts with `strict`.
const MAX_ENUMERATED: usize = 1_000;

/// A violation in a schema: its rule, the JSON pointer of the place, and the circumstances.
pub(crate) type Violation = (Rule, String, String);

/// The purpose of a schema. That of a result is read by the client, and not by a provider of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SchemaPurpose {
    Arguments,
    Output,
}

/// Returns the violations in the schema of arguments or results. `pointer` is its place in the tool.
pub(crate) fn check(schema: &Value, purpose: SchemaPurpose, pointer: &str) -> Vec<Violation> {
    let mut linter = SchemaLint { root: schema, purpose, found: Vec::new(), properties: 0, enumerated: 0 };
    linter.check_root(schema, pointer);
    linter.check_schema(schema, pointer, 0);
    if purpose == SchemaPurpose::Arguments {
        linter.check_sizes(pointer);
    }
    linter.found
}

struct SchemaLint<'a> {
    root: &'a Value,
    purpose: SchemaPurpose,
    found: Vec<Violation>,
    properties: usize,
    enumerated: usize,
}

impl SchemaLint<'_> {
    fn add(&mut self, rule: Rule, pointer: &str, detail: impl Into<String>) {
        self.found.push((rule, pointer.to_owned(), detail.into()));
    }

    fn is_arguments(&self) -> bool {
        self.purpose == SchemaPurpose::Arguments
    }

    fn check_root(&mut self, schema: &Value, pointer: &str) {
        let Some(root) = schema.as_object() else { return };
        if root.get("type") != Some(&Value::from("object")) {
            let found =
                root.get("type").map_or("has no `type`".to_owned(), |kind| format!("has the type {kind}"));
            self.add(Rule::ROOT_TYPE, pointer, format!("the schema {found}, not \"object\""));
        }
        if !self.is_arguments() {
            return;
        }
        for keyword in ["anyOf", "oneOf", "allOf", "not", "enum", "$ref"] {
            if root.contains_key(keyword) {
                self.add(Rule::ROOT_CHOICE, pointer, format!("the schema of all arguments has `{keyword}`"));
            }
        }
        if !root.get("properties").is_some_and(Value::is_object) {
            self.add(Rule::MISSING_PROPERTIES, pointer, "the schema of all arguments has no `properties`");
        }
    }

    fn check_sizes(&mut self, pointer: &str) {
        if self.properties > MAX_PROPERTIES {
            let detail = format!("{} properties, more than {MAX_PROPERTIES}", self.properties);
            self.add(Rule::TOO_LARGE, pointer, detail);
        }
        if self.enumerated > MAX_ENUMERATED {
            let detail = format!("{} enumerated values, more than {MAX_ENUMERATED}", self.enumerated);
            self.add(Rule::TOO_LARGE, pointer, detail);
        }
    }

    /// Checks a schema and those in it. `depth` is the number of objects around it.
    fn check_schema(&mut self, schema: &Value, pointer: &str, depth: usize) {
        let schema = match schema {
            Value::Object(schema) => schema,
            Value::Bool(value) => {
                return self.add(Rule::BOOLEAN_SCHEMA, pointer, format!("the schema is `{value}`"));
            }
            other => {
                let detail = format!("{} is not a schema", shortened(other));
                return self.add(Rule::INVALID_SCHEMA, pointer, detail);
            }
        };
        let is_object = has_type(schema, "object");
        let depth = depth + usize::from(is_object);
        if self.is_arguments() {
            self.check_keywords(schema, pointer);
            self.check_type(schema, pointer);
            if depth == MAX_DEPTH + 1 && is_object {
                self.add(Rule::TOO_DEEP, pointer, format!("an object at level {depth}, below {MAX_DEPTH}"));
            }
        }
        self.check_dialect(schema, pointer);
        self.check_format(schema, pointer);
        self.check_array(schema, pointer);
        self.check_reference(schema, pointer);
        self.check_members(schema, pointer);
        self.check_subschemas(schema, pointer, depth);
    }

    fn check_keywords(&mut self, schema: &Map<String, Value>, pointer: &str) {
        for (keyword, rule) in REJECTED {
            if schema.contains_key(keyword) {
                self.add(rule, &join(pointer, keyword), format!("the keyword `{keyword}`"));
            }
        }
        let Some(kind) = schema.get("type").and_then(Value::as_str) else { return };
        for (keyword, of) in TYPED {
            if schema.contains_key(keyword) && kind != of {
                let detail = format!("`{keyword}` in a schema of the type \"{kind}\"");
                self.add(Rule::MISPLACED_KEYWORD, &join(pointer, keyword), detail);
            }
        }
    }

    fn check_type(&mut self, schema: &Map<String, Value>, pointer: &str) {
        match schema.get("type") {
            Some(Value::Array(kinds)) => {
                let detail = format!("the type is the list {}", Value::from(kinds.clone()));
                self.add(Rule::TYPE_LIST, &join(pointer, "type"), detail);
            }
            Some(_) => {}
            None if ["$ref", "anyOf", "oneOf", "allOf"].iter().any(|key| schema.contains_key(*key)) => {}
            None => self.add(Rule::UNTYPED, pointer, "the schema has no `type`"),
        }
        if let Some(Value::Array(values)) = schema.get("enum") {
            self.enumerated += values.len();
            let pointer = join(pointer, "enum");
            if values.is_empty() {
                self.add(Rule::ENUM_VALUES, &pointer, "the enumeration is empty");
            }
            if let Some(value) = values.iter().find(|value| !value.is_string()) {
                let detail = format!("{} is not a string", shortened(value));
                self.add(Rule::ENUM_VALUES, &pointer, detail);
            }
        }
    }

    fn check_dialect(&mut self, schema: &Map<String, Value>, pointer: &str) {
        if let Some(dialect) = schema.get("$schema") {
            let detail = format!("the schema declares {}", shortened(dialect));
            self.add(Rule::SCHEMA_KEYWORD, &join(pointer, "$schema"), detail);
        }
        for keyword in OLD {
            if schema.contains_key(keyword) {
                self.add(Rule::DIALECT, &join(pointer, keyword), format!("the keyword `{keyword}`"));
            }
        }
        for keyword in ["exclusiveMinimum", "exclusiveMaximum"] {
            if schema.get(keyword).is_some_and(Value::is_boolean) {
                self.add(Rule::DIALECT, &join(pointer, keyword), format!("`{keyword}` is a boolean"));
            }
        }
    }

    fn check_format(&mut self, schema: &Map<String, Value>, pointer: &str) {
        let Some(format) = schema.get("format").and_then(Value::as_str) else { return };
        let detail = format!("the format \"{format}\"");
        if has_type(schema, "integer") || has_type(schema, "number") {
            self.add(Rule::NUMBER_FORMAT, &join(pointer, "format"), detail);
        } else if self.is_arguments() && !STRICT_FORMATS.contains(&format) {
            self.add(Rule::STRING_FORMAT, &join(pointer, "format"), detail);
        }
    }

    fn check_array(&mut self, schema: &Map<String, Value>, pointer: &str) {
        if schema.get("items").is_some_and(Value::is_array) {
            self.add(Rule::TUPLE_ITEMS, &join(pointer, "items"), "a list of schemas in `items`");
        } else if self.is_arguments() && has_type(schema, "array") && !schema.contains_key("items") {
            self.add(Rule::ARRAY_ITEMS, pointer, "an array without `items`");
        }
    }

    fn check_reference(&mut self, schema: &Map<String, Value>, pointer: &str) {
        let Some(reference) = schema.get("$ref") else { return };
        let shown = shortened(reference);
        let pointer = &join(pointer, "$ref");
        match reference.as_str().map_or(Target::Missing, |reference| resolve(self.root, reference)) {
            Target::Missing => {
                self.add(Rule::BROKEN_REFERENCE, pointer, format!("{shown} is not in the schema"));
            }
            Target::Remote => {
                self.add(Rule::BROKEN_REFERENCE, pointer, format!("{shown} is another document"));
            }
            Target::Finite if self.is_arguments() => {
                self.add(Rule::AVOIDABLE_REFERENCE, pointer, format!("{shown} does not contain itself"));
            }
            Target::Finite | Target::Recursive => {}
        }
        // The definitions of the whole schema stand where the root is a reference.
        let may_accompany = ["$ref", "$defs", "description", "default"];
        let other = schema.keys().find(|key| !may_accompany.contains(&key.as_str()));
        if let Some(other) = other.filter(|_| self.is_arguments()) {
            self.add(
                Rule::REFERENCE_SIBLINGS,
                pointer,
                format!("`{other}` stands with the reference {shown}"),
            );
        }
    }

    fn check_members(&mut self, schema: &Map<String, Value>, pointer: &str) {
        let properties = schema.get("properties").and_then(Value::as_object);
        self.properties += properties.map_or(0, Map::len);
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        for name in required {
            let is_defined = name
                .as_str()
                .is_some_and(|name| properties.is_some_and(|properties| properties.contains_key(name)));
            if !is_defined && self.is_arguments() {
                let detail = format!("{} is required and not one of the properties", shortened(name));
                self.add(Rule::UNDEFINED_REQUIRED, &join(pointer, "required"), detail);
            }
        }
    }

    fn check_subschemas(&mut self, schema: &Map<String, Value>, pointer: &str, depth: usize) {
        for (keyword, value) in schema {
            let pointer = join(pointer, keyword);
            let name = keyword.as_str();
            if let (true, Value::Array(schemas)) = (SCHEMAS.contains(&name), value) {
                for (index, schema) in schemas.iter().enumerate() {
                    self.check_schema(schema, &join(&pointer, &index.to_string()), depth);
                }
            } else if let (true, Value::Object(schemas)) = (NAMED_SCHEMAS.contains(&name), value) {
                // Definitions stand at the root, and are used at any depth.
                let depth = if name == "properties" { depth } else { 0 };
                for (member, schema) in schemas {
                    self.check_schema(schema, &join(&pointer, member), depth);
                }
            } else if SCHEMA.contains(&name) && !(MAY_BE_BOOLEAN.contains(&name) && value.is_boolean()) {
                self.check_schema(value, &pointer, depth);
            } else if NAMED_SCHEMAS.contains(&name) || SCHEMAS.contains(&name) {
                let detail = format!("`{keyword}` is {}", shortened(value));
                self.add(Rule::INVALID_SCHEMA, &pointer, detail);
            }
        }
    }
}

/// Returns `true` if the schema is of this type, or may be.
fn has_type(schema: &Map<String, Value>, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(kind)) => kind == name,
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == name),
        _ => false,
    }
}

/// Appends a member to a JSON pointer.
pub(crate) fn join(pointer: &str, member: &str) -> String {
    format!("{pointer}/{}", member.replace('~', "~0").replace('/', "~1"))
}

/// Returns the text of a value, cut after 60 characters.
pub(crate) fn shortened(value: &Value) -> String {
    const MAX: usize = 60;
    let text = value.to_string();
    match text.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
