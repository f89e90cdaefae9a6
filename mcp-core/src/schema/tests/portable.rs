//! Conversion of schemas, and the schemas that cannot be converted.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::types::{
    Documented, Empty, FlattenedEnum, Internal, Plain, Point, Tree, Untagged, any, argument, check_schema,
    point, tree,
};
use crate::schema::{ObjectSchemaBuilder, PortableSchema, SchemaError};

#[test]
fn references_are_resolved_everywhere() {
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
        check_schema(&PortableSchema::for_argument(&generated).expect("portable").into_document(), &root);
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
    check_schema(&PortableSchema::for_argument(&generated).expect("portable").into_document(), &root);
}

#[test]
fn arguments_are_combined_into_one_object() {
    let limit = argument::<u32>().with_description("At most this many.");
    let limit =
        limit.with_keyword("minimum", 1.into()).and_then(|limit| limit.with_keyword("maximum", 100.into()));
    let limit =
        limit.and_then(|limit| limit.with_keyword("default", 10.into())).expect("a number has bounds");
    let tags = argument::<Option<Vec<String>>>().with_length(None, Some(3)).expect("an array has a length");
    let sort = argument::<Documented>().with_description("The order.");
    let schema = ObjectSchemaBuilder::new().property("limit", limit, false).property("tags", tags, false);
    let schema = schema.property("sort", sort, true).build().expect("the names differ");
    check_schema(
        &schema,
        &json!({
            "type": "object",
            "properties": {
                "limit": {"description": "At most this many.", "type": "integer", "minimum": 1, "maximum": 100, "default": 10},
                "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 3},
                "sort": {
                    "description": "The order.\nThe sort order.\n\"Name\": By its name, from A to Z.\n\"age\": The newest first.",
                    "type": "string",
                    "enum": ["Size", "Name", "age"],
                },
            },
            "required": ["sort"],
            "additionalProperties": false,
        }),
    );
    let empty = ObjectSchemaBuilder::new().build().expect("nothing to reject");
    check_schema(&empty, &json!({"type": "object", "properties": {}, "additionalProperties": false}));
    let twice = ObjectSchemaBuilder::new().property("a", argument::<u8>(), true).property(
        "a",
        argument::<u8>(),
        true,
    );
    assert_eq!(twice.build(), Err(SchemaError::DuplicateProperty { name: "a".into() }));
}

#[test]
fn decoding_suffices_without_additional_assertions() {
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
        (argument::<u32>().with_description("A number."), true),
        (argument::<u32>().with_keyword("default", 1.into()).expect("annotates"), true),
        (argument::<u32>().with_keyword("minimum", 1.into()).expect("bounds"), false),
    ] {
        assert_eq!(
            portable.is_checked_by_decoding(),
            expected,
            "{}",
            portable.clone().into_document().as_value()
        );
    }
}

#[test]
fn definitions_with_the_same_name_are_renamed() {
    #[expect(dead_code, reason = "only the schema of the type is used")]
    mod other {
        #[derive(schemars::JsonSchema)]
        #[schemars(rename = "Tree")]
        pub(super) struct OtherTree {
            leaf: Option<Box<OtherTree>>,
        }
    }
    let schema = ObjectSchemaBuilder::new()
        .property("a", argument::<Vec<Tree>>(), true)
        .property("b", argument::<Vec<other::OtherTree>>(), true)
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
fn schemas_of_types_of_other_crates_are_converted() {
    for (generated, expected) in [
        (json!(true), any()),
        (json!(false), json!({"not": {}})),
        (json!({"title": "T", "not": {}}), json!({"not": {}})),
        (json!({"const": null}), json!({"type": "null"})),
        (json!({"const": 1}), json!({"type": "integer", "enum": [1]})),
        (json!({"enum": ["a", null]}), json!({"type": "string", "enum": ["a"]})),
        (json!({"enum": ["a", 1]}), json!({"enum": ["a", 1]})),
        (json!({"type": ["string", "integer"]}), json!({"anyOf": [{"type": "string"}, {"type": "integer"}]})),
        (
            json!({"description": "Any JSON value, even null."}),
            json!({"description": "Any JSON value, even null.", "anyOf": any()["anyOf"]}),
        ),
        (
            json!({"description": "The key."}),
            json!({"description": "The key.\nAny JSON value.", "anyOf": any()["anyOf"]}),
        ),
        (
            json!({"$ref": "#/definitions/A%20B", "definitions": {"A B": {"type": "string"}}}),
            json!({"type": "string"}),
        ),
        (json!({"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"type": "string"}}}), json!({"type": "string"})),
        (
            json!({"allOf": [{"$ref": "#/$defs/S"}], "minLength": 1, "$defs": {"S": {"type": "string"}}}),
            json!({"type": "string", "minLength": 1}),
        ),
        (json!({"type": "array"}), json!({"type": "array", "items": any()})),
        (
            json!({"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "null"}}),
            json!({ "type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}}),
        ),
        (
            json!({"type": ["string", "null"], "format": "partial-time", "description": "The start."}),
            json!({"description": "The start.\nA time such as 12:30:00.", "type": "string"}),
        ),
        (
            json!({"type": "string", "format": "isbn"}),
            json!({"description": "Format: isbn.", "type": "string"}),
        ),
        (json!({"type": "number", "format": "double"}), json!({"type": "number"})),
        (
            json!({"description": "The order.", "$ref": "#/$defs/O", "$defs": {"O": {"type": "string", "description": "The order. A to Z."}}}),
            json!({"description": "The order. A to Z.", "type": "string"}),
        ),
        (
            json!({"description": "The sort order, or none.", "$ref": "#/$defs/O", "$defs": {"O": {"type": "string", "description": "The sort order."}}}),
            json!({"description": "The sort order, or none.", "type": "string"}),
        ),
        (json!({"type": "string", "format": "date-time"}), json!({"type": "string", "format": "date-time"})),
    ] {
        let portable = PortableSchema::for_argument(&generated).expect("the schema can be made portable");
        check_schema(&portable.into_document(), &expected);
    }
}

#[test]
fn keywords_must_apply_to_the_type() {
    let misplaced =
        argument::<String>().with_keyword("minimum", 1.into()).expect_err("a string has no minimum");
    assert_eq!(misplaced.to_string(), "`minimum` does not apply to a string");
    let misplaced = argument::<bool>().with_length(Some(1), None).expect_err("a boolean has no length");
    assert_eq!(misplaced.to_string(), "`length` does not apply to a boolean");
    let invalid = argument::<u8>().with_keyword("minimum", "1".into()).expect_err("a bound is a number");
    assert_eq!(invalid.to_string(), "invalid JSON Schema: `minimum` must be a number");
    let enumerated = argument::<String>().with_keyword("enum", json!(["a"])).expect("a string has values");
    check_schema(&enumerated.into_document(), &json!({"type": "string", "enum": ["a"]}));
}

#[test]
fn a_struct_has_properties() {
    let properties = argument::<Point>().into_properties().expect("a struct");
    let found: Vec<_> = properties.named.iter().map(|each| (each.name.as_str(), each.required)).collect();
    assert_eq!(found, [("x", true), ("y", false)]);
    assert!(properties.rest.is_none());

    let tree = argument::<Tree>().into_properties().expect("a struct");
    let beside = tree.named.into_iter().fold(ObjectSchemaBuilder::new(), |object, each| {
        object.property(each.name, each.schema, each.required)
    });
    let beside = beside.build().expect("names differ");
    assert_eq!(beside.as_value()["$defs"], json!({"Tree": super::types::tree()}));

    assert!(argument::<Empty>().into_properties().expect("a struct").named.is_empty());
    for (portable, type_name) in [
        (argument::<String>(), "a string"),
        (argument::<HashMap<String, u8>>(), "a map"),
        (argument::<Option<Point>>(), "an optional object"),
        (argument::<Internal>(), "a choice of several types"),
        (argument::<FlattenedEnum>(), "a choice of several types"),
    ] {
        let error = portable.into_properties().expect_err(type_name);
        assert_eq!(error, SchemaError::NotAStruct { type_name });
    }
    let bounded = json!({"type": "object", "properties": {"a": {}}, "minProperties": 1});
    let bounded = PortableSchema::for_argument(&bounded).expect("portable").into_properties();
    assert!(matches!(bounded, Err(SchemaError::UnsupportedKeyword { .. })));
}

#[test]
fn members_beside_the_properties_of_a_struct_have_a_schema() {
    let open = json!({
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "additionalProperties": {"type": "integer", "format": "uint8", "minimum": 0, "maximum": 255},
    });
    let properties =
        PortableSchema::for_argument(&open).expect("portable").into_properties().expect("a struct");
    let rest = properties.rest.expect("there are other members");
    let object = ObjectSchemaBuilder::new().rest(rest).build().expect("names differ");
    assert_eq!(
        object.as_value()["additionalProperties"],
        json!({"type": "integer", "minimum": 0, "maximum": 255})
    );
    let any = ObjectSchemaBuilder::new().rest(argument::<Value>()).build().expect("names differ");
    assert_eq!(any.as_value()["additionalProperties"], true);
}

#[test]
fn one_type_can_hold_all_arguments() {
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
            "description": "Together: kind \"Circle\", r: A circle.\nTogether: kind \"At\", x, y: A point.\nTogether: kind \"Nothing\"",
            "type": "object",
            "properties": {
                "kind": {"type": "string", "enum": ["Circle", "At", "Nothing"]},
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
        "arguments must be an object, but this type is a string: use it as one of several arguments, or as a field of a struct"
    );
}

#[test]
fn unsupported_schemas_are_rejected() {
    for (generated, expected) in [
        (
            json!({"type": "object", "properties": {"a": {"if": {}}}}),
            "the portable subset of JSON Schema does not support `if` at `/properties/a`: remove it, or write this schema by hand",
        ),
        (
            json!({"not": {"type": "string"}}),
            "the portable subset of JSON Schema does not support `not`: remove it, or write this schema by hand",
        ),
        (
            json!({"type": "string", "minLength": -1}),
            "invalid JSON Schema: `minLength` must be a non-negative integer",
        ),
        (
            json!({"type": "text"}),
            "invalid JSON Schema: `type` must be one of the seven types of JSON Schema",
        ),
        (json!({"anyOf": {}}), "invalid JSON Schema: `anyOf` must be a list of schemas"),
        (
            json!({"items": 5, "type": "array"}),
            "invalid JSON Schema: `schema` at `/items` must be an object or a boolean",
        ),
        (
            json!({"$ref": "https://example.com/schema"}),
            "`$ref: https://example.com/schema` cannot be resolved: it must be `#` or the name of a definition, `#/$defs/…`",
        ),
        (
            json!({"$ref": "#/properties/a"}),
            "`$ref: #/properties/a` cannot be resolved: it must be `#` or the name of a definition, `#/$defs/…`",
        ),
        (
            json!({"$ref": "#/$defs/Missing"}),
            "`$ref: #/$defs/Missing` cannot be resolved: it must be `#` or the name of a definition, `#/$defs/…`",
        ),
    ] {
        assert_eq!(
            PortableSchema::for_argument(&generated).expect_err("the schema is rejected").to_string(),
            expected
        );
    }
}
