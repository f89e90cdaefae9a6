//! Schemas that no Rust type has: from documents of OpenAPI, from GraphQL, from other servers.

use serde_json::{Value, json};

use super::oracle::assert_in_subset;
use super::types::any;
use crate::schema::{CompiledSchema, PortableSchema, Schema};

/// Returns the schema of arguments, or the reason that there is none.
fn arguments(schema: &Value) -> Result<Value, String> {
    let schema = PortableSchema::from_json_schema(schema).and_then(PortableSchema::into_arguments);
    schema.map(Schema::into_value).map_err(|error| error.to_string())
}

/// Returns the schema of an argument.
fn property(schema: &Value) -> Value {
    let object = json!({ "type": "object", "properties": { "a": schema } });
    let converted = arguments(&object).unwrap_or_else(|error| panic!("{schema}: {error}"));
    assert_in_subset(&converted);
    converted["properties"]["a"].clone()
}

#[test]
fn older_forms_are_converted() {
    let text = json!({ "type": "string" });
    let or_null = |schema: Value| json!({ "anyOf": [schema, { "type": "null" }] });
    for (schema, expected) in [
        (json!({ "type": "string", "nullable": true }), or_null(text.clone())),
        (json!({ "type": "string", "nullable": false }), text.clone()),
        (json!({ "type": ["string", "null"] }), or_null(text.clone())),
        (
            json!({ "enum": ["a", "b"], "nullable": true }),
            or_null(json!({ "type": "string", "enum": ["a", "b"] })),
        ),
        (json!({ "allOf": [{ "type": "string" }], "nullable": true }), or_null(text.clone())),
        (
            json!({ "type": "integer", "minimum": 0, "exclusiveMinimum": true, "maximum": 9, "exclusiveMaximum": false }),
            json!({ "type": "integer", "maximum": 9, "exclusiveMinimum": 0 }),
        ),
        (
            json!({ "type": "integer", "format": "int32" }),
            json!({ "type": "integer", "minimum": i32::MIN, "maximum": i32::MAX }),
        ),
        (
            json!({ "type": "array", "items": [{ "type": "string" }], "additionalItems": false }),
            json!({ "type": "array", "items": { "type": "string" }, "maxItems": 1 }),
        ),
        (json!(true), any()),
        (json!(false), json!({ "not": {} })),
        (
            json!({ "type": "object", "additionalProperties": { "type": "string", "nullable": true } }),
            json!({ "type": "object", "additionalProperties": or_null(text.clone()) }),
        ),
        (
            json!({ "type": "object", "additionalProperties": true }),
            json!({ "type": "object", "additionalProperties": true }),
        ),
        (
            json!({ "type": "object", "properties": { "b": { "type": "string" } } }),
            json!({ "type": "object", "properties": { "b": { "type": "string" } } }),
        ),
        (
            json!({ "oneOf": [{ "type": "string" }, { "type": "integer" }] }),
            json!({ "anyOf": [{ "type": "string" }, { "type": "integer" }] }),
        ),
    ] {
        assert_eq!(property(&schema), expected, "{schema}");
    }
}

#[test]
fn definitions_of_every_draft_are_found() {
    let pet = json!({ "type": "string", "enum": ["cat", "dog"] });
    for (reference, definitions) in [
        ("#/$defs/Pet", json!({ "$defs": { "Pet": pet } })),
        ("#/definitions/Pet", json!({ "definitions": { "Pet": pet } })),
        ("#/components/schemas/Pet", json!({ "components": { "schemas": { "Pet": pet } } })),
    ] {
        let mut schema = json!({ "type": "object", "properties": { "pet": { "$ref": reference } } });
        for (keyword, value) in definitions.as_object().expect("an object") {
            schema[keyword] = value.clone();
        }
        let expected = json!({ "type": "object", "properties": { "pet": pet } });
        assert_eq!(arguments(&schema), Ok(expected), "{reference}");
    }
    let node = json!({ "type": "object", "properties": { "next": { "$ref": "#/components/schemas/Node", "nullable": true } } });
    let list = json!({ "$ref": "#/components/schemas/Node", "components": { "schemas": { "Node": node } } });
    let converted = arguments(&list).expect("a recursive type");
    assert_in_subset(&converted);
    assert_eq!(converted["properties"]["next"]["anyOf"][0]["anyOf"][0]["$ref"], "#/$defs/Node");
    assert!(converted["$defs"]["Node"].is_object() && converted.get("components").is_none());
}

#[test]
fn the_root_describes_an_object_or_is_refused() {
    let empty = json!({ "type": "object", "properties": {} });
    let id = json!({ "type": "object", "properties": { "id": { "type": "integer" } } });
    for (schema, expected) in [
        (json!({}), empty.clone()),
        (json!(true), empty.clone()),
        (json!({ "type": "object" }), empty),
        (json!({ "properties": { "id": { "type": "integer" } } }), id.clone()),
        (json!({ "type": ["object", "null"], "properties": { "id": { "type": "integer" } } }), id),
    ] {
        assert_eq!(arguments(&schema), Ok(expected), "{schema}");
    }
    let either = json!({ "oneOf": [
        { "type": "object", "properties": { "id": { "type": "integer" } }, "required": ["id"] },
        { "type": "object", "properties": { "name": { "type": "string" } }, "required": ["name"] },
    ] });
    let merged = arguments(&either).expect("a choice of objects");
    assert_eq!(merged["properties"], json!({ "id": { "type": "integer" }, "name": { "type": "string" } }));
    let must = "the schema of the arguments must describe an object, but it describes ";
    let unsupported = "the portable subset of JSON Schema does not support ";
    for (schema, reason) in [
        (json!({ "type": "string" }), format!("{must}a string")),
        (json!({ "type": "array", "items": {} }), format!("{must}an array")),
        (json!(false), format!("{must}no value")),
        (json!({ "anyOf": [{ "type": "object" }, { "type": "string" }] }), format!("{must}a string")),
        (json!("object"), "`schema` must be an object or a boolean".to_owned()),
        (json!({ "type": "object", "patternProperties": {} }), format!("{unsupported}`patternProperties`")),
        (
            json!({ "type": "object", "properties": { "a": { "if": {} } } }),
            format!("{unsupported}`if` at `/properties/a`"),
        ),
        (json!({ "$ref": "pets.json#/Pet" }), "it must be `#` or the name of a definition".to_owned()),
        (
            json!({ "type": "object", "properties": { "a": { "type": "file" } } }),
            "`type` at `/properties/a` must be".to_owned(),
        ),
    ] {
        let error = arguments(&schema).expect_err("the schema is refused");
        assert!(error.contains(&reason), "{schema}: {error}");
    }
}

/// Coerces with the part of a schema that can be compiled.
fn coerce(schema: &Value, value: Value) -> Result<Value, Vec<String>> {
    let coerced = CompiledSchema::superset_of(schema).expect("small enough").coerce(value, false);
    coerced.map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

#[test]
fn a_part_of_any_schema_coerces() {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": { "tag": { "$anchor": "tag", "type": "string" } },
        "properties": {
            "count": { "type": "integer", "minimum": 1, "not": { "const": 13 } },
            "tags": { "type": "array", "items": { "$ref": "#/$defs/tag" }, "contains": { "const": "a" } },
            "note": { "type": ["string", "null"] },
            "title": { "type": "string", "pattern": "^(?!x)" },
            "other": { "$ref": "#tag" },
            "loose": { "minLength": 3 },
        },
        "patternProperties": { "^x-": { "type": "integer" } },
        "additionalProperties": false,
        "if": { "required": ["count"] },
        "then": { "required": ["tags"] },
        "unevaluatedProperties": false,
    });
    for (value, expected) in [
        (json!({ "count": "5", "tags": "[1, \"b\"]" }), Ok(json!({ "count": 5, "tags": ["1", "b"] }))),
        (json!({ "count": null, "note": null, "title": null }), Ok(json!({ "note": null }))),
        (
            json!({ "title": 5, "other": 5, "loose": 5, "x-a": "5" }),
            Ok(json!({ "title": "5", "other": 5, "loose": 5, "x-a": "5" })),
        ),
        (
            json!({ "count": 0, "tags": 7 }),
            Err(vec![
                "count: expected an integer of at least 1, got 0".to_owned(),
                "tags: expected an array of strings, got 7".to_owned(),
            ]),
        ),
    ] {
        assert_eq!(coerce(&schema, value.clone()), expected, "{value}");
    }
    let nested = json!({ "properties": { "a": { "$id": "https://example.com/a", "$ref": "#/$defs/b" } } });
    assert!(CompiledSchema::superset_of(&nested).is_err());
}

#[test]
fn what_a_schema_accepts_stays() {
    for (schema, value) in [
        (json!({ "minLength": 3 }), json!(5)),
        (json!({ "properties": { "a": { "type": "string" } } }), json!([1])),
        (json!({ "enum": ["a", 1], "minLength": 1 }), json!(1)),
        (json!({ "const": 1, "enum": [1, 2] }), json!(1)),
        (json!({ "allOf": [{ "type": "string" }, { "minimum": 3 }] }), json!("a")),
        (json!({ "type": "array", "prefixItems": [{ "type": "string" }] }), json!(["a", 5])),
        (
            json!({ "allOf": [{ "properties": { "b": {} } }], "type": "object", "unevaluatedProperties": false }),
            json!({ "b": 5 }),
        ),
        (
            json!({ "type": "object", "patternProperties": { "^b": {} }, "additionalProperties": { "type": "string" } }),
            json!({ "b": 5 }),
        ),
        (json!({ "$ref": "#/properties/a", "properties": { "a": { "type": "integer" } } }), json!("text")),
    ] {
        assert_eq!(coerce(&schema, value.clone()), Ok(value), "{schema}");
    }
}
