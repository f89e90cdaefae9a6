//! Progress on lines: none follows the answer of its call, and the last one is sent.

use std::time::Duration;

use mcpwright_server::{Context, Server, ToolHandler};
use mcpwright_transport::{LineLimits, serve};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

/// Reports on another thread, before the answer and after it.
async fn race(context: Context) -> &'static str {
    context.progress(1, None);
    std::thread::spawn(move || {
        for number in 2..=20_000 {
            context.progress(number, None);
        }
    });
    tokio::time::sleep(Duration::from_millis(2)).await;
    "done"
}

async fn report(context: Context, count: u32) {
    for number in 1..=count {
        context.progress(number, count);
    }
}

fn call(id: u32, tool: &str, arguments: &Value, is_modern: bool) -> String {
    let mut meta = json!({ "progressToken": id });
    if is_modern {
        meta["io.modelcontextprotocol/protocolVersion"] = json!("2026-07-28");
        meta["io.modelcontextprotocol/clientCapabilities"] = json!({});
    }
    let params = json!({ "name": tool, "arguments": arguments, "_meta": meta });
    format!("{}\n", json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params }))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_report_precedes_the_answer_and_none_follows_it() {
    for is_modern in [true, false] {
        let server = Server::builder("test", "1")
            .tool(ToolHandler::function("race", [], race))
            .tool(ToolHandler::function("report", ["count"], report))
            .build();
        let (client, stream) = tokio::io::duplex(1 << 16);
        let (reader, writer) = tokio::io::split(stream);
        tokio::spawn(serve(server, reader, writer, LineLimits::default()));
        let (reader, mut writer) = tokio::io::split(client);
        let mut lines = BufReader::new(reader).lines();
        if !is_modern {
            let params = json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "a", "version": "1" } });
            let request = json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params });
            writer.write_all(format!("{request}\n").as_bytes()).await.unwrap();
            assert!(lines.next_line().await.unwrap().unwrap().contains("serverInfo"));
        }
        let mut ended = Vec::new();
        for id in 1..=40 {
            let (tool, arguments) =
                if id % 2 == 0 { ("race", json!({})) } else { ("report", json!({ "count": 1000 })) };
            writer.write_all(call(id, tool, &arguments, is_modern).as_bytes()).await.unwrap();
            let mut numbers = Vec::new();
            loop {
                let line = lines.next_line().await.unwrap().unwrap();
                let message: Value = serde_json::from_str(&line).unwrap();
                let token = message["params"]["progressToken"].as_u64();
                assert!(token.is_none_or(|token| !ended.contains(&token)), "after the answer: {message}");
                if let Some(number) = message["params"]["progress"].as_u64() {
                    numbers.push(number);
                } else {
                    assert_eq!(message["id"], id, "{message}");
                    break;
                }
            }
            ended.push(u64::from(id));
            if tool == "report" {
                assert_eq!((numbers.len(), numbers.last()), (11, Some(&1000)));
            }
        }
    }
}
