//! What is refused, in which words, and what is not.

use std::fmt::Debug;

use mcpwright_core::{
    CallToolParams, CallToolResult, ClientCapabilities, CompleteParams, ContentBlock, CreateMessageResult,
    ElicitParams, InitializeParams, InputRequests, InputResponses, JsonText, ListToolsResult,
    PrimitiveSchema, ProgressParams, PromptMessage, Resource, ResourceContents, SetLevelParams,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn refused<T: DeserializeOwned + Debug>(value: &Value, message: &str) {
    let text = JsonText::of(value).expect("JSON");
    assert_eq!(text.to::<T>().expect_err("it is wrong").to_string(), message, "{value}");
}

#[test]
fn the_message_names_the_member() {
    refused::<CallToolParams>(&json!({}), "missing field `name`");
    refused::<CallToolParams>(&json!({ "name": 5 }), "`name`: invalid type: integer `5`, expected a string");
    refused::<CallToolParams>(
        &json!({ "name": "one", "requestState": [] }),
        "`requestState`: invalid type: sequence, expected a string",
    );
    refused::<CallToolParams>(
        &json!({ "name": "one", "_meta": 5 }),
        "`_meta`: invalid type: integer `5`, expected a map",
    );
    refused::<InitializeParams>(
        &json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": "me" }),
        "`clientInfo`: invalid type: string \"me\", expected an object",
    );
    refused::<SetLevelParams>(
        &json!({ "level": "loud" }),
        "`level`: unknown variant `loud`, expected one of `debug`, `info`, `notice`, `warning`, `error`, \
         `critical`, `alert`, `emergency`",
    );
    refused::<ClientCapabilities>(
        &json!({ "extensions": { "org.example/one": true } }),
        "`extensions.org.example/one`: invalid type: boolean `true`, expected a map",
    );
    refused::<ListToolsResult>(
        &json!({ "tools": [{ "name": "one", "inputSchema": {} }, { "name": "two" }] }),
        "`tools[1]`: missing field `inputSchema`",
    );
}

#[test]
fn the_message_names_members_of_content() {
    refused::<PromptMessage>(
        &json!({ "role": "user", "content": { "type": "text", "text": 5 } }),
        "`content.text`: invalid type: integer `5`, expected a string",
    );
    refused::<CallToolResult>(
        &json!({ "content": [{ "type": "text", "text": "one" }, { "text": "two" }] }),
        "`content[1]`: missing field `type`",
    );
    refused::<CallToolResult>(
        &json!({ "content": [{ "type": "image", "data": "AQID", "mimeType": null }], "isError": false }),
        "`content[0].mimeType`: invalid type: null, expected a string",
    );
    refused::<CreateMessageResult>(
        &json!({ "role": "assistant", "model": "one", "content": [{ "type": "tool_use", "id": 1 }] }),
        "`content[0].id`: invalid type: integer `1`, expected a string",
    );
    refused::<ResourceContents>(&json!({ "uri": "file:///one" }), "expected either a `text` or a `blob`");
    refused::<ContentBlock>(
        &json!({ "type": "resource", "resource": { "uri": 5, "text": "one" } }),
        "`resource.uri`: invalid type: integer `5`, expected a string",
    );
}

#[test]
fn the_message_names_members_of_questions() {
    refused::<InputRequests>(
        &json!({ "one": { "method": "elicitation/create", "params": { "message": "?" } } }),
        "`one.params`: missing field `requestedSchema`",
    );
    refused::<InputRequests>(
        &json!({ "one": { "method": "tools/call" } }),
        "`one`: unknown variant `tools/call`, expected one of `elicitation/create`, `sampling/createMessage`, \
         `roots/list`",
    );
    refused::<ElicitParams>(&json!({ "mode": "voice" }), "`mode`: expected `form` or `url`");
    refused::<PrimitiveSchema>(
        &json!({ "type": "array", "items": { "type": "integer", "enum": [] } }),
        "`items.type`: unknown variant `integer`, expected `string`",
    );
    refused::<CompleteParams>(
        &json!({ "ref": { "type": "ref/tool" }, "argument": { "name": "a", "value": "b" } }),
        "`ref`: unknown variant `ref/tool`, expected `ref/prompt` or `ref/resource`",
    );
}

#[test]
fn an_integer_is_no_fraction() {
    refused::<Resource>(
        &json!({ "uri": "file:///one", "name": "one", "size": 5.0 }),
        "`size`: invalid type: floating point `5.0`, expected u64",
    );
    refused::<Resource>(
        &json!({ "uri": "file:///one", "name": "one", "size": -5 }),
        "`size`: invalid value: integer `-5`, expected u64",
    );
}

#[test]
fn a_number_that_json_has_not_cannot_be_written() {
    let error = JsonText::of(&ProgressParams::new(1, f64::NAN)).expect_err("it is no number");
    assert_eq!(error.to_string(), "JSON has no number NaN");
    let text = JsonText::of(&ProgressParams::new(1, 50).total(1e300)).expect("JSON");
    assert_eq!(text.as_str(), r#"{"progressToken":1,"progress":50,"total":1e+300}"#);
}

#[test]
fn a_member_that_stands_twice_is_refused() {
    let text = JsonText::parse(r#"{"one": 1, "one": 2}"#).expect("JSON");
    let error = text.to::<InputResponses>().expect_err("it is ambiguous");
    assert_eq!(error.to_string(), "duplicate member `one`");
}

#[test]
fn content_of_an_unknown_type_is_kept() {
    let value = json!({ "content": [{ "type": "smell", "data": "AQID" }] });
    let result: CallToolResult = serde_json::from_value(value.clone()).expect("a result");
    assert_eq!(result.content, [ContentBlock::Other(json!({ "type": "smell", "data": "AQID" }))]);
    assert_eq!(json!(result), value);
}

#[test]
fn null_says_the_same_as_nothing() {
    let params = json!({ "name": "one", "arguments": null, "requestState": null });
    let params: CallToolParams = serde_json::from_value(params).expect("params");
    assert_eq!(params, CallToolParams::new("one"));
    assert_eq!(json!(params), json!({ "name": "one" }));
}

#[test]
fn but_null_is_a_structured_content() {
    let value = json!({ "content": [], "structuredContent": null });
    let result: CallToolResult = serde_json::from_value(value.clone()).expect("a result");
    assert_eq!(result.structured_content.as_ref().map(JsonText::as_str), Some("null"));
    assert_eq!(json!(result), value);
}
