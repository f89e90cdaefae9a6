//! A call with five rounds of elicitation, across processes and in one session: each effect happens once.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::examples::Example;

/// Calls a tool as a client of revision 2026-07-28 with elicitation.
fn call(replica: &Example, tool: &str, responses: &Value, state: &Value) -> Value {
    let mut params = json!({ "name": tool, "inputResponses": responses, "_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": { "elicitation": {} },
    } });
    if !state.is_null() {
        params["requestState"] = state.clone();
    }
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
    let head = format!(
        "POST /mcp HTTP/1.1\r\nContent-Type: application/json\r\nMCP-Protocol-Version: 2026-07-28\r\n\
         Mcp-Method: tools/call\r\nMcp-Name: {tool}\r\n"
    );
    let response = replica.send(&head, &body.to_string());
    let response: Value = serde_json::from_str(&response.body).expect("the body is a message");
    assert!(response["error"].is_null(), "{response}");
    response["result"].clone()
}

/// Returns the number of stops that a replica has booked.
fn booked(replica: &Example) -> u64 {
    let result = call(replica, "booked", &json!({}), &Value::Null);
    result["content"][0]["text"].as_str().and_then(|text| text.parse().ok()).expect("a number")
}

/// Returns the input response for a stop.
fn stop(number: usize) -> Value {
    json!({ "action": "accept", "content": { "town": format!("Town {number}") } })
}

#[test]
fn five_rounds_across_three_processes_run_each_step_once() {
    let replicas = [Example::start("replica"), Example::start("replica"), Example::start("replica")];
    let mut result = call(&replicas[0], "plan", &json!({}), &Value::Null);
    for number in 1..=5 {
        let key = format!("stop {number}");
        assert_eq!(result["resultType"], "input_required");
        assert_eq!(result["inputRequests"][&key]["params"]["message"], format!("Stop {number}?"));
        let state = result["requestState"].clone();
        result = call(&replicas[number % 3], "plan", &json!({ key: stop(number) }), &state);
    }
    assert_eq!(result["resultType"], "complete");
    let text = result["content"][0]["text"].as_str().expect("a text");
    assert_eq!(text.matches("Town").count(), 5, "{text}");
    let booked = replicas.each_ref().map(booked);
    assert_eq!((booked.iter().sum::<u64>(), booked.iter().min()), (5, Some(&1)), "{booked:?}");
}

/// A client of an earlier revision with elicitation.
struct LegacyClient<'a> {
    replica: &'a Example,
    headers: String,
}

impl<'a> LegacyClient<'a> {
    fn new(replica: &'a Example) -> Self {
        let mut client = Self { replica, headers: String::new() };
        let info = json!({ "name": "earlier", "version": "1" });
        let capabilities = json!({ "elicitation": {} });
        let params =
            json!({ "protocolVersion": "2025-11-25", "capabilities": capabilities, "clientInfo": info });
        let opened =
            client.post(&json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params }));
        let session =
            opened.lines().find(|line| line.starts_with("mcp-session-id: ")).expect("a session opens");
        client.headers = format!("{session}\r\nMCP-Protocol-Version: 2025-11-25\r\n");
        client
    }

    fn head(&self, method: &str) -> String {
        format!(
            "{method} /mcp HTTP/1.1\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\n{}",
            self.headers
        )
    }

    /// Sends a message and returns the head of the response.
    fn post(&self, message: &Value) -> String {
        self.replica.send(&self.head("POST"), &message.to_string()).head
    }

    /// Sends a message that has no response.
    fn notify(&self, message: &Value) {
        assert!(self.post(message).starts_with("HTTP/1.1 202 "));
    }

    /// Calls a tool and returns the messages of its event stream.
    fn call(&self, id: usize, tool: &str) -> impl Iterator<Item = Value> + use<> {
        let params = json!({ "name": tool });
        let body =
            json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params }).to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.replica.port)).expect("the example listens");
        let (head, length) = (self.head("POST"), body.len());
        let request = format!("{head}Host: 127.0.0.1\r\nContent-Length: {length}\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).expect("the example reads");
        let lines = BufReader::new(stream).lines().map_while(Result::ok);
        lines.filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok())
    }
}

#[test]
fn five_rounds_in_one_legacy_call_run_each_step_once() {
    let replica = Example::start("replica");
    let client = LegacyClient::new(&replica);
    let mut messages = client.call(1, "plan");
    let mut number = 0;
    let result = loop {
        let message = messages.next().expect("the stream has another message");
        if message["method"] != "elicitation/create" {
            break message;
        }
        number += 1;
        assert_eq!(message["params"]["message"], format!("Stop {number}?"));
        client.notify(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": stop(number) }));
    };
    let text = result["result"]["content"][0]["text"].as_str().expect("a text");
    assert_eq!(text.matches("Town").count(), 5, "{text}");
    assert_eq!((number, booked(&replica)), (5, 5));
}

/// Returns the resident memory of a process, in KiB.
#[cfg(target_os = "linux")]
fn resident_memory(replica: &Example) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", replica.process_id()))
        .expect("the process is running");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("the status has VmRSS");
    line.split_whitespace().nth(1).and_then(|size| size.parse().ok()).expect("a number")
}

#[cfg(target_os = "linux")]
#[test]
fn three_thousand_abandoned_input_requests_do_not_leak_memory() {
    let replica = Example::start("replica");
    let mut before = 0;
    for round in 0..30 {
        let client = LegacyClient::new(&replica);
        for id in 0..100 {
            let request = client.call(id, "plan").next().expect("an input request");
            match id % 4 {
                0 => {}
                1 => client.notify(&json!({ "jsonrpc": "2.0", "id": request["id"], "error": { "code": -1, "message": "no" } })),
                2 => client.notify(
                    &json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id } }),
                ),
                _ => {
                    let declined = json!({ "jsonrpc": "2.0", "id": request["id"], "result": { "action": "decline" } });
                    client.notify(&declined);
                    client.notify(&declined);
                }
            }
        }
        // Input requests without a response end with their session.
        let ended = replica.send(&client.head("DELETE"), "").head;
        assert!(ended.starts_with("HTTP/1.1 204 "), "{ended}");
        if round == 9 {
            before = resident_memory(&replica);
        }
    }
    let after = resident_memory(&replica);
    assert!(after < before + 4096, "{before} KiB after 1,000, {after} KiB after 3,000");
}
