//! The conversations of the engine, over a byte stream and in any pieces.

use std::fs;
use std::path::Path;
use std::time::Duration;

use mcpwright_transport::{Limits, memory, serve};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};

use crate::demo;

#[tokio::test]
async fn conversations_are_the_same_over_a_byte_stream() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../mcp-server/testdata");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let conversation = fs::read_to_string(&path).unwrap();
        // What happens on the server by itself is tested with the engine.
        if !conversation.lines().any(|line| line.starts_with("~ ")) {
            for piece in [1, 7, usize::MAX] {
                hold(&conversation, piece).await;
            }
        }
    }
}

/// Has a conversation in pieces of so many bytes; compares what is answered as far as it is written out.
async fn hold(conversation: &str, piece: usize) {
    let (reader, mut writer) = tokio::io::split(memory(demo::server()));
    let mut lines = BufReader::new(reader).lines();
    for line in conversation.lines() {
        match line.split_at_checked(2) {
            Some(("> ", text)) => {
                let bytes = format!("{text}\r\n\n").into_bytes();
                for piece in bytes.chunks(piece.min(bytes.len())) {
                    writer.write_all(piece).await.unwrap();
                }
            }
            Some(("< ", expected)) => {
                let said = tokio::time::timeout(Duration::from_secs(10), lines.next_line()).await;
                let said = said.unwrap_or_else(|_| panic!("nothing instead of {expected}")).unwrap().unwrap();
                let expected: Value = serde_json::from_str(expected).unwrap();
                let said: Value = serde_json::from_str(&said).unwrap();
                if expected.is_object() {
                    assert_eq!(said["id"], expected["id"], "{said} instead of {expected}");
                    assert_eq!(said["method"], expected["method"], "{said} instead of {expected}");
                    assert_eq!(
                        said["error"]["code"], expected["error"]["code"],
                        "{said} instead of {expected}"
                    );
                }
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn overlong_line_is_rejected_and_the_next_one_is_served() {
    let (client, ours) = tokio::io::duplex(1 << 16);
    let (reader, writer) = tokio::io::split(ours);
    let serving = tokio::spawn(serve(demo::server(), reader, writer, Limits::default().max_line_bytes(1000)));
    let (mut reader, mut writer) = tokio::io::split(client);
    writer.write_all("x".repeat(100_000).as_bytes()).await.unwrap();
    writer.write_all(b"\n{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}").await.unwrap();
    writer.shutdown().await.unwrap();
    let mut said = String::new();
    reader.read_to_string(&mut said).await.unwrap();
    let expected = concat!(
        r#"{"jsonrpc":"2.0","error":{"code":-32600,"message":"the message is too long"}}"#,
        "\n",
        r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        "\n"
    );
    assert_eq!(said, expected);
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn disconnect_ends_the_stream_with_an_error() {
    let (client, ours) = tokio::io::duplex(64);
    let (reader, writer) = tokio::io::split(ours);
    let serving = tokio::spawn(serve(demo::server(), reader, writer, Limits::default()));
    let mut client = client;
    for _ in 0..3 {
        client.write_all(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n").await.unwrap();
    }
    drop(client);
    let ended = tokio::time::timeout(Duration::from_secs(5), serving).await;
    assert!(ended.expect("it ends").unwrap().is_err(), "somebody should hear that answers were lost");
}

/// A request of revision 2026-07-28.
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
        let catalogue = Catalog::new();
        let changed = catalogue.clone();
        let change = ToolHandler::function("change", [], move || {
            changed.insert(ToolHandler::function("new", [], || async {}).description("New."));
            async {}
        });
        let server =
            Server::builder("test", "1").tool(change.description("Change.")).tool_provider(catalogue);
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

    let described = Server::builder("test", "1")
        .tool(ToolHandler::function("large", [], || async { "x".repeat(3 << 20) }).description("Large."))
        .resource(mcpwright_server::ResourceHandler::function("test://x", "x", || async { "x" }));
    let notify = described.notify().clone();
    let (reader, mut writer) = tokio::io::split(memory(described));
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
    let (mut answers, mut updates) = (0, 0);
    while answers < 3 || updates == 0 {
        let line = tokio::time::timeout(Duration::from_secs(10), lines.next_line())
            .await
            .expect("it goes on")
            .unwrap()
            .unwrap();
        if line.contains("resources/updated") { updates += 1 } else { answers += 1 }
    }
    assert_eq!((answers, updates), (3, 1));
}
