//! Servers without sessions of earlier revisions.

use mcpwright_server::{PromptHandler, ResourceHandler, Server, ToolHandler};
use serde_json::json;

use crate::probe;
use crate::requests::{Session, bodiless, call, initialize, message, modern, notification, post};
use crate::support::TestServer;

async fn start() -> TestServer {
    let (_, probe) = probe::server_builder();
    let server = Server::builder("notes", "1.0.0")
        .tool(ToolHandler::function("now", [], || async { "noon" }))
        .prompt(PromptHandler::function("greet", [], || async { "Hello" }))
        .resource(ResourceHandler::function("note://1", "note", || async { "milk" }));
    TestServer::serve(probe, mcpwright_transport::http(server).sessions(false)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn handshake_opens_no_session_and_offers_nothing_that_needs_one() {
    let server = start().await;
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let response = server.send_request(&initialize(version)).await;
        assert_eq!((response.status, response.header("mcp-session-id")), (200, None));
        let result = &response.json()["result"];
        assert_eq!(result["protocolVersion"], version);
        assert_eq!(result["capabilities"], json!({ "tools": {}, "prompts": {}, "resources": {} }));
    }
    let initialized = post(notification("notifications/initialized", json!({})).to_string());
    assert_eq!(server.send_request(&initialized).await.status, 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_stands_alone() {
    let server = start().await;
    for version in ["2025-03-26", "2025-11-25"] {
        let without_id = |method: &str, params| {
            post(message(json!(1), method, params).to_string()).set("MCP-Protocol-Version", version)
        };
        let list = server.send_request(&without_id("tools/list", json!({}))).await;
        assert_eq!(list.json()["result"]["tools"][0]["name"], "now");
        let call = without_id("tools/call", json!({ "name": "now", "arguments": {} }));
        assert_eq!(server.send_request(&call).await.text(), "noon");
        // An id from another server, or from before a change of the setting.
        let foreign = Session { id: "made-up".to_owned(), version };
        let call = foreign.request(json!(1), "tools/call", json!({ "name": "now", "arguments": {} }));
        assert_eq!(server.send_request(&call).await.text(), "noon");
        for request in
            [foreign.get(None), foreign.delete(), bodiless("GET", "/mcp"), bodiless("DELETE", "/mcp")]
        {
            let response = server.send_request(&request).await;
            assert_eq!((response.status, response.header("allow")), (405, Some("POST, OPTIONS")));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_of_the_current_revision_are_not_affected() {
    let server = start().await;
    assert_eq!(server.send_request(&call(json!(1), "now", json!({}))).await.text(), "noon");
    let discover = server.send_request(&modern(json!(1), "server/discover", json!({}))).await.json();
    assert_eq!(discover["result"]["capabilities"]["tools"]["listChanged"], true);
    let filter = json!({ "notifications": { "toolsListChanged": true } });
    let mut client = server.connect().await;
    client.open(&modern(json!(1), "subscriptions/listen", filter)).await;
    let acknowledgement = client.message().await;
    assert_eq!(acknowledgement["method"], "notifications/subscriptions/acknowledged");
}
