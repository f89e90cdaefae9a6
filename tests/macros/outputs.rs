//! Results that the handler makes itself, and the type whose schema they have: `#[tool(output = …)]`.

use mcpwright::types::{JsonText, ProtocolVersion};
use mcpwright::{CallToolResult, Json, Server, ToolHandler, server};
use mcpwright_server::testing::Client;
use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::{client, definition, empty, text};

/// The orders for a share.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct Depth {
    bids: Vec<Level>,
    #[schemars(range(min = 1, max = 9))]
    precision: u8,
    note: Option<String>,
}

#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct Level {
    price: f64,
    volume: u32,
}

struct Exchange;

#[server]
impl Exchange {
    /// A value.
    #[tool(output = Depth)]
    async fn value(&self, answer: Value) -> Value {
        answer
    }

    /// JSON text.
    #[tool(output = Depth)]
    fn text(answer: Value) -> JsonText {
        answer.into()
    }

    /// A result, or an error.
    #[tool(output = Depth)]
    fn whole(answer: Value) -> Result<CallToolResult, String> {
        match answer {
            Value::Null => Err("no answer".to_owned()),
            Value::Bool(_) => Ok(CallToolResult::text("unstructured")),
            Value::String(text) => Ok(CallToolResult::error(text)),
            answer => Ok(CallToolResult::text("depth").structured_content(answer)),
        }
    }

    /// A list.
    #[tool(output = Vec<Level>)]
    fn list(answer: Value) -> Value {
        answer
    }

    /// A value without a schema.
    #[tool]
    fn free(answer: Value) -> Value {
        answer
    }

    /// A value that may be absent.
    #[tool]
    fn optional() -> Option<Json<u8>> {
        None
    }
}

/// Clients of both eras.
async fn clients() -> [Client; 2] {
    let legacy = Client::legacy(Exchange, ProtocolVersion::V2025_06_18).await.expect("the server is there");
    [client(Exchange), legacy]
}

fn depth() -> Value {
    json!({ "bids": [{ "price": 9.5, "volume": 300 }], "precision": 2, "note": null, "extra": true })
}

#[tokio::test]
async fn the_schema_of_the_type_is_published() {
    for client in &clients().await {
        for tool in ["value", "text", "whole"] {
            assert_eq!(
                definition(client, tool).await["outputSchema"],
                json!({
                    "description": "The orders for a share.",
                    "type": "object",
                    "properties": {
                        "bids": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "properties": { "price": { "type": "number" }, "volume": { "type": "integer" } },
                                "required": ["price", "volume"],
                            },
                        },
                        "precision": { "type": "integer", "minimum": 1, "maximum": 9 },
                        "note": { "anyOf": [{ "type": "string" }, { "type": "null" }] },
                    },
                    "required": ["bids", "precision", "note"],
                }),
                "{tool}"
            );
        }
        let list = definition(client, "list").await["outputSchema"].clone();
        assert_eq!(list["properties"]["result"]["items"]["required"], json!(["price", "volume"]));
        for tool in ["free", "optional"] {
            assert_eq!(definition(client, tool).await["outputSchema"], json!(null), "{tool}");
        }
    }
}

#[tokio::test]
async fn text_and_structured_content_are_one_value() {
    for client in &clients().await {
        for tool in ["value", "text"] {
            let result = client.call_tool(tool, json!({ "answer": depth() })).await.expect("it matches");
            assert_eq!(text(&result), (depth().to_string().as_str(), false));
            assert_eq!(result.structured_content, Some(depth().into()));
        }
        let result = client.call_tool("whole", json!({ "answer": depth() })).await.expect("it matches");
        assert_eq!(text(&result), ("depth", false));
        assert_eq!(result.structured_content, Some(depth().into()));
        let list = json!([{ "price": 1, "volume": 2 }]);
        let result = client.call_tool("list", json!({ "answer": list })).await.expect("it matches");
        assert_eq!(text(&result).0, list.to_string());
        assert_eq!(result.structured_content, Some(json!({ "result": list }).into()));
        let result = client.call_tool("free", json!({ "answer": { "a": 1 } })).await.expect("anything goes");
        assert_eq!(text(&result).0, r#"{"a":1}"#);
        assert_eq!(result.structured_content, Some(json!({ "a": 1 }).into()));
    }
}

#[tokio::test]
async fn a_result_that_does_not_match_is_not_sent() {
    for client in &clients().await {
        let mut wrong = depth();
        wrong["precision"] = json!(10);
        for (tool, answer) in [
            ("value", json!({})),
            ("value", json!([])),
            ("text", wrong.clone()),
            ("whole", wrong),
            ("whole", json!(true)),
            ("list", depth()),
            // The schema is that of the value itself: the server wraps it.
            ("list", json!({ "result": [] })),
        ] {
            let result = client.call_tool(tool, json!({ "answer": answer })).await.expect(tool);
            let (text, is_error) = text(&result);
            let expected = format!("the result of {tool} does not match its output schema, incident ");
            assert!(is_error && text.starts_with(&expected), "{tool} {answer}: {text}");
        }
        for (answer, expected) in [(json!(null), "no answer"), (json!("closed"), "closed")] {
            let result = client.call_tool("whole", json!({ "answer": answer })).await.expect("a tool error");
            assert_eq!(text(&result), (expected, true));
        }
    }
}

#[tokio::test]
async fn the_builder_says_the_same() {
    let value = ToolHandler::function("value", ["answer"], |answer: Value| async move { answer });
    let server = Server::builder("exchange", "1.0.0").tool(value.output::<Depth>().description("A value."));
    let built = client(server);
    assert_eq!(definition(&built, "value").await, definition(&client(Exchange), "value").await);
    assert!(built.call_tool("value", json!({ "answer": depth() })).await.is_ok());
    let result = built.call_tool("value", json!({ "answer": empty() })).await.expect("a tool error");
    assert_eq!(result.is_error, Some(true));
}
