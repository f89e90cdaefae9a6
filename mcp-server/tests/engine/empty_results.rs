//! Results of tools without content, which a text describes.

use futures::executor::block_on;
use mcpwright_core::{CallToolResult, ContentBlock, JsonText, ProtocolVersion};
use mcpwright_server::testing::Client;
use mcpwright_server::{Execution, Json, Server, ToolHandler};
use serde_json::{Value, json};

const DEFAULT: &str = "The call succeeded. Its result is empty.";

/// A tool with a result, and the text that a client receives: without a text of its own, and with one.
fn cases() -> Vec<(ToolHandler, &'static str, &'static str)> {
    let made = |name: &str, result: CallToolResult| {
        ToolHandler::new(name, move |_| {
            let result = result.clone();
            Ok(Execution::future(async move { Ok(result) }))
        })
    };
    let structured = |value: Value| CallToolResult::default().structured_content(JsonText::from(value));
    vec![
        (ToolHandler::function("unit", [], || async {}), DEFAULT, "none"),
        (ToolHandler::function("string", [], || async { String::new() }), DEFAULT, "none"),
        (ToolHandler::function("blank", [], || async { " \n" }), DEFAULT, "none"),
        (ToolHandler::function("absent", [], || async { None::<String> }), DEFAULT, "none"),
        (ToolHandler::function("blocks", [], || async { Vec::<ContentBlock>::new() }), DEFAULT, "none"),
        (ToolHandler::function("fallible", [], || async { Ok::<_, String>(()) }), DEFAULT, "none"),
        (ToolHandler::function("absent_json", [], || async { None::<Json<u8>> }), DEFAULT, "none"),
        (ToolHandler::function("list", [], || async { Json(Vec::<u8>::new()) }), "[]", "none"),
        (ToolHandler::function("null", [], || async { Json(None::<u8>) }), "null", "none"),
        (ToolHandler::function("value", [], || async { json!({}) }), "{}", "none"),
        (made("bare", structured(json!([]))), "[]", "none"),
        // Not empty.
        (ToolHandler::function("text", [], || async { "x" }), "x", "x"),
        (ToolHandler::function("zero", [], || async { Json(0) }), "0", "0"),
        (
            made(
                "explained",
                CallToolResult::text("see above").structured_content(JsonText::from(json!([]))),
            ),
            "see above",
            "see above",
        ),
        (made("mixed", CallToolResult::new([ContentBlock::text(""), ContentBlock::text("b")])), "", ""),
    ]
}

#[test]
fn empty_results_say_so() {
    for (tool, default, own) in cases() {
        let name = tool.definition().name.clone();
        for (tool, expected) in [(tool.clone(), default), (tool.empty_text("none"), own)] {
            let server = Server::builder("test", "1.0.0").tool(tool).build();
            let legacy = block_on(Client::legacy(server.clone(), ProtocolVersion::V2024_11_05)).unwrap();
            for client in [Client::modern(server.clone()), legacy] {
                let result = block_on(client.call_tool(&name, ())).unwrap();
                assert_eq!(result.content[0].as_text(), Some(expected), "{name}");
                assert_ne!(result.is_error, Some(true), "{name}");
            }
        }
    }
}

#[test]
fn structured_content_of_an_empty_result_stays() {
    let list = ToolHandler::function("list", [], || async { Json(Vec::<u8>::new()) }).empty_text("none");
    let client = Client::modern(Server::builder("test", "1.0.0").tool(list));
    let result = block_on(client.call_tool("list", ())).unwrap();
    assert_eq!(result.structured_content.unwrap().as_str(), r#"{"result":[]}"#);
}

#[test]
fn a_result_that_is_not_text_is_not_empty() {
    let image = ToolHandler::function("image", [], || async { ContentBlock::image([], "image/png") });
    let client = Client::modern(Server::builder("test", "1.0.0").tool(image));
    assert_eq!(block_on(client.call_tool("image", ())).unwrap().content[0].as_text(), None);
}
