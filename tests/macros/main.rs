//! Servers that the macros describe, as a client sees them.

#![allow(clippy::needless_pass_by_value, reason = "arguments are taken in every way")]

mod arguments;
mod completion;
mod extractors;
mod forms;
mod functions;
mod prompts;
mod resources;
mod results;
mod servers;
mod tools;

use mcpwright::{ContentBlock, IntoServer, ToolResult};
use mcpwright_server::testing::Client;
use serde_json::{Value, json};

fn client(server: impl IntoServer) -> Client {
    Client::modern(server)
}

/// The text of a result, and whether it is an error.
fn text(result: &ToolResult) -> (&str, bool) {
    let text = result.content.first().and_then(ContentBlock::as_text).unwrap_or_default();
    (text, result.is_error == Some(true))
}

/// Calls a tool that answers with a text.
async fn call(client: &Client, tool: &str, arguments: Value) -> String {
    let result = client.call_tool(tool, arguments).await.expect("the tool is there");
    let (text, is_error) = text(&result);
    if is_error { format!("error: {text}") } else { text.to_owned() }
}

/// What clients are told of a tool.
async fn definition(client: &Client, tool: &str) -> Value {
    let tools = client.list_tools().await.expect("tools can be listed");
    let tool = tools.iter().find(|listed| listed.name == tool).expect("the tool is there");
    serde_json::to_value(tool).expect("a tool is JSON")
}

/// What clients are told of an argument.
async fn argument(client: &Client, tool: &str, name: &str) -> Value {
    definition(client, tool).await["inputSchema"]["properties"][name].clone()
}

fn empty() -> Value {
    json!({})
}
