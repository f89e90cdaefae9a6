//! Tasks over HTTP: a task outlives the request that created it, but not the server.

use std::sync::Arc;
use std::time::Duration;

use mcpwright_server::{Builder, Context, MemoryStore, Store as _, TaskMode, ToolHandler};
use mcpwright_transport::http::Limits;
use serde_json::{Value, json};

use crate::probe;
use crate::requests::{Request, modern};
use crate::support::TestServer;

/// Sleeps for `milliseconds`.
async fn doze(context: Context, milliseconds: u64) -> String {
    context.progress_with(1.0, 2.0, "dozing");
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    "slept".to_owned()
}

fn with_sleep_tools(builder: Builder) -> Builder {
    let tool = |name: &str, mode| {
        ToolHandler::function(name, ["milliseconds"], doze).description("Doze.").task(mode)
    };
    builder
        .tool(tool("doze", TaskMode::After(Duration::from_millis(50))))
        .tool(tool("sleep", TaskMode::Always))
}

/// A request of a client that declares the tasks extension.
fn with_tasks(method: &str, mut params: Value) -> Request {
    let capabilities = json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } });
    params["_meta"] = json!({ "io.modelcontextprotocol/clientCapabilities": capabilities });
    let request = modern(json!(1), method, params.clone());
    match params["taskId"].as_str() {
        Some(id) => request.set("Mcp-Name", id),
        None => request,
    }
}

fn call(tool: &str, milliseconds: u64) -> Request {
    with_tasks("tools/call", json!({ "name": tool, "arguments": { "milliseconds": milliseconds } }))
}

async fn start_server(limits: Limits, store: &Arc<MemoryStore>) -> TestServer {
    let (builder, probe) = probe::server_builder();
    let builder = with_sleep_tools(builder).store(Arc::clone(store));
    TestServer::serve(probe, mcpwright_transport::http(builder).limits(limits)).await
}

async fn create(server: &TestServer, tool: &str, milliseconds: u64) -> String {
    let created = server.send_request(&call(tool, milliseconds)).await.json();
    assert_eq!(created["result"]["resultType"], "task", "{created}");
    created["result"]["taskId"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn promoted_task_notifies_subscribers() {
    let server = start_server(Limits::default(), &Arc::default()).await;
    assert_eq!(server.send_request(&call("doze", 1)).await.json()["result"]["content"][0]["text"], "slept");
    let id = create(&server, "doze", 300).await;
    let mut client = server.connect().await;
    client.open(&with_tasks("subscriptions/listen", json!({ "notifications": { "taskIds": [id] } }))).await;
    assert_eq!(client.message().await["params"]["notifications"], json!({ "taskIds": [id] }));
    loop {
        let notification = client.message().await;
        assert_eq!(
            (&notification["method"], &notification["params"]["taskId"]),
            (&json!("notifications/tasks"), &json!(id))
        );
        if notification["params"]["status"] == "completed" {
            assert_eq!(notification["params"]["result"]["content"][0]["text"], "slept");
            break;
        }
        assert_eq!(notification["params"]["status"], "working");
    }
    let done = server.send_request(&with_tasks("tasks/get", json!({ "taskId": id }))).await.json();
    assert_eq!(done["result"]["result"]["content"][0]["text"], "slept");
}

#[tokio::test(flavor = "multi_thread")]
async fn task_requests_check_headers_and_capabilities() {
    let server = start_server(Limits::default(), &Arc::default()).await;
    let id = create(&server, "sleep", 60_000).await;
    let get = || with_tasks("tasks/get", json!({ "taskId": id }));
    assert_eq!(server.send_request(&get()).await.json()["result"]["status"], "working");
    server.expect_rejected(&get().set("Mcp-Name", "another"), 400, Some(-32020)).await;
    server.expect_rejected(&get().without("Mcp-Name"), 400, Some(-32020)).await;
    let undeclared = modern(json!(1), "tasks/get", json!({ "taskId": id })).set("Mcp-Name", id.as_str());
    server.expect_rejected(&undeclared, 400, Some(-32021)).await;
    server
        .expect_rejected(&modern(json!(1), "tools/call", json!({ "name": "sleep" })), 400, Some(-32021))
        .await;
    for removed in ["tasks/result", "tasks/list"] {
        server.expect_rejected(&with_tasks(removed, json!({})), 404, Some(-32601)).await;
    }
    let cancelled = server.send_request(&with_tasks("tasks/cancel", json!({ "taskId": id }))).await.json();
    assert_eq!(cancelled["result"]["resultType"], "complete");
    assert_eq!(server.send_request(&get()).await.json()["result"]["status"], "cancelled");
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_drains_then_cancels_tasks() {
    let store = Arc::new(MemoryStore::new());
    let mut limits = Limits::default();
    (limits.shutdown_delay, limits.drain_timeout) = (Duration::ZERO, Duration::from_secs(1));
    let mut server = start_server(limits, &store).await;
    let (short, long) = (create(&server, "sleep", 300).await, create(&server, "sleep", 60_000).await);
    server.stop();
    server.wait_for_shutdown().await;
    for (id, end) in [(short, "Completed"), (long, "Cancelled")] {
        let record =
            store.get(&format!("mcp:task:test:{id}:end")).await.unwrap().expect("the task has ended");
        assert!(String::from_utf8(record).unwrap().contains(end));
    }
}
