//! Input requests to legacy clients: server requests with malformed, late, duplicate or missing responses.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures::executor::block_on;
use mcpwright_core::{ErrorCode, message, method};
use mcpwright_server::{
    Action, Actions, Caller, Connection, Context, InputError, NotificationSender, Runtime, Server,
};
use serde_json::{Value, json};

use super::{Clock, all_capabilities, server, value, with_tool};

/// A client of a legacy connection, with the calls that it has made.
struct LegacyClient {
    server: Server,
    connection: Connection,
    calls: Vec<mcpwright_server::Call>,
}

impl LegacyClient {
    fn new(server: Server) -> Self {
        let mut client = Self { connection: server.connect(Caller::anonymous()), server, calls: Vec::new() };
        let params = json!({ "protocolVersion": "2025-11-25", "capabilities": all_capabilities(),
            "clientInfo": { "name": "t", "version": "1" } });
        client.send(&json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params }));
        client
    }

    fn call(&mut self, id: u32, tool: &str) -> Vec<Value> {
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": { "name": tool } }))
    }

    fn send(&mut self, message: &Value) -> Vec<Value> {
        let actions = self.connection.receive(message::decode(message.to_string().as_bytes())).into_actions();
        self.run(actions)
    }

    fn run(&mut self, actions: Actions) -> Vec<Value> {
        let mut sent = Vec::new();
        for action in actions {
            match action {
                Action::Send(message) | Action::SendFor { message, .. } => {
                    let mut bytes = Vec::new();
                    message.encode(&mut bytes);
                    sent.push(serde_json::from_slice(&bytes).unwrap());
                }
                Action::Run(call) => {
                    let outcome = block_on(self.server.call(&call, &NotificationSender::new(|_| {})));
                    let actions = self.connection.finished(&call, outcome);
                    self.calls.push(call);
                    sent.extend(self.run(actions));
                }
                _ => {}
            }
        }
        sent
    }
}

#[test]
fn failed_duplicate_malformed_and_missing_responses_are_handled() {
    let clock = Arc::new(Clock::default());
    let mut client = LegacyClient::new(server().build().with_runtime(Arc::clone(&clock) as Arc<dyn Runtime>));
    let requests = client.call(1, "greet");
    assert_eq!(requests.len(), 2);
    assert!(requests.iter().all(|request| request["method"] == method::ELICITATION_CREATE));
    assert!(!client.connection.is_idle() || client.connection.has_waiting_calls());
    let error =
        json!({ "jsonrpc": "2.0", "id": requests[0]["id"], "error": { "code": -1, "message": "no user" } });
    assert!(client.send(&error).is_empty());
    // A second response to the same request, and a response to an unknown request.
    let late = json!({ "jsonrpc": "2.0", "id": requests[0]["id"], "result": { "action": "decline" } });
    assert!(client.send(&late).is_empty());
    assert!(client.send(&json!({ "jsonrpc": "2.0", "id": "x-1", "result": {} })).is_empty());
    let accepted = json!({ "action": "accept", "content": { "value": "v" } });
    let done = client.send(&json!({ "jsonrpc": "2.0", "id": requests[1]["id"], "result": accepted }));
    assert_eq!(done[0]["id"], 1);
    assert_eq!(done[0]["result"]["content"][0]["text"], "the client could not answer: no user");
    assert!(client.connection.is_idle() && !client.connection.has_waiting_calls());

    // Input with a malformed response is requested again, under another id.
    let requests = client.call(2, "greet");
    client.send(&json!({ "jsonrpc": "2.0", "id": requests[0]["id"], "result": accepted }));
    let again = client.send(&json!({ "jsonrpc": "2.0", "id": requests[1]["id"], "result": { "action": 1 } }));
    assert_eq!(again.len(), 1);
    assert!(again[0]["method"] == method::ELICITATION_CREATE && again[0]["id"] != requests[1]["id"]);

    // A request without a response times out, and its call fails.
    assert!(client.connection.expire().is_empty());
    clock.0.fetch_add(601, Ordering::SeqCst);
    let actions = client.connection.expire();
    let ended = client.run(actions);
    assert_eq!(ended[0]["method"], method::CANCELLED);
    assert_eq!(ended[0]["params"]["requestId"], again[0]["id"]);
    assert_eq!(ended[1]["id"], 2);
    assert_eq!(ended[1]["error"]["code"], ErrorCode::INTERNAL_ERROR.0);
    assert!(!client.connection.has_waiting_calls());
}

#[test]
fn cancelling_a_call_cancels_its_server_requests() {
    let mut client = LegacyClient::new(server().build());
    let requests = client.call(1, "greet");
    let cancelled =
        client.send(&json!({ "jsonrpc": "2.0", "method": method::CANCELLED, "params": { "requestId": 1 } }));
    let ids: Vec<_> = cancelled.iter().map(|notification| &notification["params"]["requestId"]).collect();
    assert_eq!(ids, [&requests[0]["id"], &requests[1]["id"]]);
    assert!(client.connection.is_idle() && !client.connection.has_waiting_calls());
    let late = json!({ "jsonrpc": "2.0", "id": requests[0]["id"], "result": { "action": "decline" } });
    assert!(client.send(&late).is_empty());
    assert_eq!(client.call(1, "greet").len(), 2, "the id must be available again");
}

#[test]
fn the_number_of_pending_server_requests_is_limited() {
    let mut client = LegacyClient::new(server().build());
    for id in 0..100 {
        assert_eq!(client.call(id + 1, "greet").len(), 2);
    }
    let rejected = client.call(1000, "greet");
    assert_eq!(rejected[0]["result"]["isError"], true);
    assert!(client.connection.is_waiting(client.calls[0].call_id()));
}

/// Resident memory of this process, in KiB.
#[cfg(target_os = "linux")]
fn resident_memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn ten_thousand_abandoned_requests_do_not_leak_memory() {
    // Runs in a process of its own, so that the memory of other tests is not measured.
    if std::env::var_os("MCPWRIGHT_ISOLATED_TEST").is_none() {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        let name = "input_required::legacy::ten_thousand_abandoned_requests_do_not_leak_memory";
        let output = command.env("MCPWRIGHT_ISOLATED_TEST", "1").args([name, "--exact"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        return;
    }
    let clock = Arc::new(Clock::default());
    let mut client = LegacyClient::new(server().build().with_runtime(Arc::clone(&clock) as Arc<dyn Runtime>));
    let mut before = 0;
    for id in 1..=10_000 {
        let requests = client.call(id, "greet");
        assert_eq!(requests.len(), 2);
        let response = |index: usize, member: &str, content: Value| {
            let id = &requests[index]["id"];
            json!({ "jsonrpc": "2.0", "id": id, member: content })
        };
        match id % 4 {
            // The client does not respond before the timeout.
            0 => {
                clock.0.fetch_add(601, Ordering::SeqCst);
                let actions = client.connection.expire();
                assert_eq!(client.run(actions).len(), 3);
            }
            1 => {
                client.send(&response(0, "error", json!({ "code": -1, "message": "no" })));
                client.send(&response(1, "error", json!({ "code": -1, "message": "no" })));
            }
            2 => {
                client.send(&response(0, "result", json!({ "action": "cancel" })));
                client.send(&response(0, "result", json!({ "action": "cancel" })));
                client.send(
                    &json!({ "jsonrpc": "2.0", "method": method::CANCELLED, "params": { "requestId": id } }),
                );
            }
            // The client disconnects.
            _ => {
                client.connection.close(mcpwright_server::CloseReason::Shutdown);
                client = LegacyClient::new(client.server);
            }
        }
        assert!(client.connection.is_idle() && !client.connection.has_waiting_calls());
        client.calls.clear();
        if id == 1000 {
            before = resident_memory();
        }
    }
    assert!(resident_memory() < before + 8192, "{} KiB, and {before} before", resident_memory());
}

#[test]
fn the_number_of_input_rounds_of_a_call_is_limited() {
    let endless = |context: Context| async move {
        for round in 0.. {
            value(&context, &round.to_string())?;
        }
        Ok::<_, InputError>("never")
    };
    let mut client = LegacyClient::new(with_tool(endless));
    let mut sent = client.call(1, "tool");
    let mut rounds = 0;
    while sent[0]["method"] == method::ELICITATION_CREATE {
        rounds += 1;
        let accepted = json!({ "action": "accept", "content": { "value": "v" } });
        sent = client.send(&json!({ "jsonrpc": "2.0", "id": sent[0]["id"], "result": accepted }));
        client.calls.clear();
    }
    assert_eq!((rounds, &sent[0]["error"]["code"]), (100, &json!(ErrorCode::INTERNAL_ERROR.0)));
}

#[test]
fn the_memory_of_suspended_calls_is_limited() {
    let mut client = LegacyClient::new(server().build());
    let params = json!({ "name": "greet", "_meta": { "pad": "x".repeat(2 << 20) } });
    let calls =
        (1..=5).map(|id| json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params }));
    let sent: Vec<_> = calls.map(|call| client.send(&call).len()).collect();
    assert_eq!(sent, [2, 2, 2, 1, 1], "the last two calls must be rejected");
}
