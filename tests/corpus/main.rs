//! One corpus of conversations, run over every transport, with full comparison of every message.
//!
//! The conversations are in `testdata/*.jsonl`, and `testdata/README.md` describes their notation. Each is run
//!
//! - with a `Connection`, without I/O and with a clock that the test moves (`connection`),
//! - over lines in memory, whole and in pieces (`lines`),
//! - over standard input and output of a process (`stdio`),
//! - over Streamable HTTP, with a server on a port (`http`).
//!
//! `MCPWRIGHT_CONVERSATION` selects the conversations whose file or title contains its value.
//! `MCPWRIGHT_CORPUS=overwrite` writes the messages of a `Connection` into the files.

#![allow(clippy::unwrap_used, reason = "a failing test panics with the reason")]

mod matching;
mod notation;
mod overwrite;
mod runner;
mod servers;
mod specification;
mod transport;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use notation::Conversation;
use overwrite::Overwrite;
use specification::Specification;
use tokio::runtime::Runtime;
use transport::{Connection, Http, Lines, Stdio, Transport};

#[test]
fn conversations_without_io() {
    let mut overwrite = Overwrite::if_asked();
    hold_all("connection", &mut overwrite, |name| Connection::new(servers::server(name)));
    if let Some(overwrite) = overwrite {
        overwrite.write();
    }
}

#[test]
fn conversations_over_lines() {
    let runtime = runtime();
    hold_all("lines", &mut None, |name| Lines::whole(runtime.handle(), servers::server(name)));
}

#[test]
fn conversations_over_lines_in_pieces() {
    let runtime = runtime();
    hold_all("lines", &mut None, |name| Lines::in_pieces(runtime.handle(), servers::server(name)));
}

#[test]
fn conversations_over_stdio() {
    let runtime = runtime();
    transport::serve_if_child(&runtime);
    hold_all("stdio", &mut None, |name| Stdio::start("conversations_over_stdio", name));
}

#[test]
fn conversations_over_http() {
    let runtime = runtime();
    hold_all("http", &mut None, |name| Http::new(runtime.handle(), servers::server(name)));
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// Runs every conversation over one transport, and fails with all differences.
fn hold_all<T: Transport>(name: &str, overwrite: &mut Option<Overwrite>, start: impl Fn(&str) -> T) {
    let (mut held, mut messages, mut failures) = (0, 0, Vec::new());
    for conversation in notation::read_all() {
        if conversation.skipped.iter().any(|skipped| skipped == name) {
            continue;
        }
        match hold(&conversation, name, overwrite, &start) {
            Ok(count) => (held, messages) = (held + 1, messages + count),
            Err(failure) => failures.push(failure),
        }
    }
    eprintln!("{name}: {held} conversations with {messages} messages");
    assert!(failures.is_empty(), "{} conversations failed\n\n{}\n", failures.len(), failures.join("\n\n"));
}

/// Runs one conversation and returns the number of its messages. One with `@ fails` must fail.
fn hold<T: Transport>(
    conversation: &Conversation,
    name: &str,
    overwrite: &mut Option<Overwrite>,
    start: impl Fn(&str) -> T,
) -> Result<usize, String> {
    let held = catch_unwind(AssertUnwindSafe(|| {
        let mut transport = start(&conversation.server);
        runner::check(conversation, name, &mut transport, overwrite.as_mut())
    }));
    let place = || format!("{}: at {name}, in \"{}\"", conversation.file.display(), conversation.title);
    let held = held.unwrap_or_else(|_| Err(format!("{}:\na panic", place())));
    match (conversation.failing.iter().any(|failing| failing == name), held) {
        (false, held) => held.map(|messages| messages.len()),
        (true, Err(_)) => Ok(0),
        (true, Ok(_)) => Err(format!("{}:\nit no longer fails: remove `@ fails`", place())),
    }
}

#[test]
fn messages_match_the_schema_of_their_revision() {
    let Some(mut specification) = Specification::find() else { return };
    let (mut checked, mut problems) = (0, Vec::new());
    for conversation in notation::read_all() {
        let mut transport = Connection::new(servers::server(&conversation.server));
        // Another test compares the conversation itself.
        let messages = runner::check(&conversation, "connection", &mut transport, None).unwrap_or_default();
        match specification.check(&messages) {
            Ok(count) => checked += count,
            Err(problem) => {
                problems.push(format!(
                    "{}: \"{}\":\n{problem}",
                    conversation.file.display(),
                    conversation.title
                ));
            }
        }
    }
    eprintln!("{checked} messages of servers were held against the schema of their revision");
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn titles_are_unique() {
    let mut titles = BTreeSet::new();
    for Conversation { file, title, .. } in notation::read_all() {
        assert!(
            titles.insert((file.clone(), title.clone())),
            "{}: \"{title}\" is there twice",
            file.display()
        );
    }
}
