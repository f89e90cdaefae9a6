//! The schemas published for Rust types.

// Only the schemas of the types are used.
#![allow(dead_code)]

use std::collections::{BTreeMap, HashMap, HashSet};

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::oracle::assert_in_subset;
use crate::schema::{CompiledSchema, PortableSchema, Schema};

pub(super) fn argument<T: JsonSchema>() -> PortableSchema {
    let generator = SchemaSettings::draft2020_12().into_generator();
    PortableSchema::for_argument(generator.into_root_schema_for::<T>().as_value())
        .expect("the type has a portable schema")
}

pub(super) fn result<T: JsonSchema>() -> PortableSchema {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    PortableSchema::for_result(generator.into_root_schema_for::<T>().as_value())
        .expect("the type has a portable schema")
}

#[track_caller]
fn check<T: JsonSchema>(expected: &Value) {
    check_schema(&argument::<T>().into_document(), expected);
}

#[track_caller]
pub(super) fn check_schema(schema: &Schema, expected: &Value) {
    assert_in_subset(schema.as_value());
    CompiledSchema::new(schema).expect("the schema compiles");
    let pretty = |value: &Value| serde_json::to_string_pretty(value).expect("JSON");
    assert_eq!(schema.as_value(), expected, "\n{}\n{}", pretty(schema.as_value()), pretty(expected));
}

/// The published schema of an argument that may be any JSON value.
pub(super) fn any() -> Value {
    let object = json!({"anyOf": [{"type": "object", "additionalProperties": true}]});
    let scalars =
        json!([{"type": "string"}, {"type": "number"}, {"type": "boolean"}, object, {"type": "null"}]);
    let with_lists_of = |items: &Value| {
        let mut branches = scalars.as_array().expect("a list").clone();
        branches.insert(4, json!({"type": "array", "items": {"anyOf": items}}));
        Value::from(branches)
    };
    json!({"description": "Any JSON value.", "anyOf": with_lists_of(&with_lists_of(&scalars))})
}

#[test]
fn numbers_have_the_bounds_of_their_types() {
    check::<u8>(&json!({"type": "integer", "minimum": 0, "maximum": 255}));
    check::<u16>(&json!({"type": "integer", "minimum": 0, "maximum": 65_535}));
    check::<u32>(&json!({"type": "integer", "minimum": 0, "maximum": 4_294_967_295_u32}));
    check::<u64>(&json!({"type": "integer", "minimum": 0}));
    check::<usize>(&json!({"type": "integer", "minimum": 0}));
    check::<u128>(&json!({"type": "integer", "minimum": 0}));
    check::<i8>(&json!({"type": "integer", "minimum": -128, "maximum": 127}));
    check::<i16>(&json!({"type": "integer", "minimum": -32_768, "maximum": 32_767}));
    check::<i32>(&json!({"type": "integer", "minimum": i32::MIN, "maximum": i32::MAX}));
    check::<i64>(&json!({"type": "integer"}));
    check::<isize>(&json!({"type": "integer"}));
    check::<f32>(&json!({"type": "number"}));
    check::<f64>(&json!({"type": "number"}));
    check::<std::num::NonZeroU8>(&json!({"type": "integer", "minimum": 1, "maximum": 255}));
    check::<std::num::NonZeroI64>(&json!({"description": "Not 0.", "type": "integer"}));
}

#[test]
fn other_scalars() {
    check::<String>(&json!({"type": "string"}));
    check::<char>(&json!({"type": "string", "minLength": 1, "maxLength": 1}));
    check::<bool>(&json!({"type": "boolean"}));
    check::<()>(&json!({"type": "null"}));
    check::<Value>(&any());
    check::<std::net::IpAddr>(
        &json!({"description": "An IP address such as 192.0.2.1 or 2001:db8::1.", "type": "string"}),
    );
    check::<std::net::Ipv4Addr>(&json!({"type": "string", "format": "ipv4"}));
    check::<std::path::PathBuf>(&json!({"type": "string"}));
}

#[test]
fn options_have_the_schema_of_their_value() {
    for (portable, expected) in [
        (argument::<Option<String>>(), json!({"type": "string"})),
        (argument::<Option<u8>>(), json!({"type": "integer", "minimum": 0, "maximum": 255})),
        (argument::<Option<Option<bool>>>(), json!({"type": "boolean"})),
        (argument::<Option<Plain>>(), json!({"type": "string", "enum": ["A", "B"]})),
        (argument::<Option<Value>>(), any()),
        (
            argument::<Option<Vec<u64>>>(),
            json!({"type": "array", "items": {"type": "integer", "minimum": 0}}),
        ),
    ] {
        assert!(portable.accepts_null());
        check_schema(&portable.into_document(), &expected);
    }
    assert!(!argument::<String>().accepts_null());
    assert!(argument::<()>().accepts_null());
}

#[test]
fn null_is_kept_where_absence_is_impossible() {
    let nullable = json!({"anyOf": [{"type": "boolean"}, {"type": "null"}]});
    check::<Vec<Option<bool>>>(&json!({"type": "array", "items": nullable}));
    check::<HashMap<String, Option<bool>>>(&json!({"type": "object", "additionalProperties": nullable}));
    check::<(Option<bool>,)>(&json!({"type": "array", "items": nullable, "minItems": 1, "maxItems": 1}));
    check_schema(&result::<Option<bool>>().into_document(), &nullable);
}

#[test]
fn collections() {
    let byte = json!({"type": "integer", "minimum": 0, "maximum": 255});
    let any = any();
    let open = json!({"type": "object", "additionalProperties": true});
    check::<Vec<u8>>(&json!({"type": "array", "items": byte}));
    check::<[u8; 3]>(&json!({"type": "array", "items": byte, "minItems": 3, "maxItems": 3}));
    check::<[u8; 0]>(&json!({"type": "array", "items": any, "maxItems": 0}));
    check::<HashSet<String>>(&json!({"type": "array", "items": {"type": "string"}, "uniqueItems": true}));
    check::<Vec<Value>>(&json!({"type": "array", "items": any}));
    check::<HashMap<String, u8>>(&json!({"type": "object", "additionalProperties": byte}));
    check::<HashMap<String, Value>>(&open);
    check::<Map<String, Value>>(&open);
    check::<BTreeMap<u32, u8>>(
        &json!({"description": "Member names match `^\\d+$`.", "type": "object", "additionalProperties": byte}),
    );
    check::<(u8, u8)>(&json!({"type": "array", "items": byte, "minItems": 2, "maxItems": 2}));
    check::<(u8, String)>(&json!({
        "description": "In this order: an integer, a string.",
        "type": "array",
        "items": {"anyOf": [byte, {"type": "string"}]},
        "minItems": 2,
        "maxItems": 2,
    }));
}

#[derive(JsonSchema, Serialize)]
pub(super) enum Plain {
    A,
    B,
}

/// The sort order.
#[derive(JsonSchema, Serialize)]
pub(super) enum Documented {
    /// By its name,
    /// from A to Z.
    Name,
    #[serde(rename = "age")]
    /// The newest first.
    Age,
    Size,
}

#[derive(JsonSchema, Serialize)]
struct Choices {
    plain: Plain,
    documented: Documented,
    /// The first sort key.
    first: Option<Documented>,
}

#[test]
fn enums_are_strings() {
    let by = json!({
        "description": "The sort order.\n\"Name\": By its name, from A to Z.\n\"age\": The newest first.",
        "type": "string",
        "enum": ["Size", "Name", "age"],
    });
    let mut first = by.clone();
    first["description"] = json!(
        "The first sort key.\nThe sort order.\n\"Name\": By its name, from A to Z.\n\"age\": The newest first."
    );
    check::<Plain>(&json!({"type": "string", "enum": ["A", "B"]}));
    check::<Documented>(&by);
    check::<Choices>(&json!({
        "type": "object",
        "properties": {"plain": {"type": "string", "enum": ["A", "B"]}, "documented": by, "first": first},
        "required": ["plain", "documented"],
        "additionalProperties": false,
    }));
}

/// A point.
#[derive(JsonSchema, Serialize)]
pub(super) struct Point {
    x: f64,
    y: Option<f64>,
}

pub(super) fn point() -> Value {
    json!({
        "description": "A point.",
        "type": "object",
        "properties": {"x": {"type": "number"}, "y": {"type": "number"}},
        "required": ["x"],
        "additionalProperties": false,
    })
}

#[derive(JsonSchema, Serialize)]
struct Line {
    /// The start.
    from: Point,
    to: Vec<Point>,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Closed {
    x: bool,
}

#[derive(JsonSchema, Serialize)]
struct Flattened {
    name: String,
    #[serde(flatten)]
    point: Point,
}

#[derive(JsonSchema, Serialize)]
struct Open {
    name: String,
    #[serde(flatten)]
    rest: HashMap<String, Value>,
}

#[test]
fn structs_are_expanded_inline_and_closed() {
    let mut from = point();
    from["description"] = json!("The start.\nA point.");
    check::<Line>(&json!({
        "type": "object",
        "properties": {"from": from, "to": {"type": "array", "items": point()}},
        "required": ["from", "to"],
        "additionalProperties": false,
    }));
    check::<Closed>(&json!({
        "type": "object",
        "properties": {"x": {"type": "boolean"}},
        "required": ["x"],
        "additionalProperties": false,
    }));
    check::<Flattened>(&json!({
        "description": "A point.",
        "type": "object",
        "properties": {"name": {"type": "string"}, "x": {"type": "number"}, "y": {"type": "number"}},
        "required": ["name", "x"],
        "additionalProperties": false,
    }));
    check::<Open>(&json!({
        "type": "object",
        "properties": {"name": {"type": "string"}},
        "required": ["name"],
        "additionalProperties": true,
    }));
}

#[derive(JsonSchema, Serialize)]
#[serde(tag = "kind")]
pub(super) enum Internal {
    /// A circle.
    Circle {
        r: f64,
    },
    At(Point),
    Nothing,
}

#[derive(JsonSchema, Serialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Count(u8),
    Nothing,
}

#[derive(JsonSchema, Serialize)]
enum External {
    Count(u8),
    Nothing,
    /// Less than nothing.
    Less,
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
pub(super) enum Untagged {
    Count(u8),
    Name(String),
}

#[derive(JsonSchema, Serialize)]
pub(super) struct FlattenedEnum {
    id: u64,
    #[serde(flatten)]
    what: Adjacent,
}

#[test]
fn tagged_enums_are_choices() {
    let byte = json!({"type": "integer", "minimum": 0, "maximum": 255});
    let tagged = |tag: &str, value: &str, members: Value, required: Value| {
        let mut properties = json!({tag: {"type": "string", "enum": [value]}});
        properties
            .as_object_mut()
            .expect("an object")
            .extend(members.as_object().expect("an object").clone());
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
    };
    let mut circle = tagged("kind", "Circle", json!({"r": {"type": "number"}}), json!(["kind", "r"]));
    circle["description"] = json!("A circle.");
    let xy = json!({"x": {"type": "number"}, "y": {"type": "number"}});
    let mut at = tagged("kind", "At", xy, json!(["kind", "x"]));
    at["description"] = json!("A point.");
    let nothing = tagged("kind", "Nothing", json!({}), json!(["kind"]));
    check::<Internal>(&json!({"anyOf": [{"anyOf": [circle, at, nothing]}]}));

    let count = tagged("t", "Count", json!({"c": byte}), json!(["t", "c"]));
    let nothing = tagged("t", "Nothing", json!({}), json!(["t"]));
    check::<Adjacent>(&json!({"anyOf": [{"anyOf": [count, nothing]}]}));
    let with_id = |mut branch: Value| {
        let properties = branch["properties"].as_object_mut().expect("an object");
        properties.insert("id".into(), json!({"type": "integer", "minimum": 0}));
        branch["required"].as_array_mut().expect("a list").insert(0, "id".into());
        branch
    };
    check::<FlattenedEnum>(&json!({"anyOf": [{"anyOf": [with_id(count), with_id(nothing)]}]}));

    check::<External>(&json!({"anyOf": [
        {"description": "\"Less\": Less than nothing.", "type": "string", "enum": ["Nothing", "Less"]},
        {"anyOf": [{
            "type": "object",
            "properties": {"Count": byte},
            "required": ["Count"],
            "additionalProperties": false,
        }]},
    ]}));
    check::<Untagged>(&json!({"anyOf": [byte, {"type": "string"}]}));
}

/// A node.
#[derive(JsonSchema, Serialize)]
pub(super) struct Tree {
    children: Vec<Tree>,
    parent: Option<Box<Tree>>,
}

#[derive(JsonSchema, Serialize)]
struct Forest {
    /// The oldest.
    oldest: Tree,
}

pub(super) fn tree() -> Value {
    json!({
        "description": "A node.",
        "type": "object",
        "properties": {
            "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
            "parent": {"$ref": "#/$defs/Tree"},
        },
        "required": ["children"],
        "additionalProperties": false,
    })
}

#[test]
fn recursive_types_stay_references() {
    let definitions = json!({"Tree": tree()});
    let mut root = tree();
    root["$defs"] = definitions.clone();
    check::<Tree>(&root);
    // A model fills in the members it sees, so the first level of an argument is always expanded.
    check::<Option<Tree>>(&root);
    check::<Vec<Tree>>(&json!({"type": "array", "items": {"$ref": "#/$defs/Tree"}, "$defs": definitions}));
    check::<Forest>(&json!({
        "type": "object",
        "properties": {"oldest": {"description": "The oldest.", "$ref": "#/$defs/Tree"}},
        "required": ["oldest"],
        "additionalProperties": false,
        "$defs": definitions,
    }));
}

#[derive(JsonSchema, Serialize)]
struct Attributes {
    #[schemars(range(min = 1, max = 10))]
    range: u32,
    #[schemars(range(min = 1))]
    least: Option<u8>,
    #[schemars(length(min = 1, max = 5), regex(pattern = "^a"))]
    text: String,
    #[schemars(email)]
    mail: String,
    #[schemars(extend("x-mcp-header" = "Region"))]
    #[schemars(title = "The region", example = &"eu")]
    region: String,
    #[schemars(extend("enum" = ["a", "b"]))]
    listed: String,
    #[serde(default)]
    absent: Option<u8>,
    #[serde(default)]
    zero: u8,
    #[schemars(inner(length(max = 3)))]
    #[deprecated]
    tags: Vec<String>,
}

#[test]
fn attributes_are_kept() {
    check::<Attributes>(&json!({
        "type": "object",
        "properties": {
            "range": {"type": "integer", "minimum": 1, "maximum": 10},
            "least": {"type": "integer", "minimum": 1, "maximum": 255},
            "text": {"type": "string", "minLength": 1, "maxLength": 5, "pattern": "^a"},
            "mail": {"type": "string", "format": "email"},
            "region": {"type": "string", "title": "The region", "x-mcp-header": "Region", "examples": ["eu"]},
            "listed": {"type": "string", "enum": ["a", "b"]},
            "absent": {"type": "integer", "minimum": 0, "maximum": 255},
            "zero": {"type": "integer", "minimum": 0, "maximum": 255, "default": 0},
            "tags": {"type": "array", "items": {"type": "string", "maxLength": 3}, "deprecated": true},
        },
        "required": ["range", "text", "mail", "region", "listed", "tags"],
        "additionalProperties": false,
    }));
}

#[test]
fn results_have_only_the_bounds_that_attributes_set() {
    let integer = json!({"type": "integer"});
    check_schema(&result::<u8>().into_document(), &integer);
    check_schema(&result::<u64>().into_document(), &integer);
    check_schema(&result::<i32>().into_document(), &integer);
    check_schema(&result::<Vec<Option<u16>>>().into_document(), &{
        json!({"type": "array", "items": {"anyOf": [integer, {"type": "null"}]}})
    });
    check_schema(&result::<std::num::NonZeroU8>().into_document(), &json!({"type": "integer", "minimum": 1}));
    let attributes = result::<Attributes>().into_document();
    let properties = &attributes.as_value()["properties"];
    assert_eq!(properties["range"], json!({"type": "integer", "minimum": 1, "maximum": 10}));
    assert_eq!(properties["least"]["anyOf"][0], json!({"type": "integer", "minimum": 1}));
    assert_eq!(properties["zero"], json!({"type": "integer", "default": 0}));
}

#[test]
fn results_are_open_objects() {
    let point = json!({
        "description": "A point.",
        "type": "object",
        "properties": {"x": {"type": "number"}, "y": {"anyOf": [{"type": "number"}, {"type": "null"}]}},
        "required": ["x", "y"],
    });
    assert!(result::<Point>().is_object());
    check_schema(&result::<Point>().into_result(), &point);
    for (portable, value) in [
        (result::<Vec<Point>>(), json!({"type": "array", "items": point})),
        (result::<String>(), json!({"type": "string"})),
        (
            result::<Option<Point>>(),
            json!({"description": "A point.", "anyOf": [without_description(&point), {"type": "null"}]}),
        ),
        (result::<Untagged>(), json!({"anyOf": [{"type": "integer"}, {"type": "string"}]})),
    ] {
        assert!(!portable.is_object());
        let expected = json!({"type": "object", "properties": {"result": value}, "required": ["result"]});
        check_schema(&portable.into_result(), &expected);
    }
}

fn without_description(schema: &Value) -> Value {
    let mut schema = schema.clone();
    schema.as_object_mut().expect("an object").shift_remove("description");
    schema
}

#[derive(JsonSchema, Serialize)]
pub(super) struct Empty {}

/// Serialized values match the schema of results, including `null`.
#[test]
fn serialized_values_match_the_schema_of_results() {
    fn check<T: JsonSchema + Serialize>(value: T) {
        let value = serde_json::to_value(value).expect("the value is JSON");
        for (schema, value) in [
            (result::<T>().into_document(), value.clone()),
            (result::<Vec<T>>().into_result(), json!({"result": [value.clone()]})),
            (result::<Option<T>>().into_document(), value),
            (result::<Option<T>>().into_document(), Value::Null),
        ] {
            assert!(jsonschema::draft202012::is_valid(schema.as_value(), &value), "{value}");
            assert_eq!(
                CompiledSchema::new(&schema).expect("the schema compiles").coerce(value.clone(), true),
                Ok(value)
            );
        }
    }
    let point = |y| Point { x: 0.5, y };
    let tree = |parent| Tree { children: Vec::new(), parent };
    check(u64::MAX);
    check((1_u8, "a".to_owned()));
    check([Some(1.5), None]);
    check(BTreeMap::from([(5_u32, Plain::A)]));
    check(Choices { plain: Plain::B, documented: Documented::Age, first: None });
    check(Line { from: point(None), to: vec![point(Some(1.0))] });
    check(Flattened { name: "a".into(), point: point(None) });
    check(Open { name: "a".into(), rest: HashMap::from([("b".into(), Value::Null)]) });
    check(Internal::Circle { r: 1.0 });
    check(Internal::At(point(None)));
    check(Internal::Nothing);
    check(Adjacent::Count(1));
    check(Adjacent::Nothing);
    check(External::Count(1));
    check(External::Less);
    check(Untagged::Name("a".into()));
    check(FlattenedEnum { id: 1, what: Adjacent::Count(1) });
    check(Forest { oldest: tree(Some(Box::new(tree(None)))) });
}
