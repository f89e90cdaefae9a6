//! Standard input and output of a real process.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(15);

/// The rough server as a process.
struct Process {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    errors: Receiver<String>,
}

impl Process {
    fn start() -> Self {
        let mut child = Command::new(rough())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let (lines, errors) = (read(child.stdout.take().unwrap()), read(child.stderr.take().unwrap()));
        Self { child, input, lines, errors }
    }

    fn say(&mut self, text: &str) {
        let input = self.input.as_mut().expect("the input is open");
        input.write_all(text.as_bytes()).unwrap();
    }

    fn call(&mut self, id: u64, tool: &str, arguments: &Value) {
        let params = json!({ "name": tool, "arguments": arguments, "_meta": { "progressToken": id } });
        self.request(id, "tools/call", &params);
    }

    fn request(&mut self, id: u64, method: &str, params: &Value) {
        self.say(&format!("{}\n", json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })));
    }

    fn handshake(&mut self) {
        let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
        self.request(0, "initialize", &params);
        assert_eq!(self.hear()["id"], 0);
    }

    /// The next message that is no progress.
    fn hear(&self) -> Value {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).expect("the server says something");
            let message: Value =
                serde_json::from_str(&line).unwrap_or_else(|_| panic!("not a message: {line}"));
            if message["method"] != "notifications/progress" {
                return message;
            }
        }
    }

    /// The ids of the next so many answers, in order.
    fn hear_ids(&self, count: usize) -> Vec<u64> {
        let mut ids: Vec<_> = (0..count).map(|_| self.hear()["id"].as_u64().unwrap()).collect();
        ids.sort_unstable();
        ids
    }

    fn wait_for_stderr(&self, text: &str) {
        loop {
            if self.errors.recv_timeout(PATIENCE).expect("standard error says it").contains(text) {
                return;
            }
        }
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// How the process ends, and that it does so in time.
    fn end(&mut self, most: Duration) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < most, "the process still runs after {most:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn rough() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let path = test.parent().unwrap().parent().unwrap().join("examples/rough");
    assert!(path.exists(), "{} is built by `cargo test`", path.display());
    path
}

fn read(stream: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

#[test]
fn end_of_input_ends_an_idle_process() {
    let mut process = Process::start();
    process.handshake();
    process.input = None;
    assert!(process.end(Duration::from_secs(2)).success());
}

#[test]
fn calls_are_answered_after_the_end_of_input() {
    let mut process = Process::start();
    process.handshake();
    for id in 1..=10 {
        process.call(id, "sleep", &json!({ "ms": 300 }));
    }
    // The last message is whole, though its line is not.
    process.say(r#"{"jsonrpc":"2.0","id":11,"method":"ping"}"#);
    process.input = None;
    assert_eq!(process.hear_ids(11), (1..=11).collect::<Vec<_>>());
    assert!(process.end(PATIENCE).success());
}

#[test]
fn truncated_message_at_end_of_input_is_ignored() {
    let mut process = Process::start();
    process.handshake();
    process.say(r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo""#);
    process.input = None;
    assert!(process.end(PATIENCE).success());
    assert_eq!(process.lines.recv_timeout(PATIENCE), Err(RecvTimeoutError::Disconnected));
}

#[test]
fn signals_end_the_process_gracefully() {
    for name in ["-TERM", "-INT"] {
        let mut process = Process::start();
        process.handshake();
        process.call(1, "sleep", &json!({ "ms": 400 }));
        std::thread::sleep(Duration::from_millis(100));
        process.signal(name);
        assert_eq!(process.hear()["id"], 1, "what runs is finished");
        assert!(process.end(PATIENCE).success());
    }
}

#[test]
fn second_signal_ends_the_process_immediately() {
    let mut process = Process::start();
    process.handshake();
    process.call(1, "sleep", &json!({ "ms": 60_000 }));
    process.signal("-TERM");
    std::thread::sleep(Duration::from_millis(200));
    process.signal("-TERM");
    assert!(process.end(Duration::from_secs(2)).success());
}

#[test]
fn blocked_handlers_do_not_prevent_exit() {
    let mut process = Process::start();
    process.handshake();
    for id in 1..=3 {
        process.call(id, "block", &json!({ "ms": 600_000 }));
    }
    process.request(4, "ping", &json!({}));
    assert_eq!(process.hear()["id"], 4);
    process.input = None;
    assert!(process.end(PATIENCE).success());
}

#[test]
fn closed_output_ends_the_process() {
    let mut child = Command::new(rough())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take();
    input.as_mut().unwrap().write_all(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n").unwrap();
    let mut output = child.stdout.take().unwrap();
    let mut first = [0; 10];
    output.read_exact(&mut first).unwrap();
    drop(output);
    let (_, lines) = channel();
    let (_, errors) = channel();
    let mut process = Process { child, input, lines, errors };
    let status = process.end(Duration::from_secs(2));
    assert!(!status.success(), "answers can no longer be given");
}

#[test]
fn printed_output_goes_to_standard_error() {
    let mut process = Process::start();
    process.handshake();
    process.call(1, "print", &json!({}));
    assert_eq!(process.hear()["result"]["content"][0]["text"], "printed");
    process.wait_for_stderr("printed by Rust");
    process.wait_for_stderr("printed by a child");
}

#[test]
fn panic_fails_only_its_call() {
    let mut process = Process::start();
    process.handshake();
    for id in 1..=5 {
        process.call(id, "panic", &json!({}));
    }
    for _ in 1..=5 {
        assert_eq!(process.hear()["error"]["code"], -32603);
    }
    process.call(6, "echo", &json!({ "text": "still here" }));
    assert_eq!(process.hear()["result"]["content"][0]["text"], "still here");
}

#[test]
fn blocked_threads_do_not_delay_other_responses() {
    let mut process = Process::start();
    process.handshake();
    for id in 1..=4 {
        process.call(id, "block", &json!({ "ms": 1500 }));
    }
    let start = Instant::now();
    process.request(5, "ping", &json!({}));
    process.request(6, "tools/list", &json!({}));
    assert_eq!(process.hear()["id"], 5);
    assert!(start.elapsed() < Duration::from_millis(1000), "a ping took {:?}", start.elapsed());
    assert_eq!(process.hear_ids(5), [1, 2, 3, 4, 6]);
}

#[test]
fn cancelled_call_gets_no_response() {
    let mut process = Process::start();
    process.handshake();
    process.call(1, "sleep", &json!({ "ms": 2000 }));
    std::thread::sleep(Duration::from_millis(200));
    process
        .say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}\n");
    process.request(2, "ping", &json!({}));
    assert_eq!(process.hear()["id"], 2);
    assert_eq!(process.lines.recv_timeout(Duration::from_millis(300)), Err(RecvTimeoutError::Timeout));
    // The id is free again.
    process.call(1, "echo", &json!({ "text": "again" }));
    assert_eq!(process.hear()["result"]["content"][0]["text"], "again");
    assert!(process.errors.try_recv().is_err(), "the handler was dropped before its end");
}

#[test]
fn duplicate_id_in_flight_is_rejected() {
    let mut process = Process::start();
    process.handshake();
    process.call(1, "sleep", &json!({ "ms": 300 }));
    process.call(1, "echo", &json!({ "text": "second" }));
    let (first, second) = (process.hear(), process.hear());
    assert_eq!(first["error"]["code"], -32600);
    assert_eq!(second["result"]["content"][0]["text"], "slept");
}

#[test]
fn many_large_responses_are_delivered() {
    let mut process = Process::start();
    process.handshake();
    let mut input = process.input.take().unwrap();
    // Forty megabytes of answers, and nobody reads them for a while: `lines` is read by a thread, so it is stopped here.
    let writing = std::thread::spawn(move || {
        for id in 1..=400 {
            let params = json!({ "name": "large", "arguments": { "bytes": 100_000 } });
            let line = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params });
            input.write_all(format!("{line}\n").as_bytes()).unwrap();
        }
        input
    });
    assert_eq!(process.hear_ids(400), (1..=400).collect::<Vec<_>>());
    drop(writing.join().unwrap());
    assert!(process.end(PATIENCE).success());
}

#[test]
fn many_unread_responses_are_delivered() {
    let mut child = Command::new(rough())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let output = child.stdout.take().unwrap();
    let writing = std::thread::spawn(move || {
        for id in 0..4000 {
            let line = json!({ "jsonrpc": "2.0", "id": id, "method": "ping" });
            input.write_all(format!("{line}{}\n", " ".repeat(400)).as_bytes()).unwrap();
        }
    });
    std::thread::sleep(Duration::from_secs(2));
    let (lines, (_, errors)) = (read(output), channel());
    let process = Process { child, input: None, lines, errors };
    assert_eq!(process.hear_ids(4000), (0..4000).collect::<Vec<_>>());
    writing.join().unwrap();
}

#[test]
fn cancelled_blocked_handler_does_not_prevent_exit() {
    let mut process = Process::start();
    process.handshake();
    process.call(1, "block", &json!({ "ms": 60_000 }));
    std::thread::sleep(Duration::from_millis(200));
    process
        .say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}\n");
    process.request(2, "ping", &json!({}));
    assert_eq!(process.hear()["id"], 2);
    process.input = None;
    assert!(process.end(Duration::from_secs(3)).success());
}

#[test]
fn closed_output_ends_the_process_while_a_handler_blocks() {
    let mut child = Command::new(rough())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take();
    let output = child.stdout.take().unwrap();
    let (lines, (_, errors)) = (channel().1, channel());
    let mut process = Process { child, input: input.take(), lines, errors };
    process.request(0, "ping", &json!({}));
    let mut first = String::new();
    let mut output = BufReader::new(output);
    output.read_line(&mut first).unwrap();
    process.request(1, "initialize", &json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } }));
    output.read_line(&mut first).unwrap();
    process.call(2, "block", &json!({ "ms": 60_000 }));
    std::thread::sleep(Duration::from_millis(200));
    drop(output);
    assert!(!process.end(Duration::from_secs(4)).success());
}

#[test]
fn unread_output_does_not_prevent_exit() {
    let mut child = Command::new(rough())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let input = child.stdin.take();
    let unread = child.stdout.take();
    let (lines, (_, errors)) = (channel().1, channel());
    let mut process = Process { child, input, lines, errors };
    process.request(0, "initialize", &json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } }));
    for id in 1..=8 {
        process.call(id, "large", &json!({ "bytes": 1 << 20 }));
    }
    std::thread::sleep(Duration::from_millis(500));
    process.input = None;
    process.end(PATIENCE);
    drop(unread);
}

#[test]
fn nonblocking_standard_streams_are_supported() {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

    let (reader, mut writer) = std::io::pipe().unwrap();
    let (mut answers, output) = std::io::pipe().unwrap();
    for flags in [
        fcntl_getfl(&reader).map(|flags| fcntl_setfl(&reader, flags | OFlags::NONBLOCK)),
        fcntl_getfl(&output).map(|flags| fcntl_setfl(&output, flags | OFlags::NONBLOCK)),
    ] {
        flags.unwrap().unwrap();
    }
    let mut command = Command::new(rough());
    let child =
        command.stdin(Stdio::from(reader)).stdout(Stdio::from(output)).stderr(Stdio::null()).spawn().unwrap();
    drop(command);
    let (lines, (_, errors)) = (channel().1, channel());
    let mut process = Process { child, input: None, lines, errors };
    std::thread::sleep(Duration::from_millis(500));
    let meta = json!({ "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {} });
    let params = json!({ "name": "large", "arguments": { "bytes": 1 << 20 }, "_meta": meta });
    let line = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
    writer.write_all(format!("{line}\n").as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    drop(writer);
    let mut said = String::new();
    answers.read_to_string(&mut said).unwrap();
    assert!(said.len() > 1 << 20 && said.ends_with("}\n"), "all of it was written: {} bytes", said.len());
    assert!(process.end(PATIENCE).success());
}

#[test]
fn handler_that_becomes_slow_does_not_delay_others() {
    let mut process = Process::start();
    process.handshake();
    for id in 1..=40 {
        process.call(id, "block", &json!({ "ms": 0 }));
        assert_eq!(process.hear()["id"], id);
    }
    process.call(50, "block", &json!({ "ms": 3000 }));
    process.call(51, "echo", &json!({ "text": "meanwhile" }));
    process.request(52, "ping", &json!({}));
    process.call(53, "block", &json!({ "ms": 60_000 }));
    let start = Instant::now();
    assert_eq!(process.hear_ids(2), [51, 52]);
    assert!(start.elapsed() < Duration::from_millis(1500), "the others waited {:?}", start.elapsed());
    process
        .say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":50}}\n");
    process.request(54, "ping", &json!({}));
    assert_eq!(process.hear()["id"], 54);
    process.input = None;
    assert!(process.end(PATIENCE).success());
    assert!(process.lines.try_recv().is_err(), "a call that was cancelled has no answer");
}

#[test]
fn blocking_handler_can_observe_cancellation() {
    let mut process = Process::start();
    process.handshake();
    process.call(1, "watch", &json!({}));
    std::thread::sleep(Duration::from_millis(100));
    process
        .say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}\n");
    process.wait_for_stderr("noticed");
}
