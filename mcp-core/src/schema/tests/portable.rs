//! Rust types and the schemas that are published for them.

// The types are there for their schemas only.
#![allow(dead_code)]

use std::collections::{BTreeMap, HashMap, HashSet};

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::oracle::assert_in_subset;
use crate::schema::{ObjectSchema, Portable, Schema, SchemaError, Shape};

fn argument<T: JsonSchema>() -> Portable {
    let generator = SchemaSettings::draft2020_12().into_generator();
    Portable::argument(generator.into_root_schema_for::<T>().as_value())
        .expect("the type has a portable schema")
}

fn result<T: JsonSchema>() -> Portable {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    Portable::result(generator.into_root_schema_for::<T>().as_value())
        .expect("the type has a portable schema")
}

#[track_caller]
fn check<T: JsonSchema>(expected: &Value) {
    check_schema(&argument::<T>().into_document(), expected);
}

#[track_caller]
fn check_schema(schema: &Schema, expected: &Value) {
    assert_in_subset(schema.as_value());
    Shape::new(schema).expect("the schema compiles");
    let pretty = |value: &Value| serde_json::to_string_pretty(value).expect("JSON");
    assert_eq!(schema.as_value(), expected, "\n{}\n{}", pretty(schema.as_value()), pretty(expected));
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
    check::<Value>(&json!({"description": "Any JSON value."}));
    check::<std::net::IpAddr>(&json!({"type": "string"}));
    check::<std::net::Ipv4Addr>(&json!({"type": "string", "format": "ipv4"}));
    check::<std::path::PathBuf>(&json!({"type": "string"}));
}

#[test]
fn options_are_what_they_may_hold() {
    for (portable, expected) in [
        (argument::<Option<String>>(), json!({"type": "string"})),
        (argument::<Option<u8>>(), json!({"type": "integer", "minimum": 0, "maximum": 255})),
        (argument::<Option<Option<bool>>>(), json!({"type": "boolean"})),
        (argument::<Option<Plain>>(), json!({"type": "string", "enum": ["A", "B"]})),
        (argument::<Option<Value>>(), json!({"description": "Any JSON value."})),
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
fn null_stays_where_absence_cannot_say_it() {
    let nullable = json!({"anyOf": [{"type": "boolean"}, {"type": "null"}]});
    check::<Vec<Option<bool>>>(&json!({"type": "array", "items": nullable}));
    check::<HashMap<String, Option<bool>>>(&json!({"type": "object", "additionalProperties": nullable}));
    check::<(Option<bool>,)>(&json!({"type": "array", "items": nullable, "minItems": 1, "maxItems": 1}));
    check_schema(&result::<Option<bool>>().into_document(), &nullable);
}

#[test]
fn collections() {
    let byte = json!({"type": "integer", "minimum": 0, "maximum": 255});
    let any = json!({"description": "Any JSON value."});
    check::<Vec<u8>>(&json!({"type": "array", "items": byte}));
    check::<[u8; 3]>(&json!({"type": "array", "items": byte, "minItems": 3, "maxItems": 3}));
    check::<[u8; 0]>(&json!({"type": "array", "items": any, "maxItems": 0}));
    check::<HashSet<String>>(&json!({"type": "array", "items": {"type": "string"}, "uniqueItems": true}));
    check::<Vec<Value>>(&json!({"type": "array", "items": any}));
    check::<HashMap<String, u8>>(&json!({"type": "object", "additionalProperties": byte}));
    check::<HashMap<String, Value>>(&json!({"type": "object"}));
    check::<Map<String, Value>>(&json!({"type": "object"}));
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
enum Plain {
    A,
    B,
}

/// How it is sorted.
#[derive(JsonSchema, Serialize)]
enum Documented {
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
    /// Which to sort by first.
    first: Option<Documented>,
}

#[test]
fn enums_are_strings() {
    let by = json!({
        "description": "How it is sorted.\n\"Name\": By its name, from A to Z.\n\"age\": The newest first.",
        "type": "string",
        "enum": ["Size", "Name", "age"],
    });
    let mut first = by.clone();
    first["description"] =
        json!("Which to sort by first.\n\"Name\": By its name, from A to Z.\n\"age\": The newest first.");
    check::<Plain>(&json!({"type": "string", "enum": ["A", "B"]}));
    check::<Documented>(&by);
    check::<Choices>(&json!({
        "type": "object",
        "properties": {"plain": {"type": "string", "enum": ["A", "B"]}, "documented": by, "first": first},
        "required": ["plain", "documented"],
        "additionalProperties": false,
    }));
}

/// A place.
#[derive(JsonSchema, Serialize)]
struct Point {
    x: f64,
    y: Option<f64>,
}

fn point() -> Value {
    json!({
        "description": "A place.",
        "type": "object",
        "properties": {"x": {"type": "number"}, "y": {"type": "number"}},
        "required": ["x"],
        "additionalProperties": false,
    })
}

#[derive(JsonSchema, Serialize)]
struct Line {
    /// Where it begins.
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
fn structs_are_written_out_and_closed() {
    let mut from = point();
    from["description"] = json!("Where it begins.");
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
        "description": "A place.",
        "type": "object",
        "properties": {"name": {"type": "string"}, "x": {"type": "number"}, "y": {"type": "number"}},
        "required": ["name", "x"],
        "additionalProperties": false,
    }));
    check::<Open>(&json!({
        "type": "object",
        "properties": {"name": {"type": "string"}},
        "required": ["name"],
    }));
}

#[derive(JsonSchema, Serialize)]
#[serde(tag = "kind")]
enum Internal {
    /// A round one.
    Circle {
        r: f64,
    },
    Place(Point),
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
    /// Not even nothing.
    Less,
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum Untagged {
    Count(u8),
    Name(String),
}

#[derive(JsonSchema, Serialize)]
struct FlattenedEnum {
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
    circle["description"] = json!("A round one.");
    let xy = json!({"x": {"type": "number"}, "y": {"type": "number"}});
    let mut place = tagged("kind", "Place", xy, json!(["kind", "x"]));
    place["description"] = json!("A place.");
    let nothing = tagged("kind", "Nothing", json!({}), json!(["kind"]));
    check::<Internal>(&json!({"anyOf": [circle, place, nothing]}));

    let count = tagged("t", "Count", json!({"c": byte}), json!(["t", "c"]));
    let nothing = tagged("t", "Nothing", json!({}), json!(["t"]));
    check::<Adjacent>(&json!({"anyOf": [count, nothing]}));
    let with_id = |mut branch: Value| {
        let properties = branch["properties"].as_object_mut().expect("an object");
        properties.insert("id".into(), json!({"type": "integer", "minimum": 0}));
        branch["required"].as_array_mut().expect("a list").insert(0, "id".into());
        branch
    };
    check::<FlattenedEnum>(&json!({"anyOf": [with_id(count), with_id(nothing)]}));

    check::<External>(&json!({"anyOf": [
        {"description": "\"Less\": Not even nothing.", "type": "string", "enum": ["Nothing", "Less"]},
        {
            "type": "object",
            "properties": {"Count": byte},
            "required": ["Count"],
            "additionalProperties": false,
        },
    ]}));
    check::<Untagged>(&json!({"anyOf": [byte, {"type": "string"}]}));
}

/// A node.
#[derive(JsonSchema, Serialize)]
struct Tree {
    children: Vec<Tree>,
    parent: Option<Box<Tree>>,
}

#[derive(JsonSchema, Serialize)]
struct Forest {
    /// The oldest.
    oldest: Tree,
}

fn tree() -> Value {
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
    // A model fills in what it sees, so the first level of an argument is always written out.
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

#[test]
fn references_are_followed_from_wherever_they_stand() {
    let node = json!({"title": "Linked", "type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}});
    let published = json!({
        "type": "object",
        "properties": {"next": {"$ref": "#/$defs/Node"}},
        "additionalProperties": false,
        "title": "Linked",
    });
    let mut root = published.clone();
    root["$defs"] = json!({"Node": published});
    for generated in [
        json!({"$ref": "#/$defs/Node", "$defs": {"Node": node}}),
        json!({"title": "Nullable_Node", "anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}], "$defs": {"Node": node}}),
        json!({"allOf": [{"$ref": "#/$defs/Alias"}], "$defs": {"Alias": {"$ref": "#/$defs/Node"}, "Node": node}}),
    ] {
        check_schema(&Portable::argument(&generated).expect("portable").into_document(), &root);
    }
    // A field may have the name of a keyword.
    let generated = json!({
        "title": "Root",
        "type": "object",
        "properties": {
            "default": {"$ref": "#"},
            "enum": {"type": "string", "default": {"$ref": "https://example.com"}},
            "$defs": {"$ref": "#/$defs/A"},
        },
        "$defs": {"A": {"type": "null"}},
    });
    let published = json!({
        "type": "object",
        "properties": {
            "default": {"$ref": "#/$defs/Root"},
            "enum": {"type": "string", "default": {"$ref": "https://example.com"}},
            "$defs": {"type": "null"},
        },
        "additionalProperties": false,
    });
    let mut root = published.clone();
    root["$defs"] = json!({"Root": published});
    check_schema(&Portable::argument(&generated).expect("portable").into_document(), &root);
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
fn attributes_survive() {
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
fn results_are_objects_that_may_grow() {
    let point = json!({
        "description": "A place.",
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
            json!({"description": "A place.", "anyOf": [without_description(&point), {"type": "null"}]}),
        ),
        (
            result::<Untagged>(),
            json!({"anyOf": [{"type": "integer", "minimum": 0, "maximum": 255}, {"type": "string"}]}),
        ),
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
struct Empty {}

#[test]
fn one_type_can_be_all_the_arguments() {
    check_schema(&argument::<Point>().into_arguments().expect("an object"), &point());
    check_schema(&argument::<Tree>().into_arguments().expect("an object"), &{
        let mut root = tree();
        root["$defs"] = json!({"Tree": tree()});
        root
    });
    let internal = argument::<Internal>().into_arguments().expect("a choice of objects");
    check_schema(
        &internal,
        &json!({
            "description": "Together: kind \"Circle\", r: A round one.\nTogether: kind \"Place\", x, y: A place.\nTogether: kind \"Nothing\"",
            "type": "object",
            "properties": {
                "kind": {"type": "string", "enum": ["Circle", "Place", "Nothing"]},
                "r": {"type": "number"},
                "x": {"type": "number"},
                "y": {"type": "number"},
            },
            "required": ["kind"],
            "additionalProperties": false,
        }),
    );
    check_schema(
        &argument::<Empty>().into_arguments().expect("an object"),
        &json!({"type": "object", "properties": {}}),
    );
    let flattened = argument::<FlattenedEnum>().into_arguments().expect("a choice of objects");
    assert_eq!(flattened.as_value()["required"], json!(["id", "t"]));
    let error = argument::<String>().into_arguments().expect_err("no object");
    assert_eq!(
        error.to_string(),
        "arguments are an object, and this type is a string: make it one argument of several, or a field of a struct"
    );
}

#[test]
fn arguments_are_put_together() {
    let limit = argument::<u32>().describe("At most this many.");
    let limit = limit.with("minimum", 1.into()).and_then(|limit| limit.with("maximum", 100.into()));
    let limit = limit.and_then(|limit| limit.with("default", 10.into())).expect("a number has bounds");
    let tags = argument::<Option<Vec<String>>>().length(None, Some(3)).expect("an array has a length");
    let sort = argument::<Documented>().describe("The order.");
    let schema = ObjectSchema::new().property("limit", limit, false).property("tags", tags, false);
    let schema = schema.property("sort", sort, true).build().expect("the names differ");
    check_schema(
        &schema,
        &json!({
            "type": "object",
            "properties": {
                "limit": {"description": "At most this many.", "type": "integer", "minimum": 1, "maximum": 100, "default": 10},
                "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 3},
                "sort": {
                    "description": "The order.\n\"Name\": By its name, from A to Z.\n\"age\": The newest first.",
                    "type": "string",
                    "enum": ["Size", "Name", "age"],
                },
            },
            "required": ["sort"],
            "additionalProperties": false,
        }),
    );
    let empty = ObjectSchema::new().build().expect("nothing to refuse");
    check_schema(&empty, &json!({"type": "object", "properties": {}, "additionalProperties": false}));
    let twice =
        ObjectSchema::new().property("a", argument::<u8>(), true).property("a", argument::<u8>(), true);
    assert_eq!(twice.build(), Err(SchemaError::Duplicate { name: "a".into() }));
}

#[test]
fn definitions_of_one_name_are_told_apart() {
    mod other {
        #[derive(schemars::JsonSchema)]
        pub(super) struct Tree {
            leaf: Option<Box<Tree>>,
        }
    }
    let schema = ObjectSchema::new()
        .property("a", argument::<Vec<Tree>>(), true)
        .property("b", argument::<Vec<other::Tree>>(), true)
        .property("c", argument::<Vec<Tree>>(), true);
    let list = |name: &str| json!({"type": "array", "items": {"$ref": format!("#/$defs/{name}")}});
    check_schema(
        &schema.build().expect("the names differ"),
        &json!({
            "type": "object",
            "properties": {"a": list("Tree"), "b": list("Tree2"), "c": list("Tree")},
            "required": ["a", "b", "c"],
            "additionalProperties": false,
            "$defs": {
                "Tree": tree(),
                "Tree2": {
                    "type": "object",
                    "properties": {"leaf": {"$ref": "#/$defs/Tree2"}},
                    "additionalProperties": false,
                },
            },
        }),
    );
}

#[test]
fn keywords_are_for_values_of_their_type() {
    let misplaced = argument::<String>().with("minimum", 1.into()).expect_err("a string has no minimum");
    assert_eq!(misplaced.to_string(), "`minimum` says nothing about a string");
    let misplaced = argument::<bool>().length(Some(1), None).expect_err("a boolean has no length");
    assert_eq!(misplaced.to_string(), "`length` says nothing about a boolean");
    let invalid = argument::<u8>().with("minimum", "1".into()).expect_err("a bound is a number");
    assert_eq!(invalid.to_string(), "`minimum` at `` is not valid JSON Schema: it should be a number");
    let listed = argument::<String>().with("enum", json!(["a"])).expect("a string has values");
    check_schema(&listed.into_document(), &json!({"type": "string", "enum": ["a"]}));
}

#[test]
fn decoding_suffices_where_nothing_is_added() {
    for (portable, expected) in [
        (argument::<String>(), true),
        (argument::<Option<u32>>(), true),
        (argument::<Vec<u8>>(), true),
        (argument::<HashMap<String, Vec<f64>>>(), true),
        (argument::<(u8, String)>(), true),
        (argument::<Plain>(), true),
        (argument::<Documented>(), true),
        (argument::<Option<Documented>>(), true),
        (argument::<Value>(), true),
        (argument::<HashSet<u8>>(), false),
        (argument::<char>(), false),
        (argument::<Point>(), false),
        (argument::<Vec<Point>>(), false),
        (argument::<Untagged>(), false),
        (argument::<Tree>(), false),
        (argument::<u32>().describe("Still so."), true),
        (argument::<u32>().with("default", 1.into()).expect("annotates"), true),
        (argument::<u32>().with("minimum", 1.into()).expect("bounds"), false),
    ] {
        assert_eq!(portable.decoding_suffices(), expected, "{}", portable.clone().into_document().as_value());
    }
}

#[test]
fn generated_forms_that_types_of_other_crates_have() {
    for (generated, expected) in [
        (json!(true), json!({"description": "Any JSON value."})),
        (json!(false), json!({"not": {}})),
        (json!({"title": "T", "not": {}}), json!({"not": {}})),
        (json!({"const": null}), json!({"type": "null"})),
        (json!({"const": 1}), json!({"type": "integer", "enum": [1]})),
        (json!({"enum": ["a", null]}), json!({"type": "string", "enum": ["a"]})),
        (json!({"enum": ["a", 1]}), json!({"enum": ["a", 1]})),
        (json!({"type": ["string", "integer"]}), json!({"anyOf": [{"type": "string"}, {"type": "integer"}]})),
        (
            json!({"$ref": "#/definitions/A%20B", "definitions": {"A B": {"type": "string"}}}),
            json!({"type": "string"}),
        ),
        (json!({"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"type": "string"}}}), json!({"type": "string"})),
        (
            json!({"allOf": [{"$ref": "#/$defs/S"}], "minLength": 1, "$defs": {"S": {"type": "string"}}}),
            json!({"type": "string", "minLength": 1}),
        ),
        (json!({"type": "array"}), json!({"type": "array", "items": {"description": "Any JSON value."}})),
        (
            json!({"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "null"}}),
            json!({ "type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}}),
        ),
        (json!({"type": "string", "format": "date-time"}), json!({"type": "string", "format": "date-time"})),
    ] {
        let portable = Portable::argument(&generated).expect("the schema can be made portable");
        check_schema(&portable.into_document(), &expected);
    }
}

#[test]
fn what_has_no_portable_form_is_refused() {
    for (generated, expected) in [
        (
            json!({"type": "object", "properties": {"a": {"if": {}}}}),
            "`if` at `/properties/a` has no portable form: leave it out, or write this schema by hand",
        ),
        (
            json!({"not": {"type": "string"}}),
            "`not` at `` has no portable form: leave it out, or write this schema by hand",
        ),
        (
            json!({"type": "string", "minLength": -1}),
            "`minLength` at `` is not valid JSON Schema: it should be a count",
        ),
        (
            json!({"type": "text"}),
            "`type` at `` is not valid JSON Schema: it should be one of the seven types of JSON Schema",
        ),
        (json!({"anyOf": {}}), "`anyOf` at `` is not valid JSON Schema: it should be a list of schemas"),
        (
            json!({"items": 5, "type": "array"}),
            "`schema` at `/items` is not valid JSON Schema: it should be an object or a boolean",
        ),
        (
            json!({"$ref": "https://example.com/schema"}),
            "`$ref: https://example.com/schema` cannot be followed: only `#` and `#/$defs/…` lead anywhere",
        ),
        (
            json!({"$ref": "#/properties/a"}),
            "`$ref: #/properties/a` cannot be followed: only `#` and `#/$defs/…` lead anywhere",
        ),
        (
            json!({"$ref": "#/$defs/Missing"}),
            "`$ref: #/$defs/Missing` cannot be followed: only `#` and `#/$defs/…` lead anywhere",
        ),
    ] {
        assert_eq!(Portable::argument(&generated).expect_err("refused").to_string(), expected);
    }
}
