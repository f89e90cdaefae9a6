//! The probes of the scoreboard: what a client finds in a schema, and what a server answers to inexact calls.

use serde_json::{Value, json};

use crate::client::every_client;

/// Returns the published schema of an argument of the tool `probe`.
fn argument(tools: &[Value], name: &str) -> Value {
    let probe = tools.iter().find(|tool| tool["name"] == "probe").expect("the tool is there");
    probe["inputSchema"]["properties"][name].clone()
}

/// Calls `visit` with each schema in a schema, also with those that are booleans.
fn each_schema(schema: &Value, visit: &mut impl FnMut(&Value)) {
    visit(schema);
    for key in ["properties", "$defs"] {
        for (_, schema) in schema[key].as_object().into_iter().flatten() {
            each_schema(schema, visit);
        }
    }
    for key in ["anyOf", "oneOf", "allOf", "prefixItems"] {
        schema[key].as_array().into_iter().flatten().for_each(|schema| each_schema(schema, visit));
    }
    for key in ["items", "not", "contains"].iter().filter(|key| !schema[*key].is_null()) {
        each_schema(&schema[*key], visit);
    }
    if schema["additionalProperties"].is_object() {
        each_schema(&schema["additionalProperties"], visit);
    }
}

/// Calls `visit` with each schema of the tools, of arguments and of results.
fn each_schema_of(tools: &[Value], mut visit: impl FnMut(&Value)) {
    let mut count = 0;
    for tool in tools {
        for key in ["inputSchema", "outputSchema"] {
            if !tool[key].is_null() {
                each_schema(&tool[key], &mut |schema| {
                    count += 1;
                    visit(schema);
                });
            }
        }
    }
    assert!(count > 20, "the tools have schemas");
}

#[test]
fn u32_and_f32_have_clean_schemas() {
    every_client("probes", |client| {
        let tools = client.tools();
        let count = json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX });
        assert_eq!(argument(&tools, "count"), count);
        assert_eq!(argument(&tools, "ratio"), json!({ "type": "number" }));
        let formats = ["date-time", "date", "email", "ipv4", "ipv6", "uri", "uuid"];
        each_schema_of(&tools, |schema| {
            let format = schema["format"].as_str();
            assert!(format.is_none_or(|format| formats.contains(&format)), "{schema}");
        });
    });
}

#[test]
fn a_value_field_has_no_boolean_schema() {
    every_client("probes", |client| {
        let tools = client.tools();
        assert!(argument(&tools, "data").as_object().is_some_and(|data| !data.is_empty()), "{tools:?}");
        each_schema_of(&tools, |schema| assert!(schema.is_object(), "{schema}"));
    });
}

#[test]
fn an_optional_string_has_a_plain_schema() {
    every_client("probes", |client| {
        let tools = client.tools();
        assert_eq!(argument(&tools, "label"), json!({ "type": "string" }));
        let required = &client.tool("probe")["inputSchema"]["required"];
        assert_eq!(required, &json!(["count"]));
        each_schema_of(&tools, |schema| assert!(!schema["type"].is_array(), "{schema}"));
    });
}

#[test]
fn a_nested_struct_is_inline() {
    every_client("probes", |client| {
        let tools = client.tools();
        assert_eq!(argument(&tools, "at")["properties"]["x"], json!({ "type": "number" }));
        each_schema_of(&tools, |schema| {
            assert!(schema["$ref"].is_null() && schema["$defs"].is_null(), "{schema}");
        });
    });
}

#[test]
fn an_optional_enum_is_one_list_of_strings() {
    every_client("probes", |client| {
        let unit = argument(&client.tools(), "unit");
        assert_eq!((&unit["type"], &unit["enum"]), (&json!("string"), &json!(["metre", "foot"])));
        assert!(unit["anyOf"].is_null() && unit["oneOf"].is_null() && unit["$ref"].is_null(), "{unit}");
        // The documentation of the variants is not lost.
        assert!(unit["description"].as_str().is_some_and(|text| text.contains("0.3048")), "{unit}");
    });
}

#[test]
fn no_schema_has_the_keyword_schema() {
    every_client("probes", |client| {
        each_schema_of(&client.tools(), |schema| assert!(schema["$schema"].is_null(), "{schema}"));
    });
}

#[test]
fn a_number_in_a_string_is_taken_for_a_u32() {
    every_client("probes", |client| {
        assert_eq!(client.text("probe", json!({ "count": "1" })), "1 None - None");
    });
}

#[test]
fn a_decimal_fraction_of_zero_is_taken_for_a_u32() {
    every_client("probes", |client| {
        assert_eq!(client.text("probe", json!({ "count": 1.0 })), "1 None - None");
    });
}

#[test]
fn a_list_in_a_string_is_taken_for_an_optional_list() {
    every_client("probes", |client| {
        let arguments = json!({ "count": 1, "names": "[\"x\"]" });
        assert_eq!(client.text("probe", arguments), "1 None - Some([\"x\"])");
    });
}

#[test]
fn an_unknown_argument_is_rejected_with_the_known_ones() {
    every_client("probes", |client| {
        let error = client.error("probe", json!({ "count": 1, "lable": "x" }));
        assert!(error.contains("unknown argument `lable`; did you mean `label`?"), "{error}");
        assert!(error.contains("known: count, ratio, data, label, at, unit, names"), "{error}");
    });
}

#[test]
fn arguments_in_a_string_are_read() {
    every_client("probes", |client| {
        assert_eq!(client.text("probe", json!(r#"{"count": 2}"#)), "2 None - None");
        assert_eq!(client.text("probe", json!(r#"{"count": "2", "unit": "Foot"}"#)), "2 None ft None");
    });
}

#[test]
fn an_unknown_tool_is_an_error_with_its_name() {
    every_client("probes", |client| {
        let response = client.request("tools/call", json!({ "name": "prob", "arguments": {} }));
        assert_eq!(response["error"]["code"], -32602, "{response}");
        let message = response["error"]["message"].as_str().unwrap_or_default();
        assert_eq!(message, "unknown tool: prob; did you mean `probe`?");
    });
}

#[test]
fn a_missing_argument_is_an_error_that_the_model_reads() {
    every_client("probes", |client| {
        let error = client.error("probe", json!({}));
        assert!(error.contains("missing argument `count`: expected an integer"), "{error}");
    });
}

#[test]
fn a_panic_is_answered_and_the_server_lives() {
    every_client("failures", |client| {
        for tool in ["first", "first_blocking"] {
            let text = client.error(tool, json!({ "text": "" }));
            assert!(text.starts_with(&format!("{tool} panicked, incident ")), "{text}");
            assert!(!text.contains("secret"), "{text}");
            assert_eq!(client.text(tool, json!({ "text": "one two" })), "one");
        }
    });
}

/// A package of another name is in `examples/conformance`, whose tests compare its name in the same places.
#[test]
fn the_server_has_the_name_and_version_of_its_package() {
    every_client("calculator", |client| {
        let expected = json!({ "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") });
        assert_eq!(client.server_info, expected);
    });
}
