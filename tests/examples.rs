//! Every example is started as a process, and spoken to over its standard input and output.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// An example as a process.
struct Example {
    process: Child,
    input: ChildStdin,
    lines: Receiver<String>,
    next_id: u64,
}

impl Example {
    fn start(name: &str) -> Self {
        let path = folder().join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        let mut command = Command::new(&path);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap_or_else(|error| {
            panic!("{}: {error}; `cargo build --examples` builds it", path.display());
        });
        let input = process.stdin.take().expect("the input is a pipe");
        let output = process.stdout.take().expect("the output is a pipe");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            BufReader::new(output).lines().map_while(Result::ok).all(|line| sender.send(line).is_ok())
        });
        Self { process, input, lines, next_id: 1 }
    }

    /// Starts an example and opens a session of the older era with it.
    fn with_handshake(name: &str) -> Self {
        let mut example = Self::start(name);
        let client = json!({ "name": "examples", "version": "1" });
        let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client });
        assert_eq!(example.request("initialize", &params)["protocolVersion"], "2025-11-25");
        example.say(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        example
    }

    fn say(&mut self, message: &Value) {
        writeln!(self.input, "{message}").expect("the example reads");
    }

    fn hear(&self) -> Value {
        let line = self.lines.recv_timeout(Duration::from_secs(20)).expect("the example answers");
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("not a message: {line}"))
    }

    /// Sends a request, and returns its result, or its error.
    fn request(&mut self, method: &str, params: &Value) -> Value {
        let id = self.next_id;
        self.next_id += 1;
        self.say(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        let mut answer = self.hear();
        assert_eq!(answer["id"], id, "{answer}");
        let member = if answer["error"].is_null() { "result" } else { "error" };
        answer[member].take()
    }

    /// Calls a tool, and returns the first text of its result.
    fn call(&mut self, tool: &str, arguments: &Value) -> String {
        let result = self.request("tools/call", &json!({ "name": tool, "arguments": arguments }));
        result["content"][0]["text"].as_str().unwrap_or_default().to_owned()
    }

    fn tools(&mut self) -> Vec<String> {
        let result = self.request("tools/list", &json!({}));
        let tools = result["tools"].as_array().expect("there are tools");
        tools.iter().filter_map(|tool| tool["name"].as_str()).map(str::to_owned).collect()
    }

    /// Closes the example's input, after which it ends by itself.
    fn end(self) {
        let Self { mut process, input, .. } = self;
        drop(input);
        assert!(process.wait().expect("the example ends").success());
    }
}

/// Where cargo puts the examples: beside the folder of this test.
fn folder() -> PathBuf {
    let mut folder = std::env::current_exe().expect("a test has a path");
    folder.pop();
    folder.pop();
    folder.join("examples")
}

#[test]
fn hello() {
    let mut example = Example::with_handshake("hello");
    assert_eq!(example.call("add", &json!({ "a": 1, "b": 2 })), "3");
    example.end();
}

#[test]
fn hello_to_a_client_without_handshake() {
    let mut example = Example::start("hello");
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params = json!({ "name": "add", "arguments": { "a": "1", "b": 2.0 }, "_meta": meta });
    let result = example.request("tools/call", &params);
    assert_eq!(result["content"][0]["text"], "3");
    assert_eq!(result["resultType"], "complete");
    example.end();
}

#[test]
fn middleware() {
    let mut example = Example::with_handshake("middleware");
    assert_eq!(example.call("count", &json!({})), "1");
    assert_eq!(
        example.call("reset", &json!({})),
        "reset requires the scope counter:reset, which anonymous does not have"
    );
    assert_eq!(example.call("count", &json!({})), "2");
    example.end();
}

#[test]
fn catalogue() {
    let mut example = Example::with_handshake("catalogue");
    assert_eq!(example.tools(), ["learn", "forget"]);
    let changed = json!({ "jsonrpc": "2.0", "method": "notifications/tools/list_changed" });
    let arguments = json!({ "word": "tool", "meaning": "something to use" });
    example.say(&json!({
        "jsonrpc": "2.0", "id": "a", "method": "tools/call", "params": { "name": "learn", "arguments": arguments },
    }));
    let (one, other) = (example.hear(), example.hear());
    assert!(one == changed || other == changed, "{one} {other}");
    assert_eq!(example.tools(), ["learn", "forget", "tool"]);
    assert_eq!(example.call("tool", &json!({})), "something to use");
    assert_eq!(example.call("forget", &json!({ "word": "nothing" })), "nothing was never learned");
    example.end();
}

#[test]
fn watch() {
    let subscribed = json!({ "uri": "kettle://temperature" });
    let mut example = Example::with_handshake("watch");
    assert_eq!(example.request("resources/subscribe", &subscribed), json!({}));
    let updated =
        json!({ "jsonrpc": "2.0", "method": "notifications/resources/updated", "params": subscribed });
    assert_eq!(example.hear(), updated);
    example.end();

    let mut example = Example::start("watch");
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params =
        json!({ "notifications": { "resourceSubscriptions": ["kettle://temperature"] }, "_meta": meta });
    example.say(&json!({ "jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": params }));
    assert_eq!(example.hear()["method"], "notifications/subscriptions/acknowledged");
    let updated = example.hear();
    assert_eq!(updated["method"], "notifications/resources/updated");
    assert_eq!(updated["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], 1);
    let read = json!({ "uri": "kettle://temperature", "_meta": meta });
    example.say(&json!({ "jsonrpc": "2.0", "id": 2, "method": "resources/read", "params": read }));
    let read = std::iter::from_fn(|| Some(example.hear())).find(|heard| heard["id"] == 2);
    let text = read.map(|read| read["result"]["contents"][0]["text"].clone()).expect("it is answered");
    assert!(text.as_str().is_some_and(|text| text.ends_with(" °C")), "{text}");
    example.end();
}

#[test]
fn without_macros() {
    let mut example = Example::with_handshake("without_macros");
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
    example.end();
}

#[test]
fn ask() {
    let answer = json!({ "action": "accept", "content": { "place": "balcony", "name": "Ada" } });
    let booked = |seat: u32| format!("seat {seat} for Ada: Balcony, programme: false");

    let mut example = Example::start("ask");
    let client = json!({ "name": "examples", "version": "1" });
    let able = json!({ "elicitation": {} });
    let params = json!({ "protocolVersion": "2025-11-25", "capabilities": able, "clientInfo": client });
    example.request("initialize", &params);
    example
        .say(&json!({ "jsonrpc": "2.0", "id": "b", "method": "tools/call", "params": { "name": "book" } }));
    let question = example.hear();
    assert_eq!(question["method"], "elicitation/create");
    let places = &question["params"]["requestedSchema"]["properties"]["place"]["oneOf"];
    assert_eq!(places[1], json!({ "const": "balcony", "title": "The balcony, 25 euros" }));
    example.say(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": answer }));
    assert_eq!(example.hear()["result"]["content"][0]["text"], booked(1));

    // A client of the newest revision on the same server.
    let mut params = json!({ "name": "book", "_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": able,
    } });
    let asked = example.request("tools/call", &params);
    assert_eq!(asked["resultType"], "input_required");
    params["requestState"] = asked["requestState"].clone();
    params["inputResponses"] = json!({ "booking": answer });
    let result = example.request("tools/call", &params);
    assert_eq!(result["content"][0]["text"], booked(2));
    // Each seat was held once.
    assert_eq!(example.call("held", &json!({})), "2");
    example.end();
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
    let able = json!({ "elicitation": {}, "extensions": { "io.modelcontextprotocol/tasks": {} } });
    let arguments = json!({ "title": "Faust" });
    let created = example.request(
        "tools/call",
        &json!({ "name": "print", "arguments": arguments, "_meta": meta(able.clone()) }),
    );
    assert_eq!((&created["resultType"], &created["status"]), (&json!("task"), &json!("working")));
    let wait = |example: &mut Example, created: &Value, status: &str| loop {
        let params = json!({ "taskId": created["taskId"], "_meta": meta(able.clone()) });
        let task = example.request("tasks/get", &params);
        if task["status"] == status {
            return task;
        }
        assert_eq!(task["status"], "working");
        std::thread::sleep(Duration::from_millis(20));
    };
    let asked = wait(&mut example, &created, "input_required");
    assert_eq!(asked["inputRequests"]["proof"]["params"]["message"], "Please look at the proof of Faust.");
    let answers = json!({ "proof": { "action": "accept", "content": { "approved": true } } });
    let params =
        json!({ "taskId": created["taskId"], "inputResponses": answers, "_meta": meta(able.clone()) });
    assert_eq!(example.request("tasks/update", &params)["resultType"], "complete");
    let done = wait(&mut example, &created, "completed");
    assert_eq!(done["result"]["content"][0]["text"], "3 copies of Faust");
    let bind = |example: &mut Example, books: u64, able: &Value| {
        let params = json!({ "name": "bind", "arguments": { "books": books }, "_meta": meta(able.clone()) });
        example.request("tools/call", &params)
    };
    assert_eq!(bind(&mut example, 1, &able)["content"][0]["text"], "1 books");
    assert_eq!(bind(&mut example, 100, &json!({}))["content"][0]["text"], "100 books");
    let created = bind(&mut example, 300, &able);
    let done = wait(&mut example, &created, "completed");
    assert_eq!(done["result"]["content"][0]["text"], "300 books");
    example.end();
}

#[test]
fn every_example_is_run() {
    let tests =
        [include_str!("examples.rs"), include_str!("http/examples.rs"), include_str!("http/proxy.rs")];
    for entry in std::fs::read_dir("examples").expect("there are examples") {
        let path = entry.expect("an example can be read").path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.file_stem().and_then(|name| name.to_str()).expect("a name is text");
            let starts =
                ["with_handshake", "start", "start_on"].map(|how| format!("Example::{how}(\"{name}\""));
            let is_run = tests.iter().any(|tests| starts.iter().any(|start| tests.contains(start)));
            assert!(is_run, "{name} is not run");
        }
    }
}
