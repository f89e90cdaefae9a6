//! Lines over byte streams in memory: faults and limits.

use std::time::Duration;

use mcpwright_transport::{LineLimits, memory, serve};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};

use crate::demo;

#[tokio::test]
async fn overlong_line_is_rejected_and_the_next_one_is_served() {
    let (client, server) = tokio::io::duplex(1 << 16);
    let (reader, writer) = tokio::io::split(server);
    let serving =
        tokio::spawn(serve(demo::server(), reader, writer, LineLimits::default().max_line_bytes(1000)));
    let (mut reader, mut writer) = tokio::io::split(client);
    writer.write_all("x".repeat(100_000).as_bytes()).await.unwrap();
    writer.write_all(b"\n{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}").await.unwrap();
    writer.shutdown().await.unwrap();
    let mut received = String::new();
    reader.read_to_string(&mut received).await.unwrap();
    let expected = concat!(
        r#"{"jsonrpc":"2.0","error":{"code":-32600,"message":"the message is too long"}}"#,
        "\n",
        r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        "\n"
    );
    assert_eq!(received, expected);
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn disconnect_ends_the_stream_with_an_error() {
    let (client, server) = tokio::io::duplex(64);
    let (reader, writer) = tokio::io::split(server);
    let serving = tokio::spawn(serve(demo::server(), reader, writer, LineLimits::default()));
    let mut client = client;
    for _ in 0..3 {
        client.write_all(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n").await.unwrap();
    }
    drop(client);
    let ended = tokio::time::timeout(Duration::from_secs(5), serving).await;
    assert!(ended.expect("the server ends").unwrap().is_err(), "lost responses must be reported as an error");
}

/// A request line of revision 2026-07-28.
fn modern(id: u32, method: &str, mut params: Value) -> String {
    params["_meta"] = serde_json::json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let request = serde_json::json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
    format!("{request}\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledgement_precedes_changes() {
    use mcpwright_server::{Catalog, Server, ToolHandler};

    for _ in 0..50 {
        let catalog = Catalog::new();
        let shared = catalog.clone();
        let change = ToolHandler::function("change", [], move || {
            shared.insert(ToolHandler::function("new", [], || async {}).description("New."));
            async {}
        });
        let server = Server::builder("test", "1").tool(change.description("Change.")).tool_provider(catalog);
        let (reader, mut writer) = tokio::io::split(memory(server));
        let listen = modern(
            1,
            "subscriptions/listen",
            serde_json::json!({ "notifications": { "toolsListChanged": true } }),
        );
        let call = modern(2, "tools/call", serde_json::json!({ "name": "change" }));
        writer.write_all(format!("{listen}{call}").as_bytes()).await.unwrap();
        let mut lines = BufReader::new(reader).lines();
        let mut methods = Vec::new();
        while methods.len() < 2 {
            let line: Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
            methods.extend(line["method"].as_str().map(str::to_owned));
        }
        assert_eq!(methods, ["notifications/subscriptions/acknowledged", "notifications/tools/list_changed"]);
    }
}

#[tokio::test]
async fn unread_updates_are_coalesced() {
    use mcpwright_server::{Server, ToolHandler};

    let builder = Server::builder("test", "1")
        .tool(ToolHandler::function("large", [], || async { "x".repeat(3 << 20) }).description("Large."))
        .resource(mcpwright_server::ResourceHandler::function("test://x", "x", || async { "x" }));
    let notify = builder.notify().clone();
    let (reader, mut writer) = tokio::io::split(memory(builder));
    let mut lines = BufReader::new(reader).lines();
    let filter = serde_json::json!({ "notifications": { "resourceSubscriptions": ["test://x"] } });
    writer.write_all(modern(1, "subscriptions/listen", filter).as_bytes()).await.unwrap();
    assert!(lines.next_line().await.unwrap().unwrap().contains("acknowledged"));
    for id in 2..5 {
        writer
            .write_all(modern(id, "tools/call", serde_json::json!({ "name": "large" })).as_bytes())
            .await
            .unwrap();
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    for _ in 0..10_000 {
        notify.resource_updated("test://x");
    }
    let (mut responses, mut updates) = (0, 0);
    while responses < 3 || updates == 0 {
        let line = tokio::time::timeout(Duration::from_secs(10), lines.next_line())
            .await
            .expect("the server continues")
            .unwrap()
            .unwrap();
        if line.contains("resources/updated") { updates += 1 } else { responses += 1 }
    }
    assert_eq!((responses, updates), (3, 1));
}
