//! Checks of JSON text against a schema.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::oracle::{CASES, accepts, schema_and_value};
use super::types::result;
use crate::JsonText;
use crate::schema::{CompiledSchema, Schema};

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn checks_agree_with_the_oracle((schema, value) in schema_and_value()) {
        let compiled = CompiledSchema::new(&Schema::from_value(schema.clone())).expect("the schema is portable");
        let expected = accepts(&schema, &value);
        for text in [value.to_string(), serde_json::to_string_pretty(&value).expect("JSON")] {
            let checked = compiled.check(&JsonText::parse(&text).expect("JSON"));
            prop_assert_eq!(checked.is_ok(), expected, "{} of {}: {:?}", text, schema, checked);
        }
    }
}

/// Serializes a value, and checks it against the schema of its type.
fn problem<T: JsonSchema + Serialize>(value: &T) -> Option<String> {
    let compiled = CompiledSchema::new(&result::<T>().into_result()).expect("the schema compiles");
    let wrapped = if result::<T>().is_object() { json!(value) } else { json!({ "result": value }) };
    compiled.check(&JsonText::from(wrapped)).err().map(|problem| problem.to_string())
}

#[derive(Serialize, JsonSchema)]
struct Weather {
    place: String,
    degrees: f64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gusts: Vec<f32>,
    humidity: Option<f64>,
}

fn weather(degrees: f64, gusts: &[f32], humidity: Option<f64>) -> Weather {
    Weather { place: "Bergen \"port\"\n".to_owned(), degrees, gusts: gusts.to_vec(), humidity }
}

#[test]
fn numbers_without_a_form_in_json_are_found() {
    assert_eq!(problem(&weather(21.5, &[1.5], None)), None);
    // `null` is a humidity.
    assert_eq!(problem(&weather(21.5, &[], Some(f64::NAN))), None);
    for (value, expected) in [
        (weather(f64::NAN, &[], None), "degrees: expected a number, got null"),
        (weather(1.0, &[2.0, f32::INFINITY], None), "gusts[1]: expected a number, got null"),
    ] {
        assert_eq!(problem(&value).as_deref(), Some(expected));
    }
    let by_day = BTreeMap::from([("mon day", vec![(1, f64::NEG_INFINITY)])]);
    assert!(problem(&by_day).is_some_and(|problem| problem.starts_with("[\"mon day\"][0][1]: expected ")));
    assert_eq!(problem(&f64::NAN).as_deref(), Some("result: expected a number, got null"));
}

/// The forms of enums, with fields whose serialization differs from their types.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Shape {
    Circle {
        radius: f64,
    },
    Square {
        #[serde(serialize_with = "as_text")]
        side: f64,
    },
    Named {
        #[schemars(length(min = 2, max = 4), regex(pattern = "^[a-z]+$"))]
        name: String,
        #[schemars(range(min = 1, max = 9))]
        level: u8,
    },
}

fn as_text<S: serde::Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&number.to_string())
}

#[test]
fn the_intended_branch_of_a_choice_is_described() {
    let named = |name: &str, level| Shape::Named { name: name.to_owned(), level };
    for (shape, expected) in [
        (Shape::Circle { radius: 1.0 }, None),
        (named("abc", 9), None),
        (Shape::Circle { radius: f64::NAN }, Some("result.radius: expected a number, got null")),
        (Shape::Square { side: 2.0 }, Some("result.side: expected a number, got a string")),
        (
            named("abcde", 1),
            Some("result.name: expected a string of 2 to 4 characters matching `^[a-z]+$`, got a string"),
        ),
        (named("ab", 10), Some("result.level: expected an integer from 1 to 9, got 10")),
    ] {
        assert_eq!(problem(&shape).as_deref(), expected);
    }
}

#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Tree {
    Leaf(f64),
    Node { children: Vec<Tree> },
    Link { children: Vec<Tree>, to: String },
}

fn deep(depth: usize, leaf: f64) -> Tree {
    (0..depth).fold(Tree::Leaf(leaf), |tree, level| match level % 2 {
        0 => Tree::Node { children: vec![tree] },
        _ => Tree::Link { children: vec![tree], to: "x".to_owned() },
    })
}

#[test]
fn nested_choices_take_linear_time() {
    let start = Instant::now();
    assert_eq!(problem(&deep(60, 1.0)), None);
    let found = problem(&deep(60, f64::NAN)).expect("NaN is no number");
    assert!(found.contains("children[0].children[0]"), "{found}");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    let too_deep = problem(&deep(600, 1.0));
    assert!(too_deep.is_some());
}

#[test]
fn constraints_of_arrays_and_objects_are_checked() {
    #[derive(Serialize, JsonSchema)]
    struct Limited {
        #[schemars(length(min = 1, max = 2))]
        items: Vec<u8>,
        names: BTreeSet<String>,
    }
    let limited = |items: &[u8]| Limited {
        items: items.to_vec(),
        names: BTreeSet::from(["a".to_owned(), "b".to_owned()]),
    };
    assert_eq!(problem(&limited(&[1])), None);
    let expected = "items: expected an array of 1 to 2 items, got an array of";
    assert_eq!(problem(&limited(&[])), Some(format!("{expected} 0 items")));
    assert_eq!(problem(&limited(&[1, 2, 3])), Some(format!("{expected} 3 items")));

    let unique = json!({ "type": "array", "items": {}, "uniqueItems": true });
    let unique = CompiledSchema::new(&Schema::from_value(unique)).expect("the schema compiles");
    assert!(unique.check(&JsonText::from(json!([1, 2, "1", {"a": 1, "b": 2}]))).is_ok());
    for duplicates in [json!([1, 2, 1.0]), json!([{"a": 1, "b": 2}, {"b": 2, "a": 1}])] {
        assert!(unique.check(&JsonText::from(duplicates)).is_err());
    }
}

#[test]
fn objects_with_many_members_are_checked() {
    let names: Vec<String> = (0..200).map(|number| format!("member {number}")).collect();
    let properties: serde_json::Map<String, Value> =
        names.iter().map(|name| (name.clone(), json!({ "type": "integer" }))).collect();
    let schema = json!({ "type": "object", "properties": properties, "required": names });
    let compiled = CompiledSchema::new(&Schema::from_value(schema)).expect("the schema compiles");
    let mut all: serde_json::Map<String, Value> =
        names.iter().rev().map(|name| (name.clone(), 1.into())).collect();
    assert!(compiled.check(&JsonText::from(Value::from(all.clone()))).is_ok());
    all.shift_remove("member 150");
    let problem = compiled.check(&JsonText::from(Value::from(all))).unwrap_err();
    assert_eq!(problem.pointer(), "/member 150");
}

#[test]
fn no_text_of_the_value_is_quoted() {
    let secret = "hunter2-hunter2";
    let schema = json!({ "type": "object", "additionalProperties": { "type": "number" } });
    let compiled = CompiledSchema::new(&Schema::from_value(schema)).expect("the schema compiles");
    for value in
        [json!(secret), json!({ "a": secret }), json!({ "a": [secret] }), json!({ "a": { "b": secret } })]
    {
        let problem = compiled.check(&JsonText::from(value)).unwrap_err().to_string();
        assert!(!problem.contains("hunter2"), "{problem}");
    }
}
