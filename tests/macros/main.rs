//! Servers with macros, tested as a client.

#![allow(clippy::needless_pass_by_value, reason = "parameters are by value and by reference")]

mod arguments;
#[cfg(any(feature = "stdio", feature = "http"))]
mod async_extractors;
mod completion;
mod composed;
mod extractors;
mod flatten;
mod forms;
mod functions;
mod limits;
mod outputs;
mod prompts;
mod resources;
mod results;
mod servers;
mod tools;

use mcpwright::{CallToolResult, ContentBlock, IntoServer};
use mcpwright_server::testing::Client;
use serde_json::{Value, json};

fn client(server: impl IntoServer) -> Client {
    Client::modern(server)
}

/// The first text of a result, and `true` if the result is an error.
fn text(result: &CallToolResult) -> (&str, bool) {
    let text = result.content.first().and_then(ContentBlock::as_text).unwrap_or_default();
    (text, result.is_error == Some(true))
}

/// Calls a tool, and returns the text of its result; after `error: ` if the result is an error.
async fn call(client: &Client, tool: &str, arguments: Value) -> String {
    let result = client.call_tool(tool, arguments).await.expect("the tool is there");
    let (text, is_error) = text(&result);
    if is_error { format!("error: {text}") } else { text.to_owned() }
}

/// The definition of a tool, as JSON.
async fn definition(client: &Client, tool: &str) -> Value {
    let tools = client.list_tools().await.expect("tools can be listed");
    let tool = tools.iter().find(|listed| listed.name == tool).expect("the tool is there");
    serde_json::to_value(tool).expect("a tool is JSON")
}

/// The schema of an argument.
async fn argument(client: &Client, tool: &str, name: &str) -> Value {
    definition(client, tool).await["inputSchema"]["properties"][name].clone()
}

/// The text of an empty result.
const EMPTY_RESULT: &str = "The call succeeded. Its result is empty.";

fn empty() -> Value {
    json!({})
}
