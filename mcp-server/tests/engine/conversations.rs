//! Whole conversations as text, without a socket or a runtime.
//!
//! In `testdata/*.jsonl`, `>` is what the client says and `<` what the server says then, in any order of members; `"…"`
//! stands for any value. `~` is something that happens on the server. `#` is a remark.

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
fn conversations_go_as_they_are_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 8, "conversations are missing");
    for file in files {
        check(&file.display().to_string(), &fs::read_to_string(&file).unwrap());
    }
}

/// Has a conversation, and compares what the server says with what is written.
fn check(name: &str, conversation: &str) {
    let mut talk = Talk::new(crate::demo::server());
    for (number, line) in conversation.lines().enumerate() {
        let place = format!("{name}:{}", number + 1);
        match line.split_at_checked(2) {
            Some(("> ", text)) => {
                talk.expect_silence(&place);
                talk.say(text);
            }
            Some(("< ", text)) => talk.expect(&place, text),
            Some(("~ ", event)) => talk.happen(&place, event),
            _ => assert!(line.is_empty() || line.starts_with('#'), "{place}: what is this? {line}"),
        }
    }
    talk.expect_silence(name);
}

struct Talk {
    server: Server,
    connection: Connection,
    heard: Arc<Mutex<VecDeque<String>>>,
}

impl Talk {
    fn new(server: Server) -> Self {
        let mut connection = server.connect(Caller::anonymous());
        connection.listen(|| {}).unwrap();
        Self { server, connection, heard: Arc::default() }
    }

    fn say(&mut self, text: &str) {
        let actions = self.connection.receive(decode(text.as_bytes())).into_actions();
        let mut actions: VecDeque<_> = actions.into_iter().collect();
        while let Some(action) = actions.pop_front() {
            match action {
                Action::Send(message) | Action::SendFor { message, .. } => {
                    self.hear(|out| message.encode(out))
                }
                Action::Overloaded(response) => self.hear(|out| Message::from(response).encode(out)),
                Action::Cancel { rest_of_batch: others, .. } => {
                    others.iter().for_each(|message| self.hear(|out| message.encode(out)));
                }
                Action::Run(call) => {
                    let heard = Arc::clone(&self.heard);
                    let outbox =
                        NotificationSender::new(move |notification: mcpwright_core::Notification| {
                            let mut out = Vec::new();
                            notification.encode(&mut out);
                            heard.lock().unwrap().push_back(String::from_utf8(out).unwrap());
                        });
                    let outcome = block_on(self.server.call(&call, &outbox));
                    actions.extend(self.connection.finished(&call, outcome));
                }
                _ => {}
            }
        }
    }

    fn hear(&self, encode: impl FnOnce(&mut Vec<u8>)) {
        let mut out = Vec::new();
        encode(&mut out);
        self.heard.lock().unwrap().push_back(String::from_utf8(out).unwrap());
    }

    fn happen(&mut self, place: &str, event: &str) {
        let notify = self.server.notify();
        match event.split_once(' ') {
            None if event == "tools" => notify.tools_list_changed(),
            None if event == "prompts" => notify.prompts_list_changed(),
            None if event == "close" => {}
            Some(("resource", uri)) => notify.resource_updated(uri),
            _ => panic!("{place}: what happens at {event}?"),
        }
        let is_over = event == "close";
        for action in if is_over { self.connection.close() } else { self.connection.changes() } {
            if let Action::Send(message) = action {
                self.hear(|out| message.encode(out));
            }
        }
    }

    fn expect(&self, place: &str, text: &str) {
        let Some(heard) = self.heard.lock().unwrap().pop_front() else {
            panic!("{place}: the server says nothing")
        };
        let said: Value = serde_json::from_str(&heard).unwrap();
        let expected: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{place}: {error}"));
        assert!(is_like(&said, &expected), "{place}: the server says\n{heard}\nand not\n{text}");
    }

    fn expect_silence(&self, place: &str) {
        let heard = self.heard.lock().unwrap();
        assert!(heard.is_empty(), "before {place}, the server also says\n{}", heard[0]);
    }
}

/// Whether a value is the expected one, where `"…"` stands for any.
fn is_like(value: &Value, expected: &Value) -> bool {
    match (value, expected) {
        (_, Value::String(any)) if any == "…" => true,
        (Value::Object(value), Value::Object(expected)) => {
            value.len() == expected.len()
                && expected
                    .iter()
                    .all(|(key, expected)| value.get(key).is_some_and(|value| is_like(value, expected)))
        }
        (Value::Array(value), Value::Array(expected)) => {
            value.len() == expected.len()
                && value.iter().zip(expected).all(|(value, expected)| is_like(value, expected))
        }
        _ => value == expected,
    }
}
