//! Questions to clients of earlier revisions: requests, whose answers may be bad, late, or never come.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures::executor::block_on;
use mcpwright_core::{ErrorCode, message, method};
use mcpwright_server::{Action, Actions, Caller, Connection, NotificationSender, Runtime, Server};
use serde_json::{Value, json};

use super::{Clock, able, server};

/// A legacy connection, and what it is told.
struct Talk {
    server: Server,
    connection: Connection,
    calls: Vec<mcpwright_server::Call>,
}

impl Talk {
    fn new(server: Server) -> Self {
        let mut talk = Self { connection: server.connect(Caller::anonymous()), server, calls: Vec::new() };
        let hello = json!({ "protocolVersion": "2025-11-25", "capabilities": able(),
            "clientInfo": { "name": "t", "version": "1" } });
        talk.say(&json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello }));
        talk
    }

    fn call(&mut self, id: u32, tool: &str) -> Vec<Value> {
        self.say(&json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": { "name": tool } }))
    }

    fn say(&mut self, message: &Value) -> Vec<Value> {
        let actions = self.connection.receive(message::decode(message.to_string().as_bytes())).into_actions();
        self.perform(actions)
    }

    fn perform(&mut self, actions: Actions) -> Vec<Value> {
        let mut said = Vec::new();
        for action in actions {
            match action {
                Action::Send(message) | Action::SendFor { message, .. } => {
                    let mut bytes = Vec::new();
                    message.encode(&mut bytes);
                    said.push(serde_json::from_slice(&bytes).unwrap());
                }
                Action::Run(call) => {
                    let outcome = block_on(self.server.call(&call, &NotificationSender::new(|_| {})));
                    let actions = self.connection.finished(&call, outcome);
                    self.calls.push(call);
                    said.extend(self.perform(actions));
                }
                _ => {}
            }
        }
        said
    }
}

#[test]
fn a_legacy_client_may_answer_badly_twice_or_never() {
    let clock = Arc::new(Clock::default());
    let mut talk = Talk::new(server().build().with_runtime(Arc::clone(&clock) as Arc<dyn Runtime>));
    let asked = talk.call(1, "greet");
    assert_eq!(asked.len(), 2);
    assert!(asked.iter().all(|request| request["method"] == method::ELICITATION_CREATE));
    assert!(!talk.connection.is_idle() || talk.connection.has_waiting_calls());
    let refusal =
        json!({ "jsonrpc": "2.0", "id": asked[0]["id"], "error": { "code": -1, "message": "no user" } });
    assert!(talk.say(&refusal).is_empty());
    // A second answer to the same question, and one to none.
    let late = json!({ "jsonrpc": "2.0", "id": asked[0]["id"], "result": { "action": "decline" } });
    assert!(talk.say(&late).is_empty());
    assert!(talk.say(&json!({ "jsonrpc": "2.0", "id": "x-1", "result": {} })).is_empty());
    let accepted = json!({ "action": "accept", "content": { "value": "v" } });
    let done = talk.say(&json!({ "jsonrpc": "2.0", "id": asked[1]["id"], "result": accepted }));
    assert_eq!(done[0]["id"], 1);
    assert_eq!(done[0]["result"]["content"][0]["text"], "the client could not answer: no user");
    assert!(talk.connection.is_idle() && !talk.connection.has_waiting_calls());

    // An answer that is none is asked for again, under another id.
    let asked = talk.call(2, "greet");
    talk.say(&json!({ "jsonrpc": "2.0", "id": asked[0]["id"], "result": accepted }));
    let again = talk.say(&json!({ "jsonrpc": "2.0", "id": asked[1]["id"], "result": { "action": 1 } }));
    assert_eq!(again.len(), 1);
    assert!(again[0]["method"] == method::ELICITATION_CREATE && again[0]["id"] != asked[1]["id"]);

    // A question that nobody answers ends with its call.
    assert!(talk.connection.expire().is_empty());
    clock.0.fetch_add(601, Ordering::SeqCst);
    let actions = talk.connection.expire();
    let ended = talk.perform(actions);
    assert_eq!(ended[0]["method"], method::CANCELLED);
    assert_eq!(ended[0]["params"]["requestId"], again[0]["id"]);
    assert_eq!(ended[1]["id"], 2);
    assert_eq!(ended[1]["error"]["code"], ErrorCode::INTERNAL_ERROR.0);
    assert!(!talk.connection.has_waiting_calls());
}

#[test]
fn a_cancelled_call_takes_its_questions_back() {
    let mut talk = Talk::new(server().build());
    let asked = talk.call(1, "greet");
    let told =
        talk.say(&json!({ "jsonrpc": "2.0", "method": method::CANCELLED, "params": { "requestId": 1 } }));
    let ids: Vec<_> = told.iter().map(|notification| &notification["params"]["requestId"]).collect();
    assert_eq!(ids, [&asked[0]["id"], &asked[1]["id"]]);
    assert!(talk.connection.is_idle() && !talk.connection.has_waiting_calls());
    let late = json!({ "jsonrpc": "2.0", "id": asked[0]["id"], "result": { "action": "decline" } });
    assert!(talk.say(&late).is_empty());
    assert_eq!(talk.call(1, "greet").len(), 2, "the id is free again");
}

#[test]
fn a_legacy_client_has_only_so_many_questions_to_answer() {
    let mut talk = Talk::new(server().build());
    for id in 0..100 {
        assert_eq!(talk.call(id + 1, "greet").len(), 2);
    }
    let refused = talk.call(1000, "greet");
    assert_eq!(refused[0]["result"]["isError"], true);
    assert!(talk.connection.is_waiting(talk.calls[0].call_id()));
}

/// What the process holds, in KiB.
#[cfg(target_os = "linux")]
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn ten_thousand_abandoned_questions_leave_nothing_behind() {
    // In a process of its own: what other tests hold meanwhile is not what is measured.
    if std::env::var_os("MCPWRIGHT_ALONE").is_none() {
        let mut alone = std::process::Command::new(std::env::current_exe().unwrap());
        let name = "asking::ten_thousand_abandoned_questions_leave_nothing_behind";
        let output = alone.env("MCPWRIGHT_ALONE", "1").args([name, "--exact"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        return;
    }
    let clock = Arc::new(Clock::default());
    let mut talk = Talk::new(server().build().with_runtime(Arc::clone(&clock) as Arc<dyn Runtime>));
    let mut before = 0;
    for id in 1..=10_000 {
        let asked = talk.call(id, "greet");
        assert_eq!(asked.len(), 2);
        let answer = |place: usize, word: &str, content: Value| json!({ "jsonrpc": "2.0", "id": asked[place]["id"], word: content });
        match id % 4 {
            // Nobody answers, and the time passes.
            0 => {
                clock.0.fetch_add(601, Ordering::SeqCst);
                let actions = talk.connection.expire();
                assert_eq!(talk.perform(actions).len(), 3);
            }
            1 => {
                talk.say(&answer(0, "error", json!({ "code": -1, "message": "no" })));
                talk.say(&answer(1, "error", json!({ "code": -1, "message": "no" })));
            }
            2 => {
                talk.say(&answer(0, "result", json!({ "action": "cancel" })));
                talk.say(&answer(0, "result", json!({ "action": "cancel" })));
                talk.say(
                    &json!({ "jsonrpc": "2.0", "method": method::CANCELLED, "params": { "requestId": id } }),
                );
            }
            // The client goes away.
            _ => {
                talk.connection.close();
                talk = Talk::new(talk.server);
            }
        }
        assert!(talk.connection.is_idle() && !talk.connection.has_waiting_calls());
        talk.calls.clear();
        if id == 1000 {
            before = resident();
        }
    }
    assert!(resident() < before + 8192, "{} KiB, and {before} before", resident());
}

#[test]
fn a_client_that_answers_badly_is_not_asked_for_ever() {
    let mut talk = Talk::new(server().build());
    let mut asked = talk.call(1, "greet");
    let mut rounds = 0;
    while asked[0]["method"] == method::ELICITATION_CREATE {
        rounds += 1;
        let answers = asked.iter().map(|asked| json!({ "jsonrpc": "2.0", "id": asked["id"], "result": {} }));
        asked = answers.collect::<Vec<_>>().iter().flat_map(|answer| talk.say(answer)).collect();
        talk.calls.clear();
    }
    assert_eq!((rounds, &asked[0]["error"]["code"]), (100, &json!(ErrorCode::INTERNAL_ERROR.0)));
}

#[test]
fn waiting_calls_hold_only_so_much() {
    let mut talk = Talk::new(server().build());
    let params = json!({ "name": "greet", "_meta": { "pad": "x".repeat(2 << 20) } });
    let calls =
        (1..=5).map(|id| json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params }));
    let asked: Vec<_> = calls.map(|call| talk.say(&call).len()).collect();
    assert_eq!(asked, [2, 2, 2, 1, 1], "the last two are refused");
}
