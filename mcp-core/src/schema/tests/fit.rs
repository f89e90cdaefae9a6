//! Values as models send them, what becomes of them, and what is said about those that are refused.

use serde_json::{Map, Value, json};

use crate::schema::{Schema, Shape};

fn shape(schema: Value) -> Shape {
    Shape::new(&Schema(schema)).expect("the schema is portable")
}

/// Lenient and strict outcomes, a problem in place of the value that does not fit.
#[track_caller]
fn check(schema: Value, cases: &[(Value, Outcome)]) {
    let shape = shape(schema);
    for (value, outcome) in cases {
        let (lenient, strict) = (shape.fit(value.clone(), false), shape.fit(value.clone(), true));
        match outcome {
            Fits => {
                assert_eq!(lenient, Ok(value.clone()));
                assert_eq!(strict, Ok(value.clone()));
            }
            Becomes(expected) => {
                assert_eq!(lenient, Ok(expected.clone()), "{value}");
                assert!(strict.is_err(), "{value} is coerced though strict");
            }
            Is(expected) => {
                assert_eq!(lenient, Ok(expected.clone()), "{value}");
                assert_eq!(strict, Ok(expected.clone()), "{value}");
            }
            Refused(expected) => {
                let problems = lenient.expect_err(&format!("{value} is refused"));
                let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
                assert_eq!(problems, *expected, "{value}");
                assert!(strict.is_err(), "{value} fits though strict");
            }
        }
    }
}

enum Outcome {
    /// As it is.
    Fits,
    /// The same to JSON Schema, written otherwise.
    Is(Value),
    /// Coerced, unless strict.
    Becomes(Value),
    Refused(&'static [&'static str]),
}

use Outcome::{Becomes, Fits, Is, Refused};

#[test]
fn integers() {
    check(
        json!({"type": "integer", "minimum": 1, "maximum": 100}),
        &[
            (json!(5), Fits),
            (json!(5.0), Is(json!(5))),
            (json!(1e1), Is(json!(10))),
            (json!("5"), Becomes(json!(5))),
            (json!("5.0"), Becomes(json!(5))),
            (json!(" 5 "), Refused(&["expected an integer from 1 to 100, got the string \" 5 \""])),
            (json!("five"), Refused(&["expected an integer from 1 to 100, got the string \"five\""])),
            (json!(5.5), Refused(&["expected an integer from 1 to 100, got 5.5"])),
            (json!(500), Refused(&["expected an integer from 1 to 100, got 500"])),
            (json!("500"), Refused(&["expected an integer from 1 to 100, got the string \"500\""])),
            (json!([5]), Refused(&["expected an integer from 1 to 100, got an array of 1 item"])),
            (json!(null), Refused(&["expected an integer from 1 to 100, got null"])),
            (json!(true), Refused(&["expected an integer from 1 to 100, got true"])),
        ],
    );
    check(json!({"type": "integer"}), &[(json!(u64::MAX), Fits), (json!(-1), Fits), (json!(1e30), Fits)]);
    check(
        json!({"type": "integer", "enum": [1, 2]}),
        &[
            (json!(2.0), Is(json!(2))),
            (json!("1"), Becomes(json!(1))),
            (json!(3), Refused(&["expected one of 1, 2, got 3"])),
        ],
    );
}

#[test]
fn numbers() {
    check(
        json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "multipleOf": 0.25}),
        &[
            (json!(0.5), Fits),
            (json!("0.75"), Becomes(json!(0.75))),
            (json!(0), Refused(&["expected a number above 0 below 1 that is a multiple of 0.25, got 0"])),
            (json!(0.3), Refused(&["expected a number above 0 below 1 that is a multiple of 0.25, got 0.3"])),
        ],
    );
    check(
        json!({"type": "number"}),
        &[(json!(5), Fits), (json!("5.5"), Becomes(json!(5.5))), (json!("5"), Becomes(json!(5)))],
    );
}

#[test]
fn booleans_and_null() {
    check(
        json!({"type": "boolean"}),
        &[
            (json!(true), Fits),
            (json!("false"), Becomes(json!(false))),
            (json!("yes"), Refused(&["expected a boolean, got the string \"yes\""])),
            (json!(1), Refused(&["expected a boolean, got 1"])),
        ],
    );
    check(
        json!({"type": "null"}),
        &[(json!(null), Fits), (json!("null"), Refused(&["expected null, got the string \"null\""]))],
    );
}

#[test]
fn strings() {
    check(
        json!({"type": "string", "minLength": 2, "maxLength": 4}),
        &[
            (json!("😀😀"), Fits),
            (json!(50), Becomes(json!("50"))),
            (json!(5), Refused(&["expected a string of 2 to 4 characters, got 5"])),
            (json!(5.5), Refused(&["expected a string of 2 to 4 characters, got 5.5"])),
            (json!(true), Refused(&["expected a string of 2 to 4 characters, got true"])),
            (json!("abcde"), Refused(&["expected a string of 2 to 4 characters, got the string \"abcde\""])),
        ],
    );
    check(
        json!({"type": "string", "pattern": "^[a-z]+$"}),
        &[
            (json!("ab"), Fits),
            (json!("a\nb"), Refused(&["expected a string matching `^[a-z]+$`, got the string \"a\\nb\""])),
        ],
    );
    let problem =
        &shape(json!({"type": "integer"})).fit("é".repeat(1000).into(), false).expect_err("no integer")[0];
    assert_eq!(problem.found(), format!("the string \"{}…\" of 1000 characters", "é".repeat(60)));
}

#[test]
fn enumerations() {
    check(
        json!({"type": "string", "enum": ["red", "green", "Both", "both"]}),
        &[
            (json!("red"), Fits),
            (json!("RED"), Becomes(json!("red"))),
            (json!("both"), Fits),
            (
                json!("BOTH"),
                Refused(&[
                    "expected one of \"red\", \"green\", \"Both\", \"both\", got the string \"BOTH\"; did you mean `Both`?",
                ]),
            ),
            (
                json!("gren"),
                Refused(&[
                    "expected one of \"red\", \"green\", \"Both\", \"both\", got the string \"gren\"; did you mean `green`?",
                ]),
            ),
        ],
    );
    check(
        json!({"enum": [1, "a", [1]]}),
        &[
            (json!([1.0]), Fits),
            (json!("b"), Refused(&["expected one of 1, \"a\", [1], got the string \"b\""])),
        ],
    );
}

#[test]
fn arrays() {
    check(
        json!({"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3, "uniqueItems": true}),
        &[
            (json!([1, 2]), Fits),
            (json!(["1", 2.0]), Becomes(json!([1, 2]))),
            (json!("[1, \"2\"]"), Becomes(json!([1, 2]))),
            (json!(1), Refused(&["expected an array of 1 to 3 items without duplicates, got 1"])),
            (
                json!("1"),
                Refused(&["expected an array of 1 to 3 items without duplicates, got the string \"1\""]),
            ),
            (
                json!("[1"),
                Refused(&["expected an array of 1 to 3 items without duplicates, got the string \"[1\""]),
            ),
            (
                json!([]),
                Refused(&["expected an array of 1 to 3 items without duplicates, got an array of 0 items"]),
            ),
            (
                json!([1, "x", 3, null]),
                Refused(&[
                    "expected an array of 1 to 3 items without duplicates, got an array of 4 items",
                    "[1]: expected an integer, got the string \"x\"",
                    "[3]: expected an integer, got null",
                ]),
            ),
            (json!([1, 2, "1"]), Refused(&["[2]: expected no item twice, got 1"])),
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
            (json!({"query": "a", "max_results": 5}), Fits),
            (json!({"query": 5, "max_results": "5"}), Becomes(json!({"query": "5", "max_results": 5}))),
            (json!("{\"query\": \"a\"}"), Becomes(json!({"query": "a"}))),
            (
                json!({"query": "a", "options": "{\"deep\": \"true\", \"tags\": \"[1]\"}"}),
                Becomes(json!({"query": "a", "options": {"deep": true, "tags": ["1"]}})),
            ),
            (json!({"query": "a", "max_results": null}), Becomes(json!({"query": "a"}))),
            (json!({"query": "a", "extra": null}), Fits),
            (json!({"query": null}), Refused(&["query: expected a string, got null"])),
            (json!({}), Refused(&["missing argument `query`: expected a string"])),
            (
                json!({"qeury": "a"}),
                Refused(&[
                    "missing argument `query`: expected a string",
                    "unknown argument `qeury`; did you mean `query`? (known: query, max_results, options, extra)",
                ]),
            ),
            (
                json!({"query": "a", "maxResults": 5, "b/~c": 1}),
                Refused(&[
                    "unknown argument `maxResults`; did you mean `max_results`? (known: query, max_results, options, extra)",
                    "unknown argument `[\"b/~c\"]` (known: query, max_results, options, extra)",
                ]),
            ),
            (
                json!({"query": "a", "max_results": 500}),
                Refused(&["max_results: expected an integer from 1 to 100, got 500"]),
            ),
            (
                json!({"query": "a", "options": {"tags": ["a", 5, false], "dep": 1}}),
                Refused(&[
                    "missing member `options.deep`: expected a boolean",
                    "options.tags[2]: expected a string, got false",
                    "unknown member `options.dep`; did you mean `deep`? (known: tags, deep)",
                ]),
            ),
            (json!([]), Refused(&["expected an object, got an array of 0 items"])),
        ],
    );
}

#[test]
fn maps() {
    check(
        json!({"type": "object", "additionalProperties": {"type": "integer"}, "maxProperties": 2}),
        &[
            (json!({"a b": 1}), Fits),
            (json!({"a": "1"}), Becomes(json!({"a": 1}))),
            (json!({"a b": "x"}), Refused(&["[\"a b\"]: expected an integer, got the string \"x\""])),
            (json!({"a": null}), Refused(&["a: expected an integer, got null"])),
            (
                json!({"a": 1, "b": 2, "c": 3}),
                Refused(&["expected an object of at most 2 members, got an object"]),
            ),
        ],
    );
    check(json!({"type": "object"}), &[(json!({"a": null}), Fits), (json!("{}"), Becomes(json!({})))]);
}

#[test]
fn choices_take_the_first_that_fits_as_it_is() {
    check(
        json!({"anyOf": [{"type": "integer", "maximum": 9}, {"type": "string"}, {"type": "array", "items": {"type": "boolean"}}]}),
        &[
            (json!(5), Fits),
            (json!("5"), Fits),
            (json!("[true]"), Fits),
            (json!(50), Becomes(json!("50"))),
            (json!(["true"]), Becomes(json!([true]))),
            (json!(true), Refused(&["expected an integer of at most 9 or a string or an array, got true"])),
            (json!([1]), Refused(&["[0]: expected a boolean, got 1"])),
        ],
    );
    check(
        json!({"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        &[
            (json!(null), Fits),
            (json!("5"), Becomes(json!(5))),
            (json!("x"), Refused(&["expected an integer or null, got the string \"x\""])),
        ],
    );
}

#[test]
fn tagged_choices_explain_the_branch_that_was_meant() {
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
            (json!({"kind": "circle", "radius": 1}), Fits),
            (json!({"kind": "circle", "radius": "1"}), Becomes(json!({"kind": "circle", "radius": 1}))),
            (json!({"kind": "Square", "side": 1}), Becomes(json!({"kind": "square", "side": 1}))),
            (
                json!({"kind": "square", "side": "x"}),
                Refused(&["side: expected an integer, got the string \"x\""]),
            ),
            (
                json!({"kind": "sqare", "side": 1}),
                Refused(&[
                    "kind: expected one of \"circle\", \"square\", got the string \"sqare\"; did you mean `square`?",
                ]),
            ),
            (
                json!({"side": 1}),
                Refused(&["missing argument `kind`: expected one of \"circle\", \"square\""]),
            ),
            (json!({"kind": "square"}), Refused(&["missing argument `side`: expected an integer"])),
            (
                json!(1),
                Refused(&["expected an object with kind, radius or an object with kind, side, got 1"]),
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
            (json!({"value": 1, "next": {"value": 2}}), Fits),
            (
                json!({"value": 1, "next": {"value": "2", "next": null}}),
                Becomes(json!({"value": 1, "next": {"value": 2}})),
            ),
            (
                json!({"value": 1, "next": {"value": "x"}}),
                Refused(&["next.value: expected an integer, got the string \"x\""]),
            ),
        ],
    );
}

#[test]
fn any_value_and_none() {
    check(
        json!({"description": "Any JSON value."}),
        &[(json!(null), Fits), (json!("5"), Fits), (json!({"a": [1]}), Fits)],
    );
    check(json!({"not": {}}), &[(json!(null), Refused(&["expected no value, got null"]))]);
}

#[test]
fn members_can_be_fitted_alone() {
    let shape = shape(search());
    assert_eq!(shape.fit_member("max_results", json!("5"), false), Ok(Some(json!(5))));
    assert_eq!(shape.fit_member("max_results", json!(null), false), Ok(None));
    assert_eq!(shape.fit_member("extra", json!(null), false), Ok(Some(json!(null))));
    let problem = &shape.fit_member("max_results", json!(500), false).expect_err("too large")[0];
    assert_eq!(problem.to_string(), "max_results: expected an integer from 1 to 100, got 500");
    let problem = &shape.fit_member("qeury", json!(1), false).expect_err("unknown")[0];
    assert_eq!(problem.suggestion(), Some("query"));
    assert!(shape.fit_member("max_results", json!(null), true).is_err());
}

#[test]
fn problems_can_be_read_in_parts() {
    let value = json!({"query": "a", "options": {"deep": true, "tags": [null], "a/b~c": 1}});
    let problems = shape(search()).fit(value, false).expect_err("two problems");
    let [tags, unknown] = problems.as_slice() else { panic!("{problems:?}") };
    assert_eq!((tags.path(), tags.pointer()), ("options.tags[0]", "/options/tags/0"));
    assert_eq!((tags.expected(), tags.found(), tags.suggestion()), ("a string", "null", None));
    assert_eq!((unknown.path(), unknown.pointer()), ("options[\"a/b~c\"]", "/options/a~1b~0c"));
    assert_eq!((unknown.expected(), unknown.found()), ("tags, deep", "an unknown name"));
}

#[test]
fn problems_are_told_up_to_twenty() {
    let members: Map<String, Value> = (0..100).map(|index| (format!("name{index}"), Value::Null)).collect();
    assert_eq!(shape(search()).fit(members.into(), false).expect_err("unknown names").len(), 20);
    let names: Map<String, Value> = (0..30).map(|index| (format!("n{index}"), json!({}))).collect();
    let wide = json!({"type": "object", "properties": names, "additionalProperties": false});
    let problem = &shape(wide).fit(json!({"other": 1}), false).expect_err("unknown name")[0];
    assert!(problem.to_string().ends_with("n18, n19 and 10 more)"), "{problem}");
}

#[test]
fn shapes_are_shared_between_threads() {
    fn is_shared<T: Send + Sync>(_: &T) {}
    is_shared(&shape(search()));
}
