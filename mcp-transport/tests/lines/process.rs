//! The stdio transport of a child process.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

pub(crate) const TIMEOUT: Duration = Duration::from_secs(15);

/// The example `misbehaving` as a child process.
pub(crate) struct Process {
    child: Child,
    pub(crate) input: Option<ChildStdin>,
    lines: Receiver<String>,
    pub(crate) errors: Receiver<String>,
}

impl Process {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts the process with these environment variables.
    pub(crate) fn start_with(variables: &[(&str, &str)]) -> Self {
        let mut child = Command::new(example_path())
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let (lines, errors) =
            (read_lines(child.stdout.take().unwrap()), read_lines(child.stderr.take().unwrap()));
        Self { child, input, lines, errors }
    }

    fn send(&mut self, text: &str) {
        let input = self.input.as_mut().expect("the input is open");
        input.write_all(text.as_bytes()).unwrap();
    }

    pub(crate) fn call(&mut self, id: u64, tool: &str, arguments: &Value) {
        let params = json!({ "name": tool, "arguments": arguments, "_meta": { "progressToken": id } });
        self.request(id, "tools/call", &params);
    }

    fn request(&mut self, id: u64, method: &str, params: &Value) {
        self.send(&format!(
            "{}\n",
            json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
        ));
    }

    pub(crate) fn handshake(&mut self) {
        let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
        self.request(0, "initialize", &params);
        assert_eq!(self.receive()["id"], 0);
    }

    /// Receives the next message, without progress notifications.
    pub(crate) fn receive(&self) -> Value {
        loop {
            let line = self.lines.recv_timeout(TIMEOUT).expect("a message from the server");
            let message: Value =
                serde_json::from_str(&line).unwrap_or_else(|_| panic!("not a message: {line}"));
            if message["method"] != "notifications/progress" {
                return message;
            }
        }
    }

    /// Receives the ids of the next `count` responses, sorted.
    fn receive_ids(&self, count: usize) -> Vec<u64> {
        let mut ids: Vec<_> = (0..count).map(|_| self.receive()["id"].as_u64().unwrap()).collect();
        ids.sort_unstable();
        ids
    }

    pub(crate) fn wait_for_stderr(&self, text: &str) {
        loop {
            if self.errors.recv_timeout(TIMEOUT).expect("more lines on standard error").contains(text) {
                return;
            }
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// Waits until the process exits. Panics if it runs longer than `timeout`.
    pub(crate) fn wait_for_exit(&mut self, timeout: Duration) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < timeout, "the process still runs after {timeout:?}");
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

pub(crate) fn example_path() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let path = test.parent().unwrap().parent().unwrap().join("examples/misbehaving");
    assert!(path.exists(), "{} is built by `cargo test`", path.display());
    path
}

fn read_lines(stream: impl std::io::Read + Send + 'static) -> Receiver<String> {
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
    assert!(process.wait_for_exit(Duration::from_secs(2)).success());
}

#[test]
fn calls_are_answered_after_the_end_of_input() {
    let mut process = Process::start();
    process.handshake();
    for id in 1..=10 {
        process.call(id, "sleep", &json!({ "ms": 300 }));
    }
    // The last message is complete, but it has no line ending.
    process.send(r#"{"jsonrpc":"2.0","id":11,"method":"ping"}"#);
    process.input = None;
    assert_eq!(process.receive_ids(11), (1..=11).collect::<Vec<_>>());
    assert!(process.wait_for_exit(TIMEOUT).success());
}

#[test]
fn truncated_message_at_end_of_input_is_ignored() {
    let mut process = Process::start();
    process.handshake();
    process.send(r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo""#);
    process.input = None;
    assert!(process.wait_for_exit(TIMEOUT).success());
    assert_eq!(process.lines.recv_timeout(TIMEOUT), Err(RecvTimeoutError::Disconnected));
}

#[test]
fn signals_end_the_process_gracefully() {
    for name in ["-TERM", "-INT"] {
        let mut process = Process::start();
        process.handshake();
        process.call(1, "sleep", &json!({ "ms": 400 }));
        std::thread::sleep(Duration::from_millis(100));
        process.signal(name);
        assert_eq!(process.receive()["id"], 1, "the running call is finished");
        assert!(process.wait_for_exit(TIMEOUT).success());
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
    assert!(process.wait_for_exit(Duration::from_secs(2)).success());
}

#[test]
fn blocked_handlers_do_not_prevent_exit() {
    let mut process = Process::start();
    process.handshake();
    for id in 1..=3 {
        process.call(id, "block", &json!({ "ms": 600_000 }));
    }
    process.request(4, "ping", &json!({}));
    assert_eq!(process.receive()["id"], 4);
    process.input = None;
    assert!(process.wait_for_exit(TIMEOUT).success());
}

#[test]
fn closed_output_ends_the_process() {
    let mut child = Command::new(example_path())
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
    let status = process.wait_for_exit(Duration::from_secs(2));
    assert!(!status.success(), "responses can no longer be written");
}

/// Starts a process, calls tools of it, and closes both of its streams at once. Returns its exit status and what it wrote to
/// standard error.
fn closed_at_once(calls: &[(&str, Value)], closes_input_first: bool) -> (ExitStatus, Vec<String>) {
    let mut child = Command::new(example_path())
        .env("QUIET", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let errors = read_lines(child.stderr.take().unwrap());
    let input = child.stdin.take();
    let mut process = Process { child, input, lines: channel().1, errors: channel().1 };
    process.request(0, "initialize", &json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } }));
    output.read_line(&mut String::new()).unwrap();
    for (id, (tool, arguments)) in (1..).zip(calls) {
        process.call(id, tool, arguments);
    }
    std::thread::sleep(Duration::from_millis(100));
    if closes_input_first {
        process.input = None;
        drop(output);
    } else {
        drop(output);
        process.input = None;
    }
    let status = process.wait_for_exit(TIMEOUT);
    (status, errors.iter().collect())
}

#[test]
fn client_that_closes_both_streams_ends_the_process_silently() {
    let slow = || vec![("sleep", json!({ "ms": 60_000 }))];
    for calls in [Vec::new(), slow()] {
        for closes_input_first in [true, false] {
            let (status, errors) = closed_at_once(&calls, closes_input_first);
            assert!(status.success(), "{calls:?}, {closes_input_first}: {status} {errors:?}");
            assert_eq!(errors, Vec::<String>::new(), "{calls:?}, {closes_input_first}");
        }
    }
}

#[test]
fn printed_output_goes_to_standard_error() {
    let mut process = Process::start();
    process.handshake();
    process.call(1, "print", &json!({}));
    assert_eq!(process.receive()["result"]["content"][0]["text"], "printed");
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
        let answer = process.receive();
        assert_eq!(answer["result"]["isError"], true, "{answer}");
    }
    // There is no subscriber: the log goes to standard error.
    for _ in 1..=5 {
        process.wait_for_stderr("mcpwright: panic panicked, incident ");
    }
    process.call(6, "echo", &json!({ "text": "still here" }));
    assert_eq!(process.receive()["result"]["content"][0]["text"], "still here");
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
    assert_eq!(process.receive()["id"], 5);
    assert!(start.elapsed() < Duration::from_millis(1000), "a ping took {:?}", start.elapsed());
    assert_eq!(process.receive_ids(5), [1, 2, 3, 4, 6]);
}

#[test]
fn cancelled_call_gets_no_response() {
    let mut process = Process::start();
    process.handshake();
    process.call(1, "sleep", &json!({ "ms": 2000 }));
    std::thread::sleep(Duration::from_millis(200));
    process
        .send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}\n");
    process.request(2, "ping", &json!({}));
    assert_eq!(process.receive()["id"], 2);
    assert_eq!(process.lines.recv_timeout(Duration::from_millis(300)), Err(RecvTimeoutError::Timeout));
    // The id can be used again.
    process.call(1, "echo", &json!({ "text": "again" }));
    assert_eq!(process.receive()["result"]["content"][0]["text"], "again");
    assert!(process.errors.try_recv().is_err(), "the handler must be dropped before completion");
}

#[test]
fn duplicate_id_in_flight_is_rejected() {
    let mut process = Process::start();
    process.handshake();
    process.call(1, "sleep", &json!({ "ms": 300 }));
    process.call(1, "echo", &json!({ "text": "second" }));
    let (first, second) = (process.receive(), process.receive());
    assert_eq!(first["error"]["code"], -32600);
    assert_eq!(second["result"]["content"][0]["text"], "slept");
}

#[test]
fn many_large_responses_are_delivered() {
    let mut process = Process::start();
    process.handshake();
    let mut input = process.input.take().unwrap();
    // 40 MB of responses. A thread reads the output into `lines` while the requests are still being written.
    let writer_thread = std::thread::spawn(move || {
        for id in 1..=400 {
            let params = json!({ "name": "large", "arguments": { "bytes": 100_000 } });
            let line = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params });
            input.write_all(format!("{line}\n").as_bytes()).unwrap();
        }
        input
    });
    assert_eq!(process.receive_ids(400), (1..=400).collect::<Vec<_>>());
    drop(writer_thread.join().unwrap());
    assert!(process.wait_for_exit(TIMEOUT).success());
}

#[test]
fn many_unread_responses_are_delivered() {
    let mut child = Command::new(example_path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let output = child.stdout.take().unwrap();
    let writer_thread = std::thread::spawn(move || {
        for id in 0..4000 {
            let line = json!({ "jsonrpc": "2.0", "id": id, "method": "ping" });
            input.write_all(format!("{line}{}\n", " ".repeat(400)).as_bytes()).unwrap();
        }
    });
    std::thread::sleep(Duration::from_secs(2));
    let (lines, (_, errors)) = (read_lines(output), channel());
    let process = Process { child, input: None, lines, errors };
    assert_eq!(process.receive_ids(4000), (0..4000).collect::<Vec<_>>());
    writer_thread.join().unwrap();
}

#[test]
fn cancelled_blocked_handler_does_not_prevent_exit() {
    let mut process = Process::start();
    process.handshake();
    process.call(1, "block", &json!({ "ms": 60_000 }));
    std::thread::sleep(Duration::from_millis(200));
    process
        .send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}\n");
    process.request(2, "ping", &json!({}));
    assert_eq!(process.receive()["id"], 2);
    process.input = None;
    assert!(process.wait_for_exit(Duration::from_secs(3)).success());
}

#[test]
fn closed_output_ends_the_process_while_a_handler_blocks() {
    let mut child = Command::new(example_path())
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
    assert!(!process.wait_for_exit(Duration::from_secs(4)).success());
}

#[test]
fn unread_output_does_not_prevent_exit() {
    let mut child = Command::new(example_path())
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
    process.wait_for_exit(TIMEOUT);
    drop(unread);
}

#[test]
fn nonblocking_standard_streams_are_supported() {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

    let (reader, mut writer) = std::io::pipe().unwrap();
    let (mut responses, output) = std::io::pipe().unwrap();
    for flags in [
        fcntl_getfl(&reader).map(|flags| fcntl_setfl(&reader, flags | OFlags::NONBLOCK)),
        fcntl_getfl(&output).map(|flags| fcntl_setfl(&output, flags | OFlags::NONBLOCK)),
    ] {
        flags.unwrap().unwrap();
    }
    let mut command = Command::new(example_path());
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
    let mut received = String::new();
    responses.read_to_string(&mut received).unwrap();
    assert!(
        received.len() > 1 << 20 && received.ends_with("}\n"),
        "the whole response must be written: {} bytes",
        received.len()
    );
    assert!(process.wait_for_exit(TIMEOUT).success());
}

#[test]
fn handler_that_becomes_slow_does_not_delay_others() {
    let mut process = Process::start();
    process.handshake();
    for id in 1..=40 {
        process.call(id, "block", &json!({ "ms": 0 }));
        assert_eq!(process.receive()["id"], id);
    }
    process.call(50, "block", &json!({ "ms": 3000 }));
    process.call(51, "echo", &json!({ "text": "concurrent" }));
    process.request(52, "ping", &json!({}));
    process.call(53, "block", &json!({ "ms": 60_000 }));
    let start = Instant::now();
    assert_eq!(process.receive_ids(2), [51, 52]);
    assert!(start.elapsed() < Duration::from_millis(1500), "the others waited {:?}", start.elapsed());
    process
        .send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":50}}\n");
    process.request(54, "ping", &json!({}));
    assert_eq!(process.receive()["id"], 54);
    process.input = None;
    assert!(process.wait_for_exit(TIMEOUT).success());
    assert!(process.lines.try_recv().is_err(), "a cancelled call has no response");
}

#[test]
fn blocking_handler_can_observe_cancellation() {
    let mut process = Process::start();
    process.handshake();
    process.call(1, "watch", &json!({}));
    std::thread::sleep(Duration::from_millis(100));
    process
        .send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}\n");
    process.wait_for_stderr("cancellation observed");
}

/// The reading thread reads both requests at once, and is about to write the first answer when the second blocks it.
#[test]
fn answer_is_written_while_a_later_handler_of_the_same_read_blocks() {
    let mut process = Process::start();
    process.handshake();
    for id in 1..=40 {
        process.call(id, "block", &json!({ "ms": 0 }));
        assert_eq!(process.receive()["id"], id);
    }
    let line = |id: u64, method: &str, params: Value| {
        format!("{}\n", json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))
    };
    let blocking = json!({ "name": "block", "arguments": { "ms": 5000 } });
    let start = Instant::now();
    process.send(&(line(50, "ping", json!({})) + &line(51, "tools/call", blocking)));
    assert_eq!(process.receive()["id"], 50);
    assert!(start.elapsed() < Duration::from_millis(2500), "the answer waited {:?}", start.elapsed());
}
