//! Tasks over HTTP: they outlive the request that created them, and not the server.

use std::sync::Arc;
use std::time::Duration;

use mcpwright_server::{Builder, Context, MemoryStore, Store as _, TaskMode, ToolHandler};
use mcpwright_transport::http::Limits;
use serde_json::{Value, json};

use crate::requests::{Request, modern};
use crate::support::Site;
use crate::world;

/// Sleeps for so many milliseconds.
async fn doze(context: Context, milliseconds: u64) -> String {
    context.progress_with(1.0, 2.0, "dozing");
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    "slept".to_owned()
}

fn dozing(builder: Builder) -> Builder {
    let tool = |name: &str, mode| {
        ToolHandler::function(name, ["milliseconds"], doze).description("Doze.").task(mode)
    };
    builder
        .tool(tool("doze", TaskMode::After(Duration::from_millis(50))))
        .tool(tool("sleep", TaskMode::Always))
}

/// A request of a client that knows tasks.
fn knowing(method: &str, mut params: Value) -> Request {
    let able = json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } });
    params["_meta"] = json!({ "io.modelcontextprotocol/clientCapabilities": able });
    let request = modern(json!(1), method, params.clone());
    match params["taskId"].as_str() {
        Some(id) => request.set("Mcp-Name", id),
        None => request,
    }
}

fn call(tool: &str, milliseconds: u64) -> Request {
    knowing("tools/call", json!({ "name": tool, "arguments": { "milliseconds": milliseconds } }))
}

async fn site(limits: Limits, store: &Arc<MemoryStore>) -> Site {
    let (builder, world) = world::server();
    let builder = dozing(builder).store(Arc::clone(store));
    Site::serve(world, mcpwright_transport::http(builder).limits(limits)).await
}

async fn create(site: &Site, tool: &str, milliseconds: u64) -> String {
    let created = site.ask(&call(tool, milliseconds)).await.json();
    assert_eq!(created["result"]["resultType"], "task", "{created}");
    created["result"]["taskId"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn promoted_task_notifies_subscribers() {
    let site = site(Limits::default(), &Arc::default()).await;
    assert_eq!(site.ask(&call("doze", 1)).await.json()["result"]["content"][0]["text"], "slept");
    let id = create(&site, "doze", 300).await;
    let mut client = site.connect().await;
    client.open(&knowing("subscriptions/listen", json!({ "notifications": { "taskIds": [id] } }))).await;
    assert_eq!(client.message().await["params"]["notifications"], json!({ "taskIds": [id] }));
    loop {
        let told = client.message().await;
        assert_eq!((&told["method"], &told["params"]["taskId"]), (&json!("notifications/tasks"), &json!(id)));
        if told["params"]["status"] == "completed" {
            assert_eq!(told["params"]["result"]["content"][0]["text"], "slept");
            break;
        }
        assert_eq!(told["params"]["status"], "working");
    }
    let done = site.ask(&knowing("tasks/get", json!({ "taskId": id }))).await.json();
    assert_eq!(done["result"]["result"]["content"][0]["text"], "slept");
}

#[tokio::test(flavor = "multi_thread")]
async fn task_requests_check_headers_and_capabilities() {
    let site = site(Limits::default(), &Arc::default()).await;
    let id = create(&site, "sleep", 60_000).await;
    let get = || knowing("tasks/get", json!({ "taskId": id }));
    assert_eq!(site.ask(&get()).await.json()["result"]["status"], "working");
    site.refuses(&get().set("Mcp-Name", "another"), 400, Some(-32020)).await;
    site.refuses(&get().without("Mcp-Name"), 400, Some(-32020)).await;
    let undeclared = modern(json!(1), "tasks/get", json!({ "taskId": id })).set("Mcp-Name", id.as_str());
    site.refuses(&undeclared, 400, Some(-32021)).await;
    site.refuses(&modern(json!(1), "tools/call", json!({ "name": "sleep" })), 400, Some(-32021)).await;
    for gone in ["tasks/result", "tasks/list"] {
        site.refuses(&knowing(gone, json!({})), 404, Some(-32601)).await;
    }
    let cancelled = site.ask(&knowing("tasks/cancel", json!({ "taskId": id }))).await.json();
    assert_eq!(cancelled["result"]["resultType"], "complete");
    assert_eq!(site.ask(&get()).await.json()["result"]["status"], "cancelled");
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_drains_then_cancels_tasks() {
    let store = Arc::new(MemoryStore::new());
    let mut limits = Limits::default();
    (limits.shutdown_delay, limits.drain_timeout) = (Duration::ZERO, Duration::from_secs(1));
    let mut site = site(limits, &store).await;
    let (short, long) = (create(&site, "sleep", 300).await, create(&site, "sleep", 60_000).await);
    site.stop();
    site.ended().await;
    for (id, end) in [(short, "Completed"), (long, "Cancelled")] {
        let record = store.get(&format!("mcp:task:test:{id}:end")).await.unwrap().expect("it has ended");
        assert!(String::from_utf8(record).unwrap().contains(end));
    }
}
