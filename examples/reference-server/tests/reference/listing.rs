//! The list of tools, requested from the program.

use std::io::Write as _;
use std::process::{Command, Stdio};

use reference_server::database::CancellationToken;
use reference_server::documents::Documents;
use serde_json::{Value, json};

use crate::support::{database, file};

/// Maximum size of the list of tools, in bytes. Clients add the list to the context of their models.
const MAX_BYTES: usize = 12_544;

/// Starts the server, sends messages, closes its input, and returns its output.
fn exchange(options: &[&str], messages: &[Value]) -> Vec<String> {
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

/// Returns the response to `tools/list` in the newest revision.
fn modern(options: &[&str]) -> String {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": { "_meta": meta } });
    exchange(options, &[list]).remove(0)
}

/// Returns the response to `tools/list` after the handshake of a legacy revision.
fn legacy() -> String {
    let client = json!({ "name": "test", "version": "1" });
    let initialize = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client });
    let messages = [
        json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": initialize }),
        json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
        json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }),
    ];
    exchange(&[], &messages).remove(1)
}

fn tools(response: &str) -> Vec<Value> {
    let response: Value = serde_json::from_str(response).unwrap();
    response["result"]["tools"].as_array().unwrap().clone()
}

#[test]
fn the_list_of_tools_is_short() {
    for (revision, response) in [("2026-07-28", modern(&[])), ("2025-11-25", legacy())] {
        let sizes: Vec<String> = tools(&response)
            .iter()
            .map(|tool| format!("{} {}", tool["name"], tool.to_string().len()))
            .collect();
        assert_eq!(sizes.len(), 9);
        let size = response.len();
        eprintln!("{revision}: {size} bytes: {}", sizes.join(", "));
        assert!(size <= MAX_BYTES, "{revision}: {size} bytes: {}", sizes.join(", "));
    }
}

#[test]
fn tools_have_descriptions_schemas_and_annotations() {
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
fn a_read_only_server_has_read_only_tools() {
    let tools = tools(&modern(&["--read-only"]));
    assert!(tools.len() == 8 && tools.iter().all(|tool| tool["annotations"]["readOnlyHint"] == true));
}

#[tokio::test]
async fn the_description_lists_the_collections() {
    let tools = tools(&modern(&[]));
    let search = tools.iter().find(|tool| tool["name"] == "search_documents").unwrap();
    let description = search["inputSchema"]["properties"]["collection"]["description"].as_str().unwrap();
    for entry in Documents::new(database()).list(None, CancellationToken::new()).await.unwrap() {
        assert!(description.contains(&entry.collection), "{}", entry.collection);
    }
}
