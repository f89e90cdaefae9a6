//! The end of a process that serves standard input and output: hooks, `run_until`, and the reason.

use std::time::Duration;

use serde_json::json;

use crate::process::{Process, TIMEOUT};

impl Process {
    /// Waits until the process has exited successfully. Returns what it has printed about its end.
    fn ended(&mut self) -> Vec<String> {
        assert!(self.wait_for_exit(TIMEOUT).success());
        let lines = std::iter::from_fn(|| self.errors.recv_timeout(TIMEOUT).ok());
        lines.filter(|line| line.starts_with("the hook") || line.starts_with("ended")).collect()
    }
}

const RUN: [&str; 2] = ["the hook runs", "the hook has run"];

#[test]
fn hooks_run_on_every_way_of_ending() {
    let mut process = Process::start();
    process.handshake();
    process.input = None;
    assert_eq!(process.ended(), [RUN[0], RUN[1], "ended: Disconnected"], "the end of input");

    let mut process = Process::start();
    process.input = None;
    assert_eq!(process.ended(), [RUN[0], RUN[1], "ended: NoClient"], "the end of input before a handshake");

    let mut process = Process::start();
    process.handshake();
    process.signal("-TERM");
    assert_eq!(process.ended(), [RUN[0], RUN[1], "ended: Stopped"], "a signal");

    let mut process = Process::start();
    process.handshake();
    process.call(1, "stop", &json!({}));
    assert_eq!(process.ended(), [RUN[0], RUN[1], "ended: Stopped"], "`run_until`");
}

#[test]
fn running_calls_end_before_the_hooks() {
    let mut process = Process::start();
    process.handshake();
    process.call(1, "sleep", &json!({ "ms": 300 }));
    process.call(2, "stop", &json!({}));
    assert_eq!(process.receive()["id"], 2);
    assert_eq!(process.receive()["id"], 1);
    assert!(process.wait_for_exit(TIMEOUT).success());
    let lines: Vec<_> = std::iter::from_fn(|| process.errors.recv_timeout(TIMEOUT).ok()).collect();
    let position = |text: &str| lines.iter().position(|line| line == text).expect(text);
    assert!(position("slept") < position(RUN[0]), "{lines:?}");
}

#[test]
fn hooks_run_although_a_handler_blocks_every_thread() {
    let mut process = Process::start_with(&[("DRAIN_MILLIS", "1000")]);
    process.handshake();
    for id in 1..=3 {
        process.call(id, "block", &json!({ "ms": 600_000 }));
    }
    process.input = None;
    // The process exits instead of returning.
    assert_eq!(process.ended(), RUN);
}

#[test]
fn time_of_hooks_is_limited() {
    let mut process = Process::start_with(&[("HOOK_SECONDS", "600"), ("DRAIN_MILLIS", "2000")]);
    process.handshake();
    process.input = None;
    assert_eq!(process.ended(), [RUN[0], "ended: Disconnected"]);
}

#[test]
fn second_signal_ends_the_process_while_a_hook_runs() {
    let mut process = Process::start_with(&[("HOOK_SECONDS", "600"), ("DRAIN_MILLIS", "600000")]);
    process.handshake();
    process.signal("-TERM");
    process.wait_for_stderr(RUN[0]);
    process.signal("-TERM");
    assert!(process.wait_for_exit(Duration::from_secs(5)).success());
}
