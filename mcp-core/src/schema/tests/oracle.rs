//! Property tests that compare coercion and conversion with the `jsonschema` crate.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

use crate::schema::{CompiledSchema, PortableSchema, Schema, SchemaError, number};

const NAMES: [&str; 4] = ["a", "b", "c", "d"];
const WORDS: [&str; 9] = ["", "a", "A", "ab", "abc", "12", "ä€😀", "true", "[1]"];
const PATTERNS: [&str; 5] = ["^a", "[0-9]$", "^[a-z]+$", r"\d", "^(a|b)*$"];

/// Number of cases of each property test: a few seconds for each run.
pub(super) const CASES: u32 = 500;

pub(super) fn accepts(schema: &Value, value: &Value) -> bool {
    jsonschema::draft202012::new(schema).expect("the schema is valid").is_valid(value)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn strict_coercion_agrees_with_the_oracle((schema, value) in schema_and_value()) {
        let shape = CompiledSchema::new(&Schema::from_value(schema.clone())).expect("the schema is portable");
        let coerced = shape.coerce(value.clone(), true);
        prop_assert_eq!(coerced.is_ok(), accepts(&schema, &value), "{:?}", coerced);
        if let Ok(coerced) = coerced {
            prop_assert!(number::values_equal(&coerced, &value));
        }
    }

    #[test]
    fn lenient_coercion_returns_valid_values((schema, value) in schema_and_value()) {
        let shape = CompiledSchema::new(&Schema::from_value(schema.clone())).expect("the schema is portable");
        match shape.coerce(value.clone(), false) {
            Ok(coerced) => {
                prop_assert!(accepts(&schema, &coerced), "{}", coerced);
                if accepts(&schema, &value) {
                    prop_assert!(number::values_equal(&coerced, &value), "{} became {}", value, coerced);
                }
            }
            Err(problems) => {
                prop_assert!(!problems.is_empty() && problems.len() <= 20);
                prop_assert!(!accepts(&schema, &value));
            }
        }
    }

    #[test]
    fn a_superset_keeps_what_the_schema_accepts((schema, value) in generated_and_value(), extra in select(extras())) {
        let schema = merged(schema, extra);
        let superset = CompiledSchema::superset_of(&schema).expect("small enough");
        if accepts(&schema, &value) {
            for strict in [true, false] {
                let coerced = superset.coerce(value.clone(), strict);
                let is_same = coerced.as_ref().is_ok_and(|coerced| number::values_equal(coerced, &value));
                prop_assert!(is_same, "{} became {:?}", value, coerced);
            }
        }
    }

    #[test]
    fn converted_schemas_agree_with_the_generated_ones((generated, value) in generated_and_value()) {
        let portable = match PortableSchema::for_result(&generated) {
            Ok(portable) => portable.into_document(),
            // schemars does not generate two patterns for one string, but this test does.
            Err(SchemaError::UnsupportedKeyword { .. }) => return Ok(()),
            Err(error) => panic!("{error}"),
        };
        assert_in_subset(portable.as_value());
        let expected = accepts(&generated, &value);
        prop_assert_eq!(accepts(portable.as_value(), &value), expected, "{}", portable.as_value());

        let again = PortableSchema::for_result(portable.as_value()).expect("a portable schema can be converted again").into_document();
        prop_assert_eq!(accepts(again.as_value(), &value), expected, "{}", again.as_value());
    }
}

/// A portable schema and a value that often matches it.
pub(super) fn schema_and_value() -> impl Strategy<Value = (Value, Value)> {
    (portable_schema(true), portable_schema(true), any::<bool>()).prop_flat_map(
        |(root, definition, recursive)| {
            // Only the definition itself refers to the definition, as in converted schemas.
            let definition = json!({
                "type": "object",
                "properties": {"a": definition, "b": {"$ref": "#/$defs/T"}},
                "additionalProperties": false,
            });
            let root = if recursive { root } else { without_references(root) };
            let value = value_for(&root, &definition, 4);
            (Just(with_definition(root, &definition)), value)
        },
    )
}

fn with_definition(mut root: Value, definition: &Value) -> Value {
    if let Value::Object(root) = &mut root {
        root.insert("$defs".into(), json!({"T": definition}));
    }
    root
}

fn without_references(schema: Value) -> Value {
    match schema {
        Value::Object(schema) if schema.contains_key("$ref") => json!({}),
        Value::Object(schema) => {
            schema.into_iter().map(|(name, value)| (name, without_references(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(without_references).collect(),
        scalar => scalar,
    }
}

fn portable_schema(references: bool) -> BoxedStrategy<Value> {
    let reference = if references { json!({"$ref": "#/$defs/T"}) } else { json!({"type": "string"}) };
    let leaf = prop_oneof![
        4 => scalar_schema(),
        1 => Just(reference),
        1 => Just(json!({})),
        1 => select(vec![json!({"not": {}}), json!({"enum": [1, "a", null, [1], {"a": 2}]})]),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            3 => object_schema(inner.clone(), true),
            2 => array_schema(inner.clone()),
            2 => vec(inner, 1..4).prop_map(|branches| json!({"anyOf": branches})),
        ]
    })
    .boxed()
}

fn scalar_schema() -> BoxedStrategy<Value> {
    let number = (select(vec!["integer", "number"]), number_bounds())
        .prop_map(|(kind, bounds)| merged(json!({"type": kind}), bounds));
    let string = string_bounds().prop_map(|bounds| merged(json!({"type": "string"}), bounds));
    let listed = subsequence(WORDS.to_vec(), 1..4).prop_map(|words| json!({"type": "string", "enum": words}));
    prop_oneof![
        3 => number,
        3 => string,
        2 => listed,
        1 => Just(json!({"type": "boolean"})),
        1 => Just(json!({"type": "boolean", "enum": [true]})),
        1 => Just(json!({"type": "null"})),
        1 => Just(json!({"type": "integer", "enum": [1, 2, 3]})),
    ]
    .boxed()
}

fn number_bounds() -> impl Strategy<Value = Value> {
    let bound = prop_oneof![
        (-5_i64..20).prop_map(Value::from),
        (-20_i64..20).prop_map(|half| json!(half as f64 / 2.0))
    ];
    let keyword = select(vec!["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]);
    let multiple = select(vec![
        json!({}),
        json!({}),
        json!({"multipleOf": 2}),
        json!({"multipleOf": 0.5}),
        json!({"multipleOf": 0.1}),
    ]);
    (vec((keyword, bound), 0..3), multiple).prop_map(|(bounds, multiple)| {
        let bounds: Map<String, Value> =
            bounds.into_iter().map(|(keyword, bound)| (keyword.to_owned(), bound)).collect();
        merged(bounds.into(), multiple)
    })
}

fn string_bounds() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({})),
        (0_u64..3).prop_map(|min| json!({"minLength": min})),
        (0_u64..4).prop_map(|max| json!({"maxLength": max})),
        select(PATTERNS.to_vec()).prop_map(|pattern| json!({"pattern": pattern})),
    ]
}

fn array_schema(items: BoxedStrategy<Value>) -> impl Strategy<Value = Value> {
    let bounds =
        select(vec![json!({}), json!({"minItems": 1}), json!({"maxItems": 2}), json!({"uniqueItems": true})]);
    (items, bounds).prop_map(|(items, bounds)| merged(json!({"type": "array", "items": items}), bounds))
}

fn object_schema(member: BoxedStrategy<Value>, bounded: bool) -> impl Strategy<Value = Value> {
    let names = subsequence(NAMES.to_vec(), 0..4);
    let additional = prop_oneof![Just(None), Just(Some(json!(false))), member.clone().prop_map(Some)];
    let bounds = select(vec![json!({}), json!({}), json!({"minProperties": 1}), json!({"maxProperties": 2})]);
    (names, vec((member, any::<bool>()), 4), additional, bounds).prop_map(
        move |(names, members, additional, bounds)| {
            let members: Vec<_> = names.into_iter().zip(members).collect();
            let required: Vec<&str> =
                members.iter().filter(|(_, (_, required))| *required).map(|(name, _)| *name).collect();
            let properties: Map<String, Value> =
                members.iter().map(|(name, (schema, _))| ((*name).to_owned(), schema.clone())).collect();
            let mut schema = json!({"type": "object", "properties": properties, "required": required});
            if let (Some(additional), true) = (additional, bounded) {
                schema["additionalProperties"] = additional;
            }
            if bounded { merged(schema, bounds) } else { schema }
        },
    )
}

fn merged(mut left: Value, right: Value) -> Value {
    if let (Value::Object(left), Value::Object(right)) = (&mut left, right) {
        left.extend(right);
    }
    left
}

/// A value that matches the schema, is close to a match, or is arbitrary.
fn value_for(schema: &Value, definition: &Value, depth: usize) -> BoxedStrategy<Value> {
    let near = near_value(schema, definition, depth);
    prop_oneof![
        8 => near.clone(),
        2 => near.clone().prop_map(stringified),
        1 => near.prop_map(|value| Value::String(value.to_string())),
        1 => any_value(),
        1 => Just(Value::Null),
    ]
    .boxed()
}

/// The value with its numbers and booleans as strings, as models sometimes write them.
fn stringified(value: Value) -> Value {
    match value {
        Value::Number(_) | Value::Bool(_) => Value::String(value.to_string()),
        Value::Array(items) => items.into_iter().map(stringified).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name, stringified(value))).collect()
        }
        scalar => scalar,
    }
}

fn near_value(schema: &Value, definition: &Value, depth: usize) -> BoxedStrategy<Value> {
    if depth == 0 {
        return any_value();
    }
    if schema.get("$ref").is_some() {
        return value_for(definition, definition, depth - 1);
    }
    if let Some(values) = schema["enum"].as_array() {
        return select(values.clone()).boxed();
    }
    if let Some(branches) = schema["anyOf"].as_array() {
        let branches: Vec<_> = branches.iter().map(|branch| value_for(branch, definition, depth)).collect();
        return proptest::strategy::Union::new(branches).boxed();
    }
    match schema["type"].as_str() {
        Some("object") => object_value(schema, definition, depth),
        Some("array") => {
            vec(value_for(&schema["items"], definition, depth - 1), 0..4).prop_map(Value::from).boxed()
        }
        Some("integer" | "number") => prop_oneof![
            (-6_i64..22).prop_map(Value::from),
            (-12_i64..44).prop_map(|half| json!(half as f64 / 2.0)),
            (-60_i64..220).prop_map(|tenth| json!(tenth as f64 / 10.0)),
        ]
        .boxed(),
        Some("string") => select(WORDS.to_vec()).prop_map(Value::from).boxed(),
        Some("boolean") => any::<bool>().prop_map(Value::from).boxed(),
        _ => any_value(),
    }
}

fn object_value(schema: &Value, definition: &Value, depth: usize) -> BoxedStrategy<Value> {
    let member = |name: &str| {
        let schema =
            schema["properties"].get(name).or(schema.get("additionalProperties")).unwrap_or(&Value::Null);
        let is_required = schema["required"].as_array().is_some_and(|names| names.contains(&name.into()));
        let weight = if is_required { 0.9 } else { 0.4 };
        proptest::option::weighted(weight, value_for(schema, definition, depth - 1))
    };
    let members = (member("a"), member("b"), member("c"), member("d"));
    members
        .prop_map(|(a, b, c, d)| {
            let members = NAMES.into_iter().zip([a, b, c, d]);
            members
                .filter_map(|(name, value)| Some((name.to_owned(), value?)))
                .collect::<Map<String, Value>>()
                .into()
        })
        .boxed()
}

fn any_value() -> BoxedStrategy<Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3_i64..10).prop_map(Value::from),
        Just(json!(2.0)),
        Just(json!(1e30)),
        select(WORDS.to_vec()).prop_map(Value::from),
    ];
    scalar
        .prop_recursive(2, 8, 3, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..3).prop_map(Value::from),
                (select(NAMES.to_vec()), inner).prop_map(|(name, value)| json!({name: value})),
            ]
        })
        .boxed()
}

/// A schema as `schemars` may generate it, with keywords that the portable subset expresses exactly, and a value.
fn generated_and_value() -> impl Strategy<Value = (Value, Value)> {
    (generated_schema(), object_schema(generated_schema(), false)).prop_flat_map(|(root, definition)| {
        let definition = without_references(definition);
        let value = value_for(&root, &definition, 4);
        (Just(with_definition(json!({"allOf": [root]}), &definition)), value)
    })
}

fn generated_schema() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        4 => scalar_schema(),
        2 => scalar_schema().prop_map(or_null),
        1 => select(vec![json!(true), json!(false), json!({"const": "a"}), json!({"const": 1, "title": "One"})]),
        1 => Just(json!({"$ref": "#/$defs/T"})),
        1 => Just(json!({"type": ["integer", "string", "null"], "minLength": 1, "maximum": 3})),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let object = object_schema(inner.clone(), false).boxed();
        prop_oneof![
            2 => object_schema(inner.clone(), true),
            2 => array_schema(inner.clone()),
            1 => vec(inner.clone(), 1..4).prop_map(|branches| json!({"anyOf": branches})),
            1 => vec(object.clone(), 2..3).prop_map(|parts| json!({"allOf": parts})),
            1 => (object.clone(), vec(object, 1..3)).prop_map(|(whole, branches)| merged(whole, json!({"anyOf": branches}))),
            1 => vec(scalar_schema(), 2..3).prop_map(|parts| json!({"allOf": parts})),
            1 => (object_schema(inner, false)).prop_map(|object| merged(object, json!({"$ref": "#/$defs/T"}))),
        ]
    })
    .boxed()
}

/// Keywords that the portable subset cannot express, to add to a schema.
fn extras() -> Vec<Value> {
    vec![
        json!({}),
        json!({"if": {"type": "object"}, "then": {"required": ["a"]}}),
        json!({"not": {"type": "string"}}),
        json!({"minLength": 2, "minimum": 3}),
        json!({"properties": {"a": {"minLength": 2}}, "patternProperties": {"b|c": {"type": ["string", "integer"]}}}),
        json!({"unevaluatedProperties": false}),
        json!({"enum": ["a", "ab", 1, 2.0, null, [], {}], "const": "a"}),
        json!({"oneOf": [{"type": "object"}, {"maxProperties": 1}, {"contains": {}}]}),
    ]
}

/// The schema as `schemars` generates it for an `Option`.
fn or_null(schema: Value) -> Value {
    match (schema.get("type").cloned(), schema.get("enum")) {
        (Some(kind), None) if kind != "null" => merged(schema, json!({"type": [kind, "null"]})),
        _ => json!({"anyOf": [schema, {"type": "null"}]}),
    }
}

/// Panics if the schema is not in the portable subset.
pub(super) fn assert_in_subset(schema: &Value) {
    let keywords = schema.as_object().unwrap_or_else(|| panic!("{schema} is not an object"));
    let forms =
        ["type", "anyOf", "$ref", "not"].iter().filter(|keyword| keywords.contains_key(**keyword)).count();
    assert!(forms <= 1, "{schema} has several forms");
    for (keyword, value) in keywords {
        match keyword.as_str() {
            "type" => assert!(value.is_string(), "{schema}"),
            "not" => assert_eq!(value, &json!({})),
            "additionalProperties" if value.is_boolean() => {}
            "additionalProperties" | "items" => assert_in_subset(value),
            "properties" | "$defs" => {
                value.as_object().expect("an object").values().for_each(assert_in_subset);
            }
            "anyOf" => value.as_array().expect("an array").iter().for_each(assert_in_subset),
            "format" => {
                assert!(crate::schema::format::is_portable_format(value.as_str().unwrap_or_default()));
            }
            "const" | "oneOf" | "allOf" | "prefixItems" | "patternProperties" | "$schema" => {
                panic!("{schema}")
            }
            _ => {}
        }
    }
}
