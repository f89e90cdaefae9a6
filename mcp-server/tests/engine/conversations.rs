//! Recorded conversations, without a socket or a runtime.
//!
//! In `testdata/*.jsonl`, `>` is a message of the client and `<` a message that the server must send next; the order of
//! object members does not matter, and `"…"` matches any value. `~` is an event on the server. `#` is a comment.

use std::collections::VecDeque;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use futures::executor::block_on;
use mcpwright_core::Message;
use mcpwright_core::message::decode;
use mcpwright_server::{Action, Caller, Connection, NotificationSender, Server};
use serde_json::Value;

#[test]
fn the_server_replies_as_recorded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 8, "conversations are missing");
    for file in files {
        check(&file.display().to_string(), &fs::read_to_string(&file).unwrap());
    }
}

/// Replays a conversation and compares the messages of the server with the recorded ones.
fn check(name: &str, text: &str) {
    let mut conversation = Conversation::new(crate::demo::server());
    for (number, line) in text.lines().enumerate() {
        let location = format!("{name}:{}", number + 1);
        match line.split_at_checked(2) {
            Some(("> ", message)) => {
                conversation.expect_nothing(&location);
                conversation.send(message);
            }
            Some(("< ", message)) => conversation.expect(&location, message),
            Some(("~ ", event)) => conversation.apply_event(&location, event),
            _ => assert!(line.is_empty() || line.starts_with('#'), "{location}: unknown line: {line}"),
        }
    }
    conversation.expect_nothing(name);
}

/// A connection to the server, with the messages that the server has sent and the test has not checked yet.
struct Conversation {
    server: Server,
    connection: Connection,
    sent: Arc<Mutex<VecDeque<String>>>,
}

impl Conversation {
    fn new(server: Server) -> Self {
        let mut connection = server.connect(Caller::anonymous());
        connection.listen(|| {}).unwrap();
        Self { server, connection, sent: Arc::default() }
    }

    fn send(&mut self, text: &str) {
        let actions = self.connection.receive(decode(text.as_bytes())).into_actions();
        let mut actions: VecDeque<_> = actions.into_iter().collect();
        while let Some(action) = actions.pop_front() {
            match action {
                Action::Send(message) | Action::SendFor { message, .. } => {
                    self.record(|out| message.encode(out))
                }
                Action::Overloaded(response) => self.record(|out| Message::from(response).encode(out)),
                Action::Cancel { rest_of_batch, .. } => {
                    rest_of_batch.iter().for_each(|message| self.record(|out| message.encode(out)));
                }
                Action::Run(call) => {
                    let sent = Arc::clone(&self.sent);
                    let sender =
                        NotificationSender::new(move |notification: mcpwright_core::Notification| {
                            let mut out = Vec::new();
                            notification.encode(&mut out);
                            sent.lock().unwrap().push_back(String::from_utf8(out).unwrap());
                        });
                    let outcome = block_on(self.server.call(&call, &sender));
                    actions.extend(self.connection.finished(&call, outcome));
                }
                _ => {}
            }
        }
    }

    fn record(&self, encode: impl FnOnce(&mut Vec<u8>)) {
        let mut out = Vec::new();
        encode(&mut out);
        self.sent.lock().unwrap().push_back(String::from_utf8(out).unwrap());
    }

    fn apply_event(&mut self, location: &str, event: &str) {
        let notify = self.server.notify();
        match event.split_once(' ') {
            None if event == "tools" => notify.tools_list_changed(),
            None if event == "prompts" => notify.prompts_list_changed(),
            None if event == "close" => {}
            Some(("resource", uri)) => notify.resource_updated(uri),
            _ => panic!("{location}: unknown event: {event}"),
        }
        let is_closed = event == "close";
        for action in if is_closed { self.connection.close() } else { self.connection.changes() } {
            if let Action::Send(message) = action {
                self.record(|out| message.encode(out));
            }
        }
    }

    fn expect(&self, location: &str, text: &str) {
        let Some(sent) = self.sent.lock().unwrap().pop_front() else {
            panic!("{location}: the server sent nothing")
        };
        let actual: Value = serde_json::from_str(&sent).unwrap();
        let expected: Value =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{location}: {error}"));
        assert!(matches(&actual, &expected), "{location}: the server sent\n{sent}\nbut expected\n{text}");
    }

    fn expect_nothing(&self, location: &str) {
        let sent = self.sent.lock().unwrap();
        assert!(sent.is_empty(), "{location}: unexpected message of the server\n{}", sent[0]);
    }
}

/// Returns `true` if `value` equals `expected`, where `"…"` matches any value.
fn matches(value: &Value, expected: &Value) -> bool {
    match (value, expected) {
        (_, Value::String(any)) if any == "…" => true,
        (Value::Object(value), Value::Object(expected)) => {
            value.len() == expected.len()
                && expected
                    .iter()
                    .all(|(key, expected)| value.get(key).is_some_and(|value| matches(value, expected)))
        }
        (Value::Array(value), Value::Array(expected)) => {
            value.len() == expected.len()
                && value.iter().zip(expected).all(|(value, expected)| matches(value, expected))
        }
        _ => value == expected,
    }
}
