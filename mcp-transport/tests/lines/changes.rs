//! Changes that a handler publishes: they come before the answer of its call.

use std::time::Duration;

use mcpwright_core::CallToolResult;
use mcpwright_server::{Context, Execution, Server, ToolHandler};
use mcpwright_transport::memory;
use serde_json::{Value, json};
use tokio::io::{
    AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf,
};

const CHANGED: &str = "notifications/tools/list_changed";

/// Tools that publish a change: at once, after a pause, and on a thread that may block.
const TOOLS: [&str; 3] = ["at_once", "later", "blocking"];

fn server() -> Server {
    let builder = Server::builder("test", "1");
    let notify = builder.notify().clone();
    let blocking = ToolHandler::new("blocking", move |arguments| {
        arguments.check()?;
        let notify = notify.clone();
        Ok(Execution::blocking(move || {
            notify.tools_list_changed();
            Ok(CallToolResult::text("done"))
        }))
    });
    builder
        .tool(ToolHandler::function("at_once", [], |context: Context| async move {
            context.notify().tools_list_changed();
            "done"
        }))
        .tool(ToolHandler::function("later", [], |context: Context| async move {
            tokio::time::sleep(Duration::from_millis(1)).await;
            context.notify().tools_list_changed();
            "done"
        }))
        .tool(blocking)
        .tool(ToolHandler::function("unchanged", [], || async { "done" }))
        .build()
}

/// A client over a stream in memory.
struct Client {
    lines: Lines<BufReader<ReadHalf<DuplexStream>>>,
    writer: WriteHalf<DuplexStream>,
    /// The version in the metadata of each request, for a client of the current revision.
    meta: Option<Value>,
}

impl Client {
    fn connect() -> Self {
        let (reader, writer) = tokio::io::split(memory(server()));
        Self { lines: BufReader::new(reader).lines(), writer, meta: None }
    }

    /// Connects a client of an earlier revision.
    async fn legacy(version: &str) -> Self {
        let mut client = Self::connect();
        let info = json!({ "name": "test", "version": "1" });
        let params = json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": info });
        client.send(0, "initialize", params).await;
        assert_eq!(client.message().await["result"]["protocolVersion"], version);
        client.write(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;
        client
    }

    /// Connects a client of the current revision that listens for changes.
    async fn modern() -> Self {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let mut client = Self { meta: Some(meta), ..Self::connect() };
        let filter = json!({ "notifications": { "toolsListChanged": true } });
        client.send(0, "subscriptions/listen", filter).await;
        assert_eq!(client.message().await["method"], "notifications/subscriptions/acknowledged");
        client
    }

    async fn send(&mut self, id: u32, method: &str, mut params: Value) {
        if let Some(meta) = &self.meta {
            params["_meta"] = meta.clone();
        }
        self.write(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })).await;
    }

    async fn write(&mut self, message: &Value) {
        self.writer.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    async fn message(&mut self) -> Value {
        let line = tokio::time::timeout(Duration::from_secs(60), self.lines.next_line()).await;
        serde_json::from_str(&line.expect("a message comes").unwrap().unwrap()).unwrap()
    }

    /// Calls a tool, and returns the methods of the notifications that come before its answer.
    async fn call(&mut self, id: u32, tool: &str) -> Vec<String> {
        self.send(id, "tools/call", json!({ "name": tool, "arguments": {} })).await;
        let mut methods = Vec::new();
        loop {
            let message = self.message().await;
            if message["id"] == id {
                assert_eq!(message["result"]["content"][0]["text"], "done");
                return methods;
            }
            methods.push(message["method"].as_str().unwrap().to_owned());
        }
    }
}

/// Calls each tool 50 times.
async fn assert_changes_precede_answers(mut client: Client) {
    let mut id = 0;
    for tool in TOOLS {
        for _ in 0..50 {
            id += 1;
            assert_eq!(client.call(id, tool).await, [CHANGED], "{tool}");
        }
        id += 1;
        // Each change was sent once.
        assert!(client.call(id, "unchanged").await.is_empty(), "{tool}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn change_precedes_the_answer_in_a_session() {
    for version in ["2024-11-05", "2025-11-25"] {
        assert_changes_precede_answers(Client::legacy(version).await).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn change_precedes_the_answer_of_a_client_that_listens() {
    assert_changes_precede_answers(Client::modern().await).await;
}

#[tokio::test]
async fn change_precedes_the_answer_on_one_thread() {
    assert_changes_precede_answers(Client::legacy("2025-11-25").await).await;
    assert_changes_precede_answers(Client::modern().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn client_that_does_not_listen_receives_answers_only() {
    let mut client = Client { meta: Client::modern().await.meta, ..Client::connect() };
    for (id, tool) in (1..).zip(TOOLS) {
        assert!(client.call(id, tool).await.is_empty(), "{tool}");
    }
}
