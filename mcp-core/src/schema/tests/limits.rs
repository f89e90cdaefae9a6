//! Schemas and values whose cost is out of proportion to their size.

use serde_json::{Map, Value, json};

use crate::schema::{CompiledSchema, PortableSchema, Schema, SchemaError};

fn error(generated: &Value) -> SchemaError {
    PortableSchema::for_argument(generated).expect_err("the schema is rejected")
}

fn nested(depth: usize, wrap: impl Fn(Value) -> Value) -> Value {
    (0..depth).fold(json!({"type": "string"}), |inner, _| wrap(inner))
}

#[test]
fn exponential_growth_of_types_is_bounded() {
    let definition = |index: usize| {
        let next = json!({"$ref": format!("#/$defs/D{}", index + 1)});
        json!({"type": "object", "properties": {"a": next, "b": next}})
    };
    let mut definitions: Map<String, Value> =
        (0..20).map(|index| (format!("D{index}"), definition(index))).collect();
    definitions.insert("D20".into(), json!({"type": "string"}));
    let generated = json!({"$ref": "#/$defs/D0", "$defs": definitions});
    assert_eq!(error(&generated), SchemaError::TooLarge { limit: 10_000 });
}

#[test]
fn depth_is_bounded() {
    let deep = |depth| nested(depth, |inner| json!({"type": "array", "items": inner}));
    assert!(PortableSchema::for_argument(&deep(60)).is_ok());
    assert_eq!(error(&deep(100)), SchemaError::TooDeep { limit: 64 });
    assert_eq!(
        error(&nested(100, |inner| json!({"anyOf": [inner, {"type": "null"}]}))),
        SchemaError::TooDeep { limit: 64 }
    );
    assert_eq!(error(&nested(100, |inner| json!({"allOf": [inner]}))), SchemaError::TooDeep { limit: 64 });
}

#[test]
fn chains_of_references_are_bounded() {
    let definition = |index: usize| (format!("D{index}"), json!({"$ref": format!("#/$defs/D{}", index + 1)}));
    let mut definitions: Map<String, Value> = (0..1000).map(definition).collect();
    definitions.insert("D1000".into(), json!({"type": "string"}));
    let generated = json!({"$ref": "#/$defs/D0", "$defs": definitions});
    assert_eq!(error(&generated), SchemaError::TooDeep { limit: 64 });
    let definitions: Map<String, Value> = (0..10_000).map(definition).collect();
    assert_eq!(error(&json!({"$defs": definitions})), SchemaError::TooLarge { limit: 10_000 });
}

#[test]
fn products_of_choices_are_bounded() {
    let choice = |index: usize| {
        let branch = |side: &str| json!({"type": "object", "properties": {format!("{side}{index}"): {"type": "string"}}});
        json!({"oneOf": [branch("a"), branch("b")]})
    };
    let generated = json!({"allOf": (0..40).map(choice).collect::<Vec<_>>()});
    assert_eq!(error(&generated), SchemaError::TooLarge { limit: 10_000 });
}

#[test]
fn enumerations_are_bounded() {
    let values: Vec<Value> = (0..10_001).map(Value::from).collect();
    assert_eq!(error(&json!({"enum": values})), SchemaError::TooLarge { limit: 10_000 });
}

#[test]
fn cycles_of_references_terminate() {
    for generated in [
        json!({"$ref": "#"}),
        json!({"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/A"}}}),
        json!({"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/B"}, "B": {"$ref": "#/$defs/A"}}}),
        json!({"$ref": "#/$defs/A", "$defs": {"A": {"anyOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/A"}]}}}),
        json!({"$ref": "#/$defs/A", "$defs": {"A": {"allOf": [{"$ref": "#/$defs/A"}, {"type": "string"}]}}}),
        json!({"$ref": "#/$defs/A", "$defs": {"A": {"type": "object", "$ref": "#/$defs/A"}}}),
    ] {
        let Ok(portable) = PortableSchema::for_argument(&generated) else { continue };
        let shape = CompiledSchema::new(&portable.into_document()).expect("the schema is portable");
        for strict in [true, false] {
            assert!(shape.coerce(json!({"a": "1"}), strict).is_err(), "{generated}");
        }
    }
}

#[test]
fn patterns_are_linear_and_small() {
    let shape = |pattern: &str| {
        CompiledSchema::new(&Schema::from_value(json!({"type": "string", "pattern": pattern})))
    };
    let catastrophic = shape("(a+)+$").expect("a regular expression");
    assert!(catastrophic.coerce(format!("{}b", "a".repeat(100 << 10)).into(), true).is_err());
    for (pattern, reason) in [
        ("(?=a)b", "look-around"),
        (r"(a)\1", "backreferences"),
        ("(", "without closing"),
        ("((a{1000}){1000}){1000}", "size limit"),
        (r"\p{L}", "Unicode"),
    ] {
        let error = shape(pattern).expect_err("the pattern is rejected").to_string();
        assert!(error.contains(reason), "{pattern}: {error}");
    }
}

#[test]
fn deep_values_are_rejected() {
    let list = json!({
        "$ref": "#/$defs/List",
        "$defs": {"List": {"type": "array", "items": {"$ref": "#/$defs/List"}}},
    });
    let shape = CompiledSchema::new(&Schema::from_value(list)).expect("the schema is portable");
    let value = |depth: usize| (0..depth).fold(json!([]), |inner, _| json!([inner]));
    assert!(shape.coerce(value(120), false).is_ok());
    let problem = &shape.coerce(value(1000), false).expect_err("too deep")[0];
    assert_eq!(problem.found(), "one nested too deeply");
}

#[test]
fn deep_values_in_sets_are_rejected() {
    let set = json!({"type": "array", "items": {}, "uniqueItems": true});
    let shape = CompiledSchema::new(&Schema::from_value(set)).expect("the schema is portable");
    let value = (0..1000).fold(json!([]), |inner, _| json!([inner]));
    assert!(shape.coerce(value, false).is_err());
}

/// Branches that differ only below the next level, at every level. Without a budget the time would grow exponentially.
#[test]
fn nested_choices_are_bounded() {
    let branch = |last: &str| {
        json!({
            "type": "object",
            "properties": {"next": {"$ref": "#/$defs/T"}, last: {"type": "integer"}},
            "required": [last],
        })
    };
    let schema =
        json!({"$ref": "#/$defs/T", "$defs": {"T": {"anyOf": [branch("a"), branch("b"), branch("c")]}}});
    let shape = CompiledSchema::new(&Schema::from_value(schema)).expect("the schema is portable");
    let value = (0..100).fold(json!({"x": 1}), |inner, _| json!({"next": inner, "a": "x", "b": "x", "c": 1}));
    for strict in [true, false] {
        assert!(shape.coerce(value.clone(), strict).is_err());
    }
}

#[test]
fn large_valid_values_are_within_the_budget() {
    let items = json!({"anyOf": [{"type": "integer"}, {"type": "string", "maxLength": 3}, {"type": "null"}]});
    let shape = CompiledSchema::new(&Schema::from_value(json!({"type": "array", "items": items})))
        .expect("the schema is portable");
    let value: Value = (0..100_000).map(Value::from).collect();
    assert_eq!(shape.coerce(value.to_string().into(), false), Ok(value));
}

#[test]
fn nested_json_in_strings_is_within_the_budget() {
    let list = json!({
        "$ref": "#/$defs/List",
        "$defs": {"List": {"type": "array", "items": {"$ref": "#/$defs/List"}}},
    });
    let shape = CompiledSchema::new(&Schema::from_value(list)).expect("the schema is portable");
    let text = (0..15).fold("[]".to_owned(), |inner, _| json!([inner]).to_string());
    assert!(shape.coerce(text.into(), false).is_ok());
}

#[test]
fn long_names_are_not_compared() {
    let schema = json!({"type": "object", "properties": {"a": {}}, "additionalProperties": false});
    let shape = CompiledSchema::new(&Schema::from_value(schema)).expect("the schema is portable");
    let problem = &shape.coerce(json!({"a".repeat(1 << 20): 1}), false).expect_err("unknown")[0];
    assert!(problem.to_string().len() < 200, "{problem}");
}
