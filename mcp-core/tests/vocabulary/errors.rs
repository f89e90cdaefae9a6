//! Messages of deserialization errors, and edge cases that are accepted.

use std::fmt::Debug;

use mcpwright_core::{
    CallToolParams, CallToolResult, ClientCapabilities, CompleteParams, ContentBlock, CreateMessageResult,
    ElicitParams, InitializeParams, InputRequests, InputResponses, JsonText, ListToolsResult,
    PrimitiveSchema, ProgressParams, PromptMessage, Resource, ResourceContents, SetLevelParams,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

#[track_caller]
fn check<T: DeserializeOwned + Debug>(value: &Value, message: &str) {
    let text = JsonText::encode(value).expect("JSON");
    assert_eq!(text.decode_owned::<T>().expect_err("the value is invalid").to_string(), message, "{value}");
}

#[test]
fn messages_name_the_member() {
    check::<CallToolParams>(&json!({}), "missing field `name`");
    check::<CallToolParams>(&json!({ "name": 5 }), "`name`: invalid type: integer `5`, expected a string");
    check::<CallToolParams>(
        &json!({ "name": "one", "requestState": [] }),
        "`requestState`: invalid type: sequence, expected a string",
    );
    check::<CallToolParams>(
        &json!({ "name": "one", "_meta": 5 }),
        "`_meta`: invalid type: integer `5`, expected a map",
    );
    check::<InitializeParams>(
        &json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": "me" }),
        "`clientInfo`: invalid type: string \"me\", expected an object",
    );
    check::<SetLevelParams>(
        &json!({ "level": "loud" }),
        "`level`: unknown variant `loud`, expected one of `debug`, `info`, `notice`, `warning`, `error`, \
         `critical`, `alert`, `emergency`",
    );
    check::<ClientCapabilities>(
        &json!({ "extensions": { "org.example/one": true } }),
        "`extensions.org.example/one`: invalid type: boolean `true`, expected a map",
    );
    check::<ListToolsResult>(
        &json!({ "tools": [{ "name": "one", "inputSchema": {} }, { "name": "two" }] }),
        "`tools[1]`: missing field `inputSchema`",
    );
}

#[test]
fn messages_name_members_of_content() {
    check::<PromptMessage>(
        &json!({ "role": "user", "content": { "type": "text", "text": 5 } }),
        "`content.text`: invalid type: integer `5`, expected a string",
    );
    check::<CallToolResult>(
        &json!({ "content": [{ "type": "text", "text": "one" }, { "text": "two" }] }),
        "`content[1]`: missing field `type`",
    );
    check::<CallToolResult>(
        &json!({ "content": [{ "type": "image", "data": "AQID", "mimeType": null }], "isError": false }),
        "`content[0].mimeType`: invalid type: null, expected a string",
    );
    check::<CreateMessageResult>(
        &json!({ "role": "assistant", "model": "one", "content": [{ "type": "tool_use", "id": 1 }] }),
        "`content[0].id`: invalid type: integer `1`, expected a string",
    );
    check::<ResourceContents>(&json!({ "uri": "file:///one" }), "must have either `text` or `blob`");
    check::<ContentBlock>(
        &json!({ "type": "resource", "resource": { "uri": 5, "text": "one" } }),
        "`resource.uri`: invalid type: integer `5`, expected a string",
    );
}

#[test]
fn messages_name_members_of_input_requests() {
    check::<InputRequests>(
        &json!({ "one": { "method": "elicitation/create", "params": { "message": "?" } } }),
        "`one.params`: missing field `requestedSchema`",
    );
    check::<InputRequests>(
        &json!({ "one": { "method": "tools/call" } }),
        "`one`: unknown variant `tools/call`, expected one of `elicitation/create`, `sampling/createMessage`, \
         `roots/list`",
    );
    check::<ElicitParams>(&json!({ "mode": "voice" }), "`mode`: must be `form` or `url`");
    check::<PrimitiveSchema>(
        &json!({ "type": "array", "items": { "type": "integer", "enum": [] } }),
        "`items.type`: unknown variant `integer`, expected `string`",
    );
    check::<CompleteParams>(
        &json!({ "ref": { "type": "ref/tool" }, "argument": { "name": "a", "value": "b" } }),
        "`ref`: unknown variant `ref/tool`, expected `ref/prompt` or `ref/resource`",
    );
}

#[test]
fn integers_must_not_have_a_fraction() {
    check::<Resource>(
        &json!({ "uri": "file:///one", "name": "one", "size": 5.0 }),
        "`size`: invalid type: floating point `5.0`, expected u64",
    );
    check::<Resource>(
        &json!({ "uri": "file:///one", "name": "one", "size": -5 }),
        "`size`: invalid value: integer `-5`, expected u64",
    );
}

#[test]
fn numbers_must_be_finite() {
    let error = JsonText::encode(&ProgressParams::new(1, f64::NAN)).expect_err("NaN is not finite");
    assert_eq!(error.to_string(), "a number must be finite to be written as JSON, got NaN");
    let text = JsonText::encode(&ProgressParams::new(1, 50).total(1e300)).expect("JSON");
    assert_eq!(text.as_str(), r#"{"progressToken":1,"progress":50,"total":1e+300}"#);
}

#[test]
fn duplicate_members_are_rejected() {
    let text = JsonText::parse(r#"{"one": 1, "one": 2}"#).expect("JSON");
    let error = text.decode_owned::<InputResponses>().expect_err("the member is duplicate");
    assert_eq!(error.to_string(), "duplicate member `one`");
}

#[test]
fn content_of_an_unrecognized_type_is_preserved() {
    let value = json!({ "content": [{ "type": "smell", "data": "AQID" }] });
    let result: CallToolResult = serde_json::from_value(value.clone()).expect("a result");
    assert_eq!(result.content, [ContentBlock::Other(json!({ "type": "smell", "data": "AQID" }))]);
    assert_eq!(json!(result), value);
}

#[test]
fn null_is_the_same_as_an_absent_member() {
    let params = json!({ "name": "one", "arguments": null, "requestState": null });
    let params: CallToolParams = serde_json::from_value(params).expect("params");
    assert_eq!(params, CallToolParams::new("one"));
    assert_eq!(json!(params), json!({ "name": "one" }));
}

#[test]
fn null_is_valid_structured_content() {
    let value = json!({ "content": [], "structuredContent": null });
    let result: CallToolResult = serde_json::from_value(value.clone()).expect("a result");
    assert_eq!(result.structured_content.as_ref().map(JsonText::as_str), Some("null"));
    assert_eq!(json!(result), value);
}
