//! A call that asks five times, each time of another process: what it does happens once.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::examples::Example;

/// Calls a tool, as a client that can ask its user.
fn call(replica: &Example, tool: &str, answers: &Value, state: &Value) -> Value {
    let mut params = json!({ "name": tool, "inputResponses": answers, "_meta": {
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
    let answer = replica.send(&head, &body.to_string());
    let answer: Value = serde_json::from_str(&answer.body).expect("the body is a message");
    assert!(answer["error"].is_null(), "{answer}");
    answer["result"].clone()
}

fn booked(replica: &Example) -> u64 {
    let result = call(replica, "booked", &json!({}), &Value::Null);
    result["content"][0]["text"].as_str().and_then(|text| text.parse().ok()).expect("a number")
}

fn stop(number: usize) -> Value {
    json!({ "action": "accept", "content": { "town": format!("Town {number}") } })
}

#[test]
fn five_rounds_at_three_processes_have_each_effect_once() {
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

/// A client of an earlier revision that can ask its user.
struct Earlier<'a> {
    replica: &'a Example,
    headers: String,
}

impl<'a> Earlier<'a> {
    fn new(replica: &'a Example) -> Self {
        let mut earlier = Self { replica, headers: String::new() };
        let client = json!({ "name": "earlier", "version": "1" });
        let able = json!({ "elicitation": {} });
        let params = json!({ "protocolVersion": "2025-11-25", "capabilities": able, "clientInfo": client });
        let opened =
            earlier.post(&json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params }));
        let session =
            opened.lines().find(|line| line.starts_with("mcp-session-id: ")).expect("a session opens");
        earlier.headers = format!("{session}\r\nMCP-Protocol-Version: 2025-11-25\r\n");
        earlier
    }

    fn head(&self, method: &str) -> String {
        format!(
            "{method} /mcp HTTP/1.1\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\n{}",
            self.headers
        )
    }

    /// Sends a message, and returns the head of the answer.
    fn post(&self, message: &Value) -> String {
        self.replica.send(&self.head("POST"), &message.to_string()).head
    }

    /// Sends what has no answer.
    fn tell(&self, message: &Value) {
        assert!(self.post(message).starts_with("HTTP/1.1 202 "));
    }

    /// Calls a tool, and returns what comes on its stream.
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
fn five_questions_in_one_call_of_an_earlier_client_have_each_effect_once() {
    let replica = Example::start("replica");
    let client = Earlier::new(&replica);
    let mut messages = client.call(1, "plan");
    let mut number = 0;
    let result = loop {
        let message = messages.next().expect("another message, and not the end");
        if message["method"] != "elicitation/create" {
            break message;
        }
        number += 1;
        assert_eq!(message["params"]["message"], format!("Stop {number}?"));
        client.tell(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": stop(number) }));
    };
    let text = result["result"]["content"][0]["text"].as_str().expect("a text");
    assert_eq!(text.matches("Town").count(), 5, "{text}");
    assert_eq!((number, booked(&replica)), (5, 5));
}

/// What a process holds, in KiB.
#[cfg(target_os = "linux")]
fn resident(replica: &Example) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", replica.id())).expect("it still runs");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("it holds memory");
    line.split_whitespace().nth(1).and_then(|size| size.parse().ok()).expect("a number")
}

#[cfg(target_os = "linux")]
#[test]
fn three_thousand_abandoned_questions_leave_no_memory_behind() {
    let replica = Example::start("replica");
    let mut before = 0;
    for round in 0..30 {
        let client = Earlier::new(&replica);
        for id in 0..100 {
            let question = client.call(id, "plan").next().expect("a question");
            match id % 4 {
                0 => {}
                1 => client.tell(&json!({ "jsonrpc": "2.0", "id": question["id"], "error": { "code": -1, "message": "no" } })),
                2 => client.tell(
                    &json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id } }),
                ),
                _ => {
                    let declined = json!({ "jsonrpc": "2.0", "id": question["id"], "result": { "action": "decline" } });
                    client.tell(&declined);
                    client.tell(&declined);
                }
            }
        }
        // Those that went without a word are abandoned with their session.
        let ended = replica.send(&client.head("DELETE"), "").head;
        assert!(ended.starts_with("HTTP/1.1 204 "), "{ended}");
        if round == 9 {
            before = resident(&replica);
        }
    }
    let after = resident(&replica);
    assert!(after < before + 4096, "{before} KiB after 1,000, {after} KiB after 3,000");
}
