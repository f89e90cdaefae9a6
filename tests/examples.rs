//! Runs every stdio example as a process and exchanges messages over its standard input and output.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// A running example.
struct Example {
    process: Child,
    input: ChildStdin,
    lines: Receiver<String>,
    next_id: u64,
}

impl Example {
    fn start(name: &str) -> Self {
        let path = example_folder().join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        let mut command = Command::new(&path);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap_or_else(|error| {
            panic!("{}: {error}; run `cargo build --examples`", path.display());
        });
        let input = process.stdin.take().expect("the input is a pipe");
        let output = process.stdout.take().expect("the output is a pipe");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            BufReader::new(output).lines().map_while(Result::ok).all(|line| sender.send(line).is_ok())
        });
        Self { process, input, lines, next_id: 1 }
    }

    /// Starts an example and opens a legacy session.
    fn start_session(name: &str) -> Self {
        let mut example = Self::start(name);
        let client = json!({ "name": "examples", "version": "1" });
        let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client });
        assert_eq!(example.request("initialize", &params)["protocolVersion"], "2025-11-25");
        example.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        example
    }

    /// Sends a message.
    fn send(&mut self, message: &Value) {
        writeln!(self.input, "{message}").expect("the example reads its input");
    }

    /// Receives the next message.
    fn receive(&self) -> Value {
        let line = self.lines.recv_timeout(Duration::from_secs(20)).expect("the example sends a message");
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("not a message: {line}"))
    }

    /// Sends a request and returns its result or its error.
    fn request(&mut self, method: &str, params: &Value) -> Value {
        let id = self.next_id;
        self.next_id += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        let mut response = self.receive();
        assert_eq!(response["id"], id, "{response}");
        let member = if response["error"].is_null() { "result" } else { "error" };
        response[member].take()
    }

    /// Calls a tool and returns the first text block of its result.
    fn call(&mut self, tool: &str, arguments: &Value) -> String {
        let result = self.request("tools/call", &json!({ "name": tool, "arguments": arguments }));
        result["content"][0]["text"].as_str().unwrap_or_default().to_owned()
    }

    /// Returns the names of the tools.
    fn tool_names(&mut self) -> Vec<String> {
        let result = self.request("tools/list", &json!({}));
        let tools = result["tools"].as_array().expect("there are tools");
        tools.iter().filter_map(|tool| tool["name"].as_str()).map(str::to_owned).collect()
    }

    /// Closes the example's standard input and waits until it has exited.
    fn shut_down(self) {
        let Self { mut process, input, .. } = self;
        drop(input);
        assert!(process.wait().expect("the example exits").success());
    }
}

/// Returns the folder of the built examples, a sibling of the folder of this test.
fn example_folder() -> PathBuf {
    let mut folder = std::env::current_exe().expect("a test has a path");
    folder.pop();
    folder.pop();
    folder.join("examples")
}

#[test]
fn hello() {
    let mut example = Example::start_session("hello");
    assert_eq!(example.call("add", &json!({ "a": 1, "b": 2 })), "3");
    example.shut_down();
}

#[test]
fn hello_without_a_handshake() {
    let mut example = Example::start("hello");
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params = json!({ "name": "add", "arguments": { "a": "1", "b": 2.0 }, "_meta": meta });
    let result = example.request("tools/call", &params);
    assert_eq!(result["content"][0]["text"], "3");
    assert_eq!(result["resultType"], "complete");
    example.shut_down();
}

#[test]
fn middleware() {
    let mut example = Example::start_session("middleware");
    assert_eq!(example.call("count", &json!({})), "1");
    assert_eq!(
        example.call("reset", &json!({})),
        "reset requires the scope counter:reset, which anonymous does not have"
    );
    assert_eq!(example.call("count", &json!({})), "2");
    example.shut_down();
}

#[test]
fn catalog() {
    let mut example = Example::start_session("catalog");
    assert_eq!(example.tool_names(), ["learn", "forget"]);
    let changed = json!({ "jsonrpc": "2.0", "method": "notifications/tools/list_changed" });
    let arguments = json!({ "word": "tool", "meaning": "something to use" });
    example.send(&json!({
        "jsonrpc": "2.0", "id": "a", "method": "tools/call", "params": { "name": "learn", "arguments": arguments },
    }));
    let (one, other) = (example.receive(), example.receive());
    assert!(one == changed || other == changed, "{one} {other}");
    assert_eq!(example.tool_names(), ["learn", "forget", "tool"]);
    assert_eq!(example.call("tool", &json!({})), "something to use");
    assert_eq!(example.call("forget", &json!({ "word": "nothing" })), "nothing was never learned");
    example.shut_down();
}

#[test]
fn watch() {
    let subscribed = json!({ "uri": "kettle://temperature" });
    let mut example = Example::start_session("watch");
    assert_eq!(example.request("resources/subscribe", &subscribed), json!({}));
    let updated =
        json!({ "jsonrpc": "2.0", "method": "notifications/resources/updated", "params": subscribed });
    assert_eq!(example.receive(), updated);
    example.shut_down();

    let mut example = Example::start("watch");
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params =
        json!({ "notifications": { "resourceSubscriptions": ["kettle://temperature"] }, "_meta": meta });
    example.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": params }));
    assert_eq!(example.receive()["method"], "notifications/subscriptions/acknowledged");
    let updated = example.receive();
    assert_eq!(updated["method"], "notifications/resources/updated");
    assert_eq!(updated["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], 1);
    let read = json!({ "uri": "kettle://temperature", "_meta": meta });
    example.send(&json!({ "jsonrpc": "2.0", "id": 2, "method": "resources/read", "params": read }));
    let read = std::iter::from_fn(|| Some(example.receive())).find(|message| message["id"] == 2);
    let text = read.map(|read| read["result"]["contents"][0]["text"].clone()).expect("the read is answered");
    assert!(text.as_str().is_some_and(|text| text.ends_with(" °C")), "{text}");
    example.shut_down();
}

#[test]
fn without_macros() {
    let mut example = Example::start_session("without_macros");
    assert_eq!(example.call("largest", &json!({})), "Lübeck, 219000");
    assert_eq!(example.call("walk", &json!({ "kilometres": 2 })), "walked 2 km");
    let read = example.request("resources/read", &json!({ "uri": "town://Bargteheide/people" }));
    assert_eq!(read["contents"][0]["text"], "16000");
    let prompt =
        example.request("prompts/get", &json!({ "name": "visit", "arguments": { "town": "Lübeck" } }));
    assert_eq!(prompt["messages"][0]["content"]["text"], "Plan a day in Lübeck.");
    let template = json!({ "type": "ref/resource", "uri": "town://{town}/people" });
    let argument = json!({ "name": "town", "value": "A" });
    let completed = example.request("completion/complete", &json!({ "ref": template, "argument": argument }));
    assert_eq!(completed["completion"]["values"], json!(["Ahrensburg"]));
    example.shut_down();
}

#[test]
fn ask() {
    let accepted = json!({ "action": "accept", "content": { "place": "balcony", "name": "Ada" } });
    let booked = |seat: u32| format!("seat {seat} for Ada: Balcony, programme: false");

    let mut example = Example::start("ask");
    let client = json!({ "name": "examples", "version": "1" });
    let capabilities = json!({ "elicitation": {} });
    let params =
        json!({ "protocolVersion": "2025-11-25", "capabilities": capabilities, "clientInfo": client });
    example.request("initialize", &params);
    example
        .send(&json!({ "jsonrpc": "2.0", "id": "b", "method": "tools/call", "params": { "name": "book" } }));
    let request = example.receive();
    assert_eq!(request["method"], "elicitation/create");
    let places = &request["params"]["requestedSchema"]["properties"]["place"]["oneOf"];
    assert_eq!(places[1], json!({ "const": "balcony", "title": "The balcony, 25 euros" }));
    example.send(&json!({ "jsonrpc": "2.0", "id": request["id"], "result": accepted }));
    assert_eq!(example.receive()["result"]["content"][0]["text"], booked(1));

    // A client of revision 2026-07-28 on the same connection.
    let mut params = json!({ "name": "book", "_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": capabilities,
    } });
    let input_required = example.request("tools/call", &params);
    assert_eq!(input_required["resultType"], "input_required");
    params["requestState"] = input_required["requestState"].clone();
    params["inputResponses"] = json!({ "booking": accepted });
    let result = example.request("tools/call", &params);
    assert_eq!(result["content"][0]["text"], booked(2));
    // Each seat was held once, although the handler ran twice.
    assert_eq!(example.call("held", &json!({})), "2");
    example.shut_down();
}

#[test]
fn task() {
    let mut example = Example::start("task");
    let meta = |capabilities: Value| {
        json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": capabilities,
        })
    };
    let with_tasks = json!({ "elicitation": {}, "extensions": { "io.modelcontextprotocol/tasks": {} } });
    let arguments = json!({ "title": "Faust" });
    let created = example.request(
        "tools/call",
        &json!({ "name": "print", "arguments": arguments, "_meta": meta(with_tasks.clone()) }),
    );
    assert_eq!((&created["resultType"], &created["status"]), (&json!("task"), &json!("working")));
    let wait = |example: &mut Example, created: &Value, status: &str| loop {
        let params = json!({ "taskId": created["taskId"], "_meta": meta(with_tasks.clone()) });
        let task = example.request("tasks/get", &params);
        if task["status"] == status {
            return task;
        }
        assert_eq!(task["status"], "working");
        std::thread::sleep(Duration::from_millis(20));
    };
    let suspended = wait(&mut example, &created, "input_required");
    assert_eq!(
        suspended["inputRequests"]["proof"]["params"]["message"],
        "Please look at the proof of Faust."
    );
    let responses = json!({ "proof": { "action": "accept", "content": { "approved": true } } });
    let params = json!({ "taskId": created["taskId"], "inputResponses": responses, "_meta": meta(with_tasks.clone()) });
    assert_eq!(example.request("tasks/update", &params)["resultType"], "complete");
    let done = wait(&mut example, &created, "completed");
    assert_eq!(done["result"]["content"][0]["text"], "3 copies of Faust");
    let bind = |example: &mut Example, books: u64, capabilities: &Value| {
        let params =
            json!({ "name": "bind", "arguments": { "books": books }, "_meta": meta(capabilities.clone()) });
        example.request("tools/call", &params)
    };
    assert_eq!(bind(&mut example, 1, &with_tasks)["content"][0]["text"], "1 books");
    assert_eq!(bind(&mut example, 100, &json!({}))["content"][0]["text"], "100 books");
    let created = bind(&mut example, 300, &with_tasks);
    let done = wait(&mut example, &created, "completed");
    assert_eq!(done["result"]["content"][0]["text"], "300 books");
    example.shut_down();
}

/// Arguments of every type arrive as they were sent. `.ci/converters/run` sends the same with the clients of frameworks.
#[test]
fn types() {
    let cases = std::fs::read_to_string(".ci/converters/cases.json").expect("there are cases");
    let cases: Value = serde_json::from_str(&cases).expect("the cases are JSON");
    let cases = cases.as_object().expect("the cases of each tool");
    let mut example = Example::start_session("types");
    let mut names = example.tool_names();
    names.sort_unstable();
    let mut expected: Vec<&String> = cases.keys().collect();
    expected.sort_unstable();
    assert_eq!(names.iter().collect::<Vec<_>>(), expected);
    for (tool, cases) in cases {
        for case in cases.as_array().expect("a list of cases") {
            let echo = example.call(tool, &case["arguments"]);
            assert_eq!(
                serde_json::from_str::<Value>(&echo).ok(),
                Some(case["echo"].clone()),
                "{tool}: {echo}"
            );
        }
    }
    example.shut_down();
}

#[test]
fn every_example_has_a_test() {
    let tests =
        [include_str!("examples.rs"), include_str!("http/examples.rs"), include_str!("http/proxy.rs")];
    for entry in std::fs::read_dir("examples").expect("there are examples") {
        let path = entry.expect("an example can be read").path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.file_stem().and_then(|name| name.to_str()).expect("a name is text");
            let calls = ["start_session", "start", "start_on_port"]
                .map(|function| format!("Example::{function}(\"{name}\""));
            let is_run = tests.iter().any(|tests| calls.iter().any(|call| tests.contains(call)));
            assert!(is_run, "the example {name} has no test");
        }
    }
}
