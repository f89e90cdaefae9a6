//! Tools with names and schemas that no Rust code has: what they accept, convert and report, in both eras.

use std::collections::HashSet;

use futures::executor::block_on;
use mcpwright_core::{CallToolResult, ProtocolVersion};
use mcpwright_server::testing::Client;
use mcpwright_server::{Argument, Builder, CallArguments, Caller, Execution, Failure, Server, ToolHandler};
use serde_json::{Map, Value, json};

/// Returns clients of both eras.
fn clients(tools: impl IntoIterator<Item = ToolHandler>) -> [Client; 2] {
    let builder = Server::builder("example", "1.0.0");
    let server = tools.into_iter().fold(builder, Builder::tool).build();
    let legacy = block_on(Client::legacy(server.clone(), ProtocolVersion::V2025_06_18)).unwrap();
    [Client::modern(server), legacy]
}

/// Calls a tool. Returns its text, or the text of its error.
fn call(client: &Client, name: &str, arguments: impl Into<Value>) -> Result<String, String> {
    let params = json!({ "name": name, "arguments": arguments.into() });
    let result = block_on(client.send("tools/call", params)).map_err(|error| error.message)?;
    let result: CallToolResult = result.decode_owned().unwrap();
    let text = result.content[0].as_text().unwrap().to_owned();
    if result.is_error == Some(true) { Err(text) } else { Ok(text) }
}

/// A schema with which a typed tool can be compared.
fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "count": { "type": "integer", "minimum": 1, "maximum": 100 },
            "ratio": { "type": "number" },
            "tags": { "type": "array", "items": { "type": "string" } },
            "shelf": { "type": "string", "enum": ["desk", "archive"] },
            "deep": { "type": "boolean" },
        },
        "required": ["count"],
        "additionalProperties": false,
    })
}

/// Arguments, with the text of the values that a handler receives unless the tool is strict.
fn lenient_cases() -> Vec<(Value, &'static str)> {
    vec![
        (json!({ "count": 5 }), r#"{"count":5}"#),
        (json!({ "count": 5.0 }), r#"{"count":5}"#),
        (json!({ "count": "5", "ratio": "0.5", "deep": "true" }), r#"{"count":5,"ratio":0.5,"deep":true}"#),
        (json!({ "count": 5, "tags": "[\"a\", 1]" }), r#"{"count":5,"tags":["a","1"]}"#),
        (json!({ "count": 5, "shelf": "Desk", "tags": null, "deep": null }), r#"{"count":5,"shelf":"desk"}"#),
        (json!("{\"count\": \"5\"}"), r#"{"count":5}"#),
    ]
}

/// Arguments that a typed tool rejects, with the problems it reports.
fn rejected_cases() -> Vec<(Value, &'static str)> {
    vec![
        (json!({}), "missing argument `count`: expected an integer from 1 to 100"),
        (json!({ "count": 500 }), "count: expected an integer from 1 to 100, got 500"),
        (json!({ "count": "many" }), "count: expected an integer from 1 to 100, got the string \"many\""),
        (json!({ "count": 5, "tags": ["a", {}] }), "tags[1]: expected a string, got an object"),
        (
            json!({ "count": 5, "shelf": "dsk" }),
            "shelf: expected one of \"desk\", \"archive\", got the string \"dsk\"; did you mean `desk`?",
        ),
        (
            json!({ "cuont": 5, "count": 5 }),
            "unknown argument `cuont`; did you mean `count`? (known: count, ratio, tags, shelf, deep)",
        ),
    ]
}

/// Checks a tool that returns the text of its arguments, and the same tool with `strict`.
fn check_as_typed(tool: impl Fn(&str) -> ToolHandler) {
    for client in clients([tool("lenient"), tool("strict").strict()]) {
        for (arguments, expected) in lenient_cases() {
            assert_eq!(call(&client, "lenient", arguments.clone()).as_deref(), Ok(expected), "{arguments}");
            // An integer may be written as `5.0`.
            let is_exact = arguments.as_object().is_some_and(|arguments| arguments.len() == 1)
                && arguments["count"].is_number();
            assert_eq!(call(&client, "strict", arguments.clone()).is_ok(), is_exact, "{arguments}");
        }
        for (arguments, problem) in rejected_cases() {
            let error = call(&client, "lenient", arguments.clone()).unwrap_err();
            let expected = format!(
                "lenient was not called: its arguments are invalid.\n- {problem}\nFix these arguments and call it again."
            );
            assert_eq!(error, expected, "{arguments}");
            assert!(call(&client, "strict", arguments.clone()).is_err(), "{arguments}");
        }
    }
}

async fn echo(arguments: Value) -> String {
    arguments.to_string()
}

#[test]
fn portable_schemas_are_read_as_typed_arguments() {
    check_as_typed(|name| ToolHandler::with_portable_schema(name, schema(), |arguments, _| echo(arguments)));
}

#[test]
#[cfg(feature = "validate")]
fn schemas_written_by_hand_are_read_as_typed_arguments() {
    check_as_typed(|name| ToolHandler::with_schema(name, schema(), |arguments, _| echo(arguments)));
}

#[test]
#[cfg(feature = "validate")]
fn the_validator_decides_about_what_coercion_does_not_know() {
    let mut schema = schema();
    schema["if"] = json!({ "properties": { "count": { "minimum": 10 } } });
    schema["then"] = json!({ "required": ["shelf"] });
    schema["properties"]["ratio"]["not"] = json!({ "const": 0 });
    // Without `type`, any value but a short string.
    schema["properties"]["deep"] = json!({ "minLength": 3 });
    let tool = ToolHandler::with_schema("tool", schema.clone(), |arguments, _| echo(arguments));
    assert_eq!(Value::Object(tool.definition().input_schema.clone()), schema);
    for client in clients([tool]) {
        let count = json!({ "count": "10", "shelf": "DESK", "deep": 5 });
        assert_eq!(call(&client, "tool", count).as_deref(), Ok(r#"{"count":10,"shelf":"desk","deep":5}"#));
        for (arguments, problem) in [
            (json!({ "count": "10" }), "- \"shelf\" is a required property"),
            (json!({ "count": 5, "ratio": "0" }), "- ratio: "),
            (json!({ "count": 5, "deep": "no" }), "- deep: "),
            (json!({ "count": 5, "tags": 7 }), "- tags: expected an array of strings, got 7"),
        ] {
            let error = call(&client, "tool", arguments.clone()).unwrap_err();
            assert!(error.contains(problem), "{arguments}: {error}");
        }
    }
}

#[test]
#[cfg(feature = "validate")]
fn a_schema_that_coercion_cannot_read_is_still_checked() {
    let base = json!({ "$id": "https://example.com/b", "type": "integer" });
    let schema = json!({ "type": "object", "properties": { "b": base } });
    let tool = ToolHandler::with_schema("tool", schema, |arguments, _| echo(arguments));
    for client in clients([tool]) {
        assert_eq!(call(&client, "tool", json!({ "b": 5 })).as_deref(), Ok(r#"{"b":5}"#));
        assert!(call(&client, "tool", json!({ "b": "5" })).is_err());
    }
}

#[test]
fn unchecked_arguments_are_not_converted() {
    let tool = ToolHandler::with_unchecked_schema("tool", schema(), |arguments, _| echo(arguments));
    for client in clients([tool]) {
        for arguments in [json!({ "count": "5", "tags": null }), json!({ "unknown": [1.0] }), json!({})] {
            assert_eq!(call(&client, "tool", arguments.clone()), Ok(arguments.to_string()));
        }
        assert_eq!(call(&client, "tool", json!("{\"count\": \"5\"}")).as_deref(), Ok(r#"{"count":"5"}"#));
        assert_eq!(call(&client, "tool", Value::Null).as_deref(), Ok("{}"));
    }
}

/// Code that returns the text of its arguments, its caller, and the number of arguments in the map.
fn all(mut arguments: CallArguments<'_>) -> Result<Execution<CallToolResult>, Failure> {
    let caller = arguments.extract::<Caller, _>(0);
    let text = arguments.text().into_owned();
    let map = arguments.take_map()?;
    assert_eq!(serde_json::from_str::<Map<String, Value>>(&text).ok(), Some(map.clone()));
    assert!(arguments.text() == "{}" && arguments.take_map()?.is_empty());
    arguments.check()?;
    let text = format!("{} {} {text}", caller.value(), map.len());
    Ok(Execution::future(async move { Ok(CallToolResult::text(text)) }))
}

#[test]
fn code_takes_all_arguments_as_text_or_as_a_map() {
    let new = |name: &str| ToolHandler::new(name, all).parameter::<Caller, _>(Argument::new(""));
    let tools = [
        new("unchecked").unchecked_input_schema(schema()),
        new("portable").portable_input_schema(schema()),
        #[cfg(feature = "validate")]
        new("checked").input_schema(schema()),
    ];
    for client in clients(tools.clone()) {
        let sent = json!({ "count": "5", "deep": null });
        assert_eq!(
            call(&client, "unchecked", sent.clone()).as_deref(),
            Ok(r#"anonymous 2 {"count":"5","deep":null}"#)
        );
        for tool in &tools[1..] {
            let converted = call(&client, &tool.definition().name, sent.clone());
            assert_eq!(converted.as_deref(), Ok(r#"anonymous 1 {"count":5}"#));
        }
    }
}

#[test]
fn code_with_parameters_sees_what_was_sent() {
    let code = |mut arguments: CallArguments<'_>| {
        let count = arguments.extract::<u32, _>(0);
        let text = arguments.text().into_owned();
        arguments.check()?;
        let text = format!("{} {text}", count.value());
        Ok(Execution::future(async move { Ok(CallToolResult::text(text)) }))
    };
    let tool = ToolHandler::new("tool", code).parameter::<u32, _>(Argument::new("count"));
    for client in clients([tool]) {
        assert_eq!(call(&client, "tool", json!({ "count": "5" })).as_deref(), Ok(r#"5 {"count":"5"}"#));
        assert_eq!(call(&client, "tool", json!({ "count": 5 })).as_deref(), Ok(r#"5 {"count":5}"#));
    }
}

#[test]
fn an_argument_and_a_schema_of_its_own_are_an_error() {
    let declared =
        "the argument `count` must not be declared, because the input schema is not made of Rust types";
    let new = || ToolHandler::new("tool", all);
    for tool in [
        new().parameter::<u32, _>(Argument::new("count")).unchecked_input_schema(schema()),
        new().portable_input_schema(schema()).parameter::<u32, _>(Argument::new("count")),
    ] {
        let error = tool.checked().unwrap_err().to_string();
        assert!(error.contains(declared), "{error}");
    }
}

#[test]
fn schemas_are_made_portable_or_refused_with_a_reason() {
    let tool = |schema: &Value| {
        ToolHandler::with_portable_schema("tool", schema.clone(), |arguments, _| echo(arguments))
    };
    let pet = json!({ "type": "object", "properties": { "name": { "type": "string", "nullable": true } } });
    let schema = json!({
        "properties": { "pet": { "$ref": "#/components/schemas/Pet" } },
        "components": { "schemas": { "Pet": pet } },
    });
    for client in clients([tool(&schema)]) {
        let listed = block_on(client.list_tools()).unwrap().remove(0);
        let name = json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] });
        let pet = json!({ "type": "object", "properties": { "name": name } });
        let expected = json!({ "type": "object", "properties": { "pet": pet } });
        assert_eq!(Value::Object(listed.input_schema), expected);
        // `null` differs from an absent member, and members that the schema does not name are allowed.
        let sent = json!({ "pet": "{\"name\": null, \"age\": 3}", "more": [] });
        assert_eq!(call(&client, "tool", sent).as_deref(), Ok(r#"{"pet":{"name":null,"age":3},"more":[]}"#));
    }
    for (schema, reason) in [
        (
            json!({ "type": "string" }),
            "the input schema: the schema of the arguments must describe an object, but it describes a string",
        ),
        (
            json!(false),
            "the input schema: the schema of the arguments must describe an object, but it describes no value",
        ),
        (json!({ "if": {} }), "the input schema: the portable subset of JSON Schema does not support `if`"),
        (
            json!({ "$ref": "https://example.com" }),
            "the input schema: `$ref: https://example.com` cannot be resolved",
        ),
        (
            json!({ "type": "object", "properties": { "a": { "pattern": "(?=x)" } } }),
            "the input schema: the pattern `(?=x)` cannot be compiled",
        ),
    ] {
        let error = tool(&schema).checked().unwrap_err().to_string();
        assert!(error.contains(reason), "{schema}: {error}");
    }
}

#[test]
fn names_of_any_text_are_valid() {
    for (text, expected) in [
        ("GET /users/{id}", "get_users_id"),
        ("/v1.0/users/{user-id}", "v1.0_users_user-id"),
        ("listUsers", "listUsers"),
        ("List Users", "list_users"),
        ("__dunder__ call", "dunder_call"),
        ("größe", "gr_e"),
        ("", "tool"),
        ("用户", "tool"),
    ] {
        assert_eq!(ToolHandler::normalized_name(text), expected, "{text}");
        assert!(ToolHandler::function(expected, [], || async {}).checked().is_ok());
    }
    let long = "x/".repeat(200);
    let mut taken = HashSet::new();
    for _ in 0..12 {
        let name = ToolHandler::unique_name(&long, |name| !taken.insert(name.to_owned()));
        assert!(name.len() <= 128 && ToolHandler::function(name, [], || async {}).checked().is_ok());
    }
    assert_eq!(taken.len(), 12);
}

#[test]
fn titles_are_the_words_of_names() {
    for (name, expected) in [
        ("find_notes", "Find notes"),
        ("getUserById", "Get user by id"),
        ("HTTPServer", "HTTP server"),
        ("get_URL", "Get URL"),
        ("v1.0_users", "V1 0 users"),
        ("--x--", "X"),
        ("größe_ändern", "Größe ändern"),
        ("", ""),
    ] {
        assert_eq!(ToolHandler::title_from_name(name), expected, "{name}");
    }
}
