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

#[test]
fn five_questions_in_one_call_of_an_earlier_client_have_each_effect_once() {
    let replica = Example::start("replica");
    let post = |headers: &str, message: &Value| {
        let head = format!(
            "POST /mcp HTTP/1.1\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\n{headers}"
        );
        replica.send(&head, &message.to_string())
    };
    let client = json!({ "name": "earlier", "version": "1" });
    let params = json!({ "protocolVersion": "2025-11-25", "capabilities": { "elicitation": {} }, "clientInfo": client });
    let opened = post("", &json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params }));
    let session =
        opened.head.lines().find(|line| line.starts_with("mcp-session-id: ")).expect("a session opens");
    let headers = format!("{session}\r\nMCP-Protocol-Version: 2025-11-25\r\n");
    let answer = |question: &Value, number: usize| {
        let message = json!({ "jsonrpc": "2.0", "id": question["id"], "result": stop(number) });
        assert!(post(&headers, &message).head.starts_with("HTTP/1.1 202 "));
    };
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "plan" } });
    let mut number = 0;
    let mut stream = TcpStream::connect(("127.0.0.1", replica.port)).expect("the example listens");
    let body = call.to_string();
    let head = format!(
        "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Accept: application/json, text/event-stream\r\n{headers}\r\n{body}",
        replica.port,
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("the example reads");
    let lines = BufReader::new(stream).lines().map(|line| line.expect("the stream goes on"));
    let mut messages =
        lines.filter_map(|line| serde_json::from_str::<Value>(line.strip_prefix("data: ")?).ok());
    let result = loop {
        let message = messages.next().expect("another message, and not the end");
        if message["method"] != "elicitation/create" {
            break message;
        }
        number += 1;
        assert_eq!(message["params"]["message"], format!("Stop {number}?"));
        answer(&message, number);
    };
    assert_eq!(
        result["result"]["content"][0]["text"].as_str().map(|text| text.matches("Town").count()),
        Some(5)
    );
    assert_eq!((number, booked(&replica)), (5, 5));
}
