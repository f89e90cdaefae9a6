//! What clients are told of the tools, by the server as it is started.

use std::io::Write as _;
use std::process::{Command, Stdio};

use reference_server::database::Cancel;
use reference_server::documents::Documents;
use serde_json::{Value, json};

use crate::support::{database, file};

/// A client hands the list to its model before anything is asked, so this is what the server costs at least.
const MOST_BYTES: usize = 12_288;

/// What the server writes to a client that sends these messages and closes its end.
fn answers(options: &[&str], messages: &[Value]) -> Vec<String> {
    let mut server = Command::new(env!("CARGO_BIN_EXE_reference-server"))
        .args(["--stdio", "--data"])
        .arg(file().parent().unwrap())
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = server.stdin.take().unwrap();
    for message in messages {
        writeln!(input, "{message}").unwrap();
    }
    drop(input);
    let output = server.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// The answer to `tools/list` in the newest revision.
fn modern(options: &[&str]) -> String {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": { "_meta": meta } });
    answers(options, &[list]).remove(0)
}

/// The answer to `tools/list` after the handshake of an older one.
fn legacy() -> String {
    let client = json!({ "name": "test", "version": "1" });
    let hello = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client });
    let messages = [
        json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello }),
        json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
        json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }),
    ];
    answers(&[], &messages).remove(1)
}

fn tools(answer: &str) -> Vec<Value> {
    let answer: Value = serde_json::from_str(answer).unwrap();
    answer["result"]["tools"].as_array().unwrap().clone()
}

#[test]
fn the_list_of_tools_is_short() {
    for (revision, answer) in [("2026-07-28", modern(&[])), ("2025-11-25", legacy())] {
        let sizes: Vec<String> = tools(&answer)
            .iter()
            .map(|tool| format!("{} {}", tool["name"], tool.to_string().len()))
            .collect();
        assert_eq!(sizes.len(), 9);
        assert!(answer.len() <= MOST_BYTES, "{revision}: {} bytes: {}", answer.len(), sizes.join(", "));
    }
}

#[test]
fn every_tool_says_what_it_does_and_returns() {
    for tool in tools(&modern(&[])) {
        let description = tool["description"].as_str().unwrap();
        assert!(description.len() >= 80 && !description.contains('\n'), "{description}");
        assert_eq!(tool["outputSchema"]["type"], "object", "{}", tool["name"]);
        let hints = &tool["annotations"];
        match tool["name"] == "delete_document_version" {
            true => assert_eq!(*hints, json!({ "destructiveHint": true, "openWorldHint": false })),
            false => assert_eq!(hints["readOnlyHint"], true, "{}", tool["name"]),
        }
    }
}

#[test]
fn where_nothing_may_be_changed_every_tool_only_reads() {
    let tools = tools(&modern(&["--read-only"]));
    assert!(tools.len() == 8 && tools.iter().all(|tool| tool["annotations"]["readOnlyHint"] == true));
}

#[tokio::test]
async fn the_collections_are_named() {
    let tools = tools(&modern(&[]));
    let search = tools.iter().find(|tool| tool["name"] == "search_documents").unwrap();
    let said = search["inputSchema"]["properties"]["collection"]["description"].as_str().unwrap();
    for entry in Documents::new(database()).list(None, Cancel::new()).await.unwrap() {
        assert!(said.contains(&entry.collection), "{}", entry.collection);
    }
}
