//! Coercion of values as models send them, and the problems reported for those that do not match.

use serde_json::{Map, Value, json};

use super::types::argument;
use crate::schema::{CompiledSchema, Schema};

fn shape(schema: Value) -> CompiledSchema {
    CompiledSchema::new(&Schema::from_value(schema)).expect("the schema is portable")
}

/// Checks the result of lenient and of strict coercion of each value.
#[track_caller]
fn check(schema: Value, cases: &[(Value, Expected)]) {
    let shape = shape(schema);
    for (value, expected) in cases {
        let (lenient, strict) = (shape.coerce(value.clone(), false), shape.coerce(value.clone(), true));
        match expected {
            Unchanged => {
                assert_eq!(lenient, Ok(value.clone()));
                assert_eq!(strict, Ok(value.clone()));
            }
            Coerced(expected) => {
                assert_eq!(lenient, Ok(expected.clone()), "{value}");
                assert!(strict.is_err(), "{value} is coerced although strict");
            }
            Normalized(expected) => {
                assert_eq!(lenient, Ok(expected.clone()), "{value}");
                assert_eq!(strict, Ok(expected.clone()), "{value}");
            }
            Rejected(expected) => {
                let problems = lenient.expect_err(&format!("{value} is rejected"));
                let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
                assert_eq!(problems, *expected, "{value}");
                assert!(strict.is_err(), "{value} matches although strict");
            }
        }
    }
}

enum Expected {
    /// The value matches as it is.
    Unchanged,
    /// The value matches, and is rewritten as a value that is equal in JSON Schema.
    Normalized(Value),
    /// The value is coerced, unless strict.
    Coerced(Value),
    /// The value does not match, with these problems.
    Rejected(&'static [&'static str]),
}

use Expected::{Coerced, Normalized, Rejected, Unchanged};

#[test]
fn integers() {
    check(
        json!({"type": "integer", "minimum": 1, "maximum": 100}),
        &[
            (json!(5), Unchanged),
            (json!(5.0), Normalized(json!(5))),
            (json!(1e1), Normalized(json!(10))),
            (json!("5"), Coerced(json!(5))),
            (json!("5.0"), Coerced(json!(5))),
            (json!(" 5 "), Coerced(json!(5))),
            (json!("five"), Rejected(&["expected an integer from 1 to 100, got the string \"five\""])),
            (json!(5.5), Rejected(&["expected an integer from 1 to 100, got 5.5"])),
            (json!(500), Rejected(&["expected an integer from 1 to 100, got 500"])),
            (json!("500"), Rejected(&["expected an integer from 1 to 100, got the string \"500\""])),
            (json!([5]), Rejected(&["expected an integer from 1 to 100, got an array of 1 item"])),
            (json!(null), Rejected(&["expected an integer from 1 to 100, got null"])),
            (json!(true), Rejected(&["expected an integer from 1 to 100, got true"])),
        ],
    );
    check(
        json!({"type": "integer"}),
        &[(json!(u64::MAX), Unchanged), (json!(-1), Unchanged), (json!(1e30), Unchanged)],
    );
    check(
        json!({"type": "integer", "enum": [1, 2]}),
        &[
            (json!(2.0), Normalized(json!(2))),
            (json!("1"), Coerced(json!(1))),
            (json!(3), Rejected(&["expected one of 1, 2, got 3"])),
        ],
    );
}

#[test]
fn numbers() {
    check(
        json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "multipleOf": 0.25}),
        &[
            (json!(0.5), Unchanged),
            (json!("0.75"), Coerced(json!(0.75))),
            (json!(0), Rejected(&["expected a number above 0 below 1 that is a multiple of 0.25, got 0"])),
            (
                json!(0.3),
                Rejected(&["expected a number above 0 below 1 that is a multiple of 0.25, got 0.3"]),
            ),
        ],
    );
    check(
        json!({"type": "number"}),
        &[(json!(5), Unchanged), (json!("5.5"), Coerced(json!(5.5))), (json!("5"), Coerced(json!(5)))],
    );
}

#[test]
fn booleans_and_null() {
    check(
        json!({"type": "boolean"}),
        &[
            (json!(true), Unchanged),
            (json!("false"), Coerced(json!(false))),
            (json!("yes"), Rejected(&["expected a boolean, got the string \"yes\""])),
            (json!(1), Rejected(&["expected a boolean, got 1"])),
        ],
    );
    check(
        json!({"type": "null"}),
        &[(json!(null), Unchanged), (json!("null"), Rejected(&["expected null, got the string \"null\""]))],
    );
}

#[test]
fn strings() {
    check(
        json!({"type": "string", "minLength": 2, "maxLength": 4}),
        &[
            (json!("😀😀"), Unchanged),
            (json!(50), Coerced(json!("50"))),
            (json!(5), Rejected(&["expected a string of 2 to 4 characters, got 5"])),
            (json!(5.5), Rejected(&["expected a string of 2 to 4 characters, got 5.5"])),
            (json!(true), Rejected(&["expected a string of 2 to 4 characters, got true"])),
            (json!("abcde"), Rejected(&["expected a string of 2 to 4 characters, got the string \"abcde\""])),
        ],
    );
    check(
        json!({"type": "string", "pattern": "^[a-z]+$"}),
        &[
            (json!("ab"), Unchanged),
            (json!("a\nb"), Rejected(&["expected a string matching `^[a-z]+$`, got the string \"a\\nb\""])),
        ],
    );
    let problem =
        &shape(json!({"type": "integer"})).coerce("é".repeat(1000).into(), false).expect_err("no integer")[0];
    assert_eq!(problem.found(), format!("the string \"{}…\" of 1000 characters", "é".repeat(60)));
}

#[test]
fn enumerations() {
    check(
        json!({"type": "string", "enum": ["red", "green", "Both", "both"]}),
        &[
            (json!("red"), Unchanged),
            (json!("RED"), Coerced(json!("red"))),
            (json!("both"), Unchanged),
            (
                json!("BOTH"),
                Rejected(&[
                    "expected one of \"red\", \"green\", \"Both\", \"both\", got the string \"BOTH\"; did you mean `Both`?",
                ]),
            ),
            (
                json!("gren"),
                Rejected(&[
                    "expected one of \"red\", \"green\", \"Both\", \"both\", got the string \"gren\"; did you mean `green`?",
                ]),
            ),
        ],
    );
    check(
        json!({"enum": [1, "a", [1]]}),
        &[
            (json!([1.0]), Unchanged),
            (json!("b"), Rejected(&["expected one of 1, \"a\", [1], got the string \"b\""])),
        ],
    );
}

#[test]
fn arrays() {
    check(
        json!({"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3, "uniqueItems": true}),
        &[
            (json!([1, 2]), Unchanged),
            (json!(["1", 2.0]), Coerced(json!([1, 2]))),
            (json!("[1, \"2\"]"), Coerced(json!([1, 2]))),
            (json!(1), Rejected(&["expected an array of 1 to 3 items without duplicates, got 1"])),
            (
                json!("1"),
                Rejected(&["expected an array of 1 to 3 items without duplicates, got the string \"1\""]),
            ),
            (
                json!("[1"),
                Rejected(&["expected an array of 1 to 3 items without duplicates, got the string \"[1\""]),
            ),
            (
                json!([]),
                Rejected(&["expected an array of 1 to 3 items without duplicates, got an array of 0 items"]),
            ),
            (
                json!([1, "x", 3, null]),
                Rejected(&[
                    "expected an array of 1 to 3 items without duplicates, got an array of 4 items",
                    "[1]: expected an integer, got the string \"x\"",
                    "[3]: expected an integer, got null",
                ]),
            ),
            (
                json!([1, 2, "1"]),
                Rejected(&["[2]: expected an item that differs from the items before it, got 1"]),
            ),
        ],
    );
}

fn search() -> Value {
    json!({
        "type": "object",
        "properties": {
            "query": {"type": "string"},
            "max_results": {"type": "integer", "minimum": 1, "maximum": 100},
            "options": {
                "type": "object",
                "properties": {"tags": {"type": "array", "items": {"type": "string"}}, "deep": {"type": "boolean"}},
                "required": ["deep"],
                "additionalProperties": false,
            },
            "extra": {},
        },
        "required": ["query"],
        "additionalProperties": false,
    })
}

#[test]
fn objects() {
    check(
        search(),
        &[
            (json!({"query": "a", "max_results": 5}), Unchanged),
            (json!({"query": 5, "max_results": "5"}), Coerced(json!({"query": "5", "max_results": 5}))),
            (json!("{\"query\": \"a\"}"), Coerced(json!({"query": "a"}))),
            (
                json!({"query": "a", "options": "{\"deep\": \"true\", \"tags\": \"[1]\"}"}),
                Coerced(json!({"query": "a", "options": {"deep": true, "tags": ["1"]}})),
            ),
            (json!({"query": "a", "max_results": null}), Coerced(json!({"query": "a"}))),
            (json!({"query": "a", "extra": null}), Unchanged),
            (json!({"query": null}), Rejected(&["query: expected a string, got null"])),
            (json!({}), Rejected(&["missing argument `query`: expected a string"])),
            (
                json!({"qeury": "a"}),
                Rejected(&[
                    "missing argument `query`: expected a string",
                    "unknown argument `qeury`; did you mean `query`? (known: query, max_results, options, extra)",
                ]),
            ),
            (json!({"query": "a", "maxResults": "5"}), Coerced(json!({"query": "a", "max_results": 5}))),
            (
                json!({"query": "a", "maxResults": 5, "max_results": 5}),
                Rejected(&["max_results: expected one value, got several: send it once"]),
            ),
            (
                json!({"query": "a", "maxResult": 5, "b/~c": 1}),
                Rejected(&[
                    "unknown argument `maxResult`; did you mean `max_results`? (known: query, max_results, options, extra)",
                    "unknown argument `[\"b/~c\"]` (known: query, max_results, options, extra)",
                ]),
            ),
            (
                json!({"query": "a", "max_results": 500}),
                Rejected(&["max_results: expected an integer from 1 to 100, got 500"]),
            ),
            (
                json!({"query": "a", "options": {"tags": ["a", 5, false], "dep": 1}}),
                Rejected(&[
                    "missing member `options.deep`: expected a boolean",
                    "options.tags[2]: expected a string, got false",
                    "unknown member `options.dep`; did you mean `deep`? (known: tags, deep)",
                ]),
            ),
            (json!([]), Rejected(&["expected an object, got an array of 0 items"])),
        ],
    );
}

#[test]
fn maps() {
    check(
        json!({"type": "object", "additionalProperties": {"type": "integer"}, "maxProperties": 2}),
        &[
            (json!({"a b": 1}), Unchanged),
            (json!({"a": "1"}), Coerced(json!({"a": 1}))),
            (json!({"a b": "x"}), Rejected(&["[\"a b\"]: expected an integer, got the string \"x\""])),
            (json!({"a": null}), Rejected(&["a: expected an integer, got null"])),
            (
                json!({"a": 1, "b": 2, "c": 3}),
                Rejected(&["expected an object of at most 2 members, got an object"]),
            ),
        ],
    );
    check(json!({"type": "object"}), &[(json!({"a": null}), Unchanged), (json!("{}"), Coerced(json!({})))]);
}

#[test]
fn choices_prefer_a_branch_that_matches_without_coercion() {
    check(
        json!({"anyOf": [{"type": "integer", "maximum": 9}, {"type": "string"}, {"type": "array", "items": {"type": "boolean"}}]}),
        &[
            (json!(5), Unchanged),
            (json!("5"), Unchanged),
            (json!("[true]"), Unchanged),
            (json!(50), Coerced(json!("50"))),
            (json!(["true"]), Coerced(json!([true]))),
            (json!(true), Rejected(&["expected an integer of at most 9 or a string or an array, got true"])),
            (json!([1]), Rejected(&["[0]: expected a boolean, got 1"])),
        ],
    );
    check(
        json!({"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        &[
            (json!(null), Unchanged),
            (json!("5"), Coerced(json!(5))),
            (json!("x"), Rejected(&["expected an integer or null, got the string \"x\""])),
        ],
    );
}

#[test]
fn tagged_choices_report_the_intended_branch() {
    let branch = |tag: &str, name: &str| {
        json!({
            "type": "object",
            "properties": {"kind": {"type": "string", "enum": [tag]}, name: {"type": "integer"}},
            "required": ["kind", name],
            "additionalProperties": false,
        })
    };
    check(
        json!({"anyOf": [branch("circle", "radius"), branch("square", "side")]}),
        &[
            (json!({"kind": "circle", "radius": 1}), Unchanged),
            (json!({"kind": "circle", "radius": "1"}), Coerced(json!({"kind": "circle", "radius": 1}))),
            (json!({"kind": "Square", "side": 1}), Coerced(json!({"kind": "square", "side": 1}))),
            (
                json!({"kind": "square", "side": "x"}),
                Rejected(&["side: expected an integer, got the string \"x\""]),
            ),
            (
                json!({"kind": "sqare", "side": 1}),
                Rejected(&[
                    "kind: expected one of \"circle\", \"square\", got the string \"sqare\"; did you mean `square`?",
                ]),
            ),
            (
                json!({"side": 1}),
                Rejected(&["missing argument `kind`: expected one of \"circle\", \"square\""]),
            ),
            (json!({"kind": "square"}), Rejected(&["missing argument `side`: expected an integer"])),
            (
                json!(1),
                Rejected(&["expected an object with kind, radius or an object with kind, side, got 1"]),
            ),
        ],
    );
}

#[test]
fn recursive_types() {
    check(
        json!({
            "$ref": "#/$defs/Node",
            "$defs": {"Node": {
                "type": "object",
                "properties": {"value": {"type": "integer"}, "next": {"$ref": "#/$defs/Node"}},
                "required": ["value"],
                "additionalProperties": false,
            }},
        }),
        &[
            (json!({"value": 1, "next": {"value": 2}}), Unchanged),
            (
                json!({"value": 1, "next": {"value": "2", "next": null}}),
                Coerced(json!({"value": 1, "next": {"value": 2}})),
            ),
            (
                json!({"value": 1, "next": {"value": "x"}}),
                Rejected(&["next.value: expected an integer, got the string \"x\""]),
            ),
        ],
    );
}

#[test]
fn any_value_and_none() {
    check(
        json!({"description": "Any JSON value."}),
        &[(json!(null), Unchanged), (json!("5"), Unchanged), (json!({"a": [1]}), Unchanged)],
    );
    // The published form describes arrays of a limited depth, and accepts arrays of any depth.
    check(
        argument::<Value>().into_document().into_value(),
        &[
            (json!(null), Unchanged),
            (json!("[5]"), Unchanged),
            (json!([[[[[1, "2", null]]]]]), Unchanged),
            (json!({"a": [{"b": [[[[]]]]}]}), Unchanged),
        ],
    );
    check(json!({"not": {}}), &[(json!(null), Rejected(&["expected no value, got null"]))]);
}

#[test]
fn single_members_can_be_coerced() {
    let shape = shape(search());
    assert_eq!(shape.coerce_member("max_results", json!("5"), false), Ok(Some(json!(5))));
    assert_eq!(shape.coerce_member("max_results", json!(null), false), Ok(None));
    assert_eq!(shape.coerce_member("extra", json!(null), false), Ok(Some(json!(null))));
    let problem = &shape.coerce_member("max_results", json!(500), false).expect_err("too large")[0];
    assert_eq!(problem.to_string(), "max_results: expected an integer from 1 to 100, got 500");
    let problem = &shape.coerce_member("qeury", json!(1), false).expect_err("unknown")[0];
    assert_eq!(problem.suggestion(), Some("query"));
    assert!(shape.coerce_member("max_results", json!(null), true).is_err());
}

#[test]
fn problems_have_parts() {
    let value = json!({"query": "a", "options": {"deep": true, "tags": [null], "a/b~c": 1}});
    let problems = shape(search()).coerce(value, false).expect_err("two problems");
    let [tags, unknown] = problems.as_slice() else { panic!("{problems:?}") };
    assert_eq!((tags.path(), tags.pointer()), ("options.tags[0]", "/options/tags/0"));
    assert_eq!((tags.expected(), tags.found(), tags.suggestion()), ("a string", "null", None));
    assert_eq!((unknown.path(), unknown.pointer()), ("options[\"a/b~c\"]", "/options/a~1b~0c"));
    assert_eq!((unknown.expected(), unknown.found()), ("tags, deep", "an unknown name"));
}

#[test]
fn at_most_twenty_problems_are_reported() {
    let members: Map<String, Value> = (0..100).map(|index| (format!("name{index}"), Value::Null)).collect();
    assert_eq!(shape(search()).coerce(members.into(), false).expect_err("unknown names").len(), 20);
    let names: Map<String, Value> = (0..30).map(|index| (format!("n{index}"), json!({}))).collect();
    let wide = json!({"type": "object", "properties": names, "additionalProperties": false});
    let problem = &shape(wide).coerce(json!({"other": 1}), false).expect_err("unknown name")[0];
    assert!(problem.to_string().ends_with("n18, n19 and 10 more)"), "{problem}");
}

#[test]
fn shapes_are_shared_between_threads() {
    fn is_shared<T: Send + Sync>(_: &T) {}
    is_shared(&shape(search()));
}
