//! Runs every HTTP example as a process and sends requests to it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Stdio};

use serde_json::{Value, json};

/// A running example that serves HTTP.
pub(crate) struct Example {
    process: Child,
    pub(crate) port: u16,
    /// Kept open for the log of the example.
    _errors: BufReader<ChildStderr>,
}

/// An HTTP response.
pub(crate) struct Response {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Example {
    /// Starts an example on a free port, which it prints on standard error.
    pub(crate) fn start(name: &str) -> Self {
        Self::start_on_port(name, 0)
    }

    /// Starts an example on `port`.
    pub(crate) fn start_on_port(name: &str, port: u16) -> Self {
        Self::start_with(name, port, &[])
    }

    /// Starts an example on `port`, with further arguments.
    fn start_with(name: &str, port: u16, arguments: &[&str]) -> Self {
        let path = example_folder().join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        let mut command = Command::new(&path);
        command
            .arg(port.to_string())
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut process = command.spawn().unwrap_or_else(|error| {
            panic!("{}: {error}; run `cargo build --examples --features http`", path.display());
        });
        let mut line = String::new();
        let mut errors = BufReader::new(process.stderr.take().expect("standard error is a pipe"));
        errors.read_line(&mut line).expect("the example prints its URL");
        let port = line.trim().strip_prefix("http://127.0.0.1:").and_then(|rest| rest.strip_suffix("/mcp"));
        let port = port.and_then(|port| port.parse().ok()).unwrap_or_else(|| panic!("no URL: {line}"));
        Self { process, port, _errors: errors }
    }

    /// Sends a request and returns the response.
    pub(crate) fn send(&self, head: &str, body: &str) -> Response {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the example listens");
        let length = body.len();
        let request = format!(
            "{head}Host: 127.0.0.1:{}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}",
            self.port
        );
        stream.write_all(request.as_bytes()).expect("the example reads");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("the example responds");
        let (head, body) = text.split_once("\r\n\r\n").expect("a response has a head");
        Response { head: head.to_owned(), body: body.to_owned() }
    }

    /// Calls a tool as a client of revision 2026-07-28.
    fn call(&self, headers: &str, tool: &str, arguments: &Value) -> Response {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let params = json!({ "name": tool, "arguments": arguments, "_meta": meta });
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        let head = format!(
            "POST /mcp HTTP/1.1\r\nContent-Type: application/json\r\nMCP-Protocol-Version: 2026-07-28\r\n\
             Mcp-Method: tools/call\r\nMcp-Name: {tool}\r\n{headers}"
        );
        self.send(&head, &body.to_string())
    }

    /// Returns the id of its process.
    #[cfg(target_os = "linux")]
    pub(crate) fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Sends a signal and waits until it has exited.
    #[cfg(unix)]
    pub(crate) fn terminate(mut self, signal: &str) {
        let id = self.process.id().to_string();
        let kill = Command::new("kill").args([signal, &id]).status().expect("`kill` runs");
        assert!(kill.success());
        assert!(self.process.wait().expect("the example exits").success());
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        // It may have exited already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Response {
    /// Returns the text of the first content block.
    fn text(&self) -> Value {
        let response: Value = serde_json::from_str(&self.body).expect("the body is a message");
        response["result"]["content"][0]["text"].clone()
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
fn http() {
    let example = Example::start("http");
    assert_eq!(example.call("", "add", &json!({ "a": 1, "b": "2" })).text(), "3");
    let ready = example.send("GET /readyz HTTP/1.1\r\n", "");
    assert!(ready.head.starts_with("HTTP/1.1 200 ") && ready.body == "ready\n");
    #[cfg(unix)]
    example.terminate("-TERM");
}

#[test]
fn axum() {
    let example = Example::start("axum");
    let anonymous = example.call("", "who_am_i", &json!({}));
    assert!(anonymous.head.starts_with("HTTP/1.1 401 "), "{}", anonymous.head);
    let authenticated = example.call("Authorization: Bearer open sesame\r\n", "who_am_i", &json!({}));
    assert_eq!(authenticated.text(), "ali baba of forty thieves");
    let page = example.send("GET / HTTP/1.1\r\n", "");
    assert_eq!(page.body, "An application with a server at /mcp.\n");
    #[cfg(unix)]
    example.terminate("-INT");
}

#[test]
fn hyper() {
    let example = Example::start("hyper");
    assert_eq!(example.call("", "add", &json!({ "a": 20, "b": 22 })).text(), "42");
    assert!(example.send("GET / HTTP/1.1\r\n", "").head.starts_with("HTTP/1.1 404 "));
}

/// A client of the example `hosted`, at one endpoint and with one token.
struct HostedClient<'a> {
    example: &'a Example,
    path: &'static str,
    token: &'static str,
    capabilities: Value,
    /// The session of a legacy client.
    session: Option<String>,
}

impl<'a> HostedClient<'a> {
    fn modern(example: &'a Example, path: &'static str, token: &'static str, capabilities: Value) -> Self {
        Self { example, path, token, capabilities, session: None }
    }

    fn legacy(example: &'a Example, path: &'static str, token: &'static str, capabilities: Value) -> Self {
        let mut client = Self { example, path, token, capabilities, session: None };
        let params = json!({
            "protocolVersion": "2025-11-25",
            "capabilities": client.capabilities,
            "clientInfo": { "name": "examples", "version": "1" },
        });
        let body = json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params });
        let response = client.post("", &body);
        let id = response.head.lines().find_map(|line| line.strip_prefix("mcp-session-id: "));
        client.session = Some(id.expect("a session has an id").to_owned());
        client
    }

    fn post(&self, headers: &str, body: &Value) -> Response {
        let head = format!(
            "POST {} HTTP/1.1\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n\
             Authorization: Bearer {}\r\n{headers}",
            self.path, self.token
        );
        self.example.send(&head, &body.to_string())
    }

    /// Sends a request and returns the response as a message.
    fn request(&self, method: &str, mut params: Value) -> Value {
        let headers = match &self.session {
            Some(id) => format!("Mcp-Session-Id: {id}\r\nMCP-Protocol-Version: 2025-11-25\r\n"),
            None => {
                params["_meta"] = json!({
                    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                    "io.modelcontextprotocol/clientCapabilities": self.capabilities,
                });
                let name = params["name"].as_str().map(|name| format!("Mcp-Name: {name}\r\n"));
                let name = name.unwrap_or_default();
                format!("MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: {method}\r\n{name}")
            }
        };
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let response = self.post(&headers, &body);
        serde_json::from_str(&response.body)
            .unwrap_or_else(|_| panic!("{}\n{}", response.head, response.body))
    }

    fn tools(&self) -> Vec<String> {
        let response = self.request("tools/list", json!({}));
        let tools = response["result"]["tools"].as_array().unwrap_or_else(|| panic!("no tools: {response}"));
        tools.iter().map(|tool| tool["name"].as_str().expect("a tool has a name").to_owned()).collect()
    }

    fn call(&self, name: &str, arguments: &Value) -> Value {
        self.request("tools/call", json!({ "name": name, "arguments": arguments }))
    }
}

#[test]
fn hosted() {
    let folder = std::env::temp_dir().join(format!("mcpwright-hosted-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("reports.json");
    let original = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hosted/reports.json");
    std::fs::copy(original, &file).unwrap();
    let example = Example::start_with("hosted", 0, &[file.to_str().unwrap()]);
    let (ada, bob, asks) = ("ada's token", "bob's token", json!({ "elicitation": {} }));

    let unknown = HostedClient::modern(&example, "/mcp", "nobody's token", json!({}));
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    assert!(unknown.post("", &body).head.starts_with("HTTP/1.1 401 "));

    for connect in [HostedClient::modern, HostedClient::legacy] {
        let all = connect(&example, "/mcp", ada, asks.clone());
        assert_eq!(all.tools(), ["order_status", "cancel_order", "sales_report", "salary_report"]);
        assert_eq!(
            connect(&example, "/mcp", ada, json!({})).tools(),
            ["order_status", "sales_report", "salary_report"]
        );
        assert_eq!(
            connect(&example, "/agent", ada, asks.clone()).tools(),
            ["order_status", "sales_report", "salary_report"]
        );
        let plain = connect(&example, "/agent", bob, json!({}));
        assert_eq!(plain.tools(), ["order_status", "sales_report"]);

        let month = json!({ "month": "2026-05" });
        let report = plain.call("sales_report", &month);
        assert_eq!(report["result"]["content"][0]["text"], "Sales of 2026-05: 42 orders.");
        let hidden = plain.call("salary_report", &month)["error"].clone();
        // A hidden tool does not differ from one that does not exist, and neither is suggested.
        let missing = plain.call("salari_report", &month)["error"].clone();
        assert_eq!(hidden.to_string().replace("salary_report", "salari_report"), missing.to_string());
        assert_eq!(missing["message"], "unknown tool: salari_report; did you mean `sales_report`?");
        let status = plain.call("order_status", &json!({ "number": "7" }));
        assert_eq!(status["result"]["content"][0]["text"], "The order 7 of BOB is on its way.");
    }
    for (path, instructions) in
        [("/mcp", "Reports and orders of the shop."), ("/agent", "Reports and orders, to read only.")]
    {
        let client = HostedClient::modern(&example, path, bob, json!({}));
        assert_eq!(client.request("server/discover", json!({}))["result"]["instructions"], instructions);
    }

    let reports = json!([{ "name": "stock_report", "description": "Return the stock.", "parameters": { "type": "object" },
        "text": "Full." }, { "name": "no tool name!", "description": "", "parameters": {}, "text": "" }]);
    std::fs::write(&file, reports.to_string()).unwrap();
    let client = HostedClient::modern(&example, "/mcp", bob, json!({}));
    let start = std::time::Instant::now();
    while client.tools() != ["order_status", "stock_report"] {
        assert!(
            start.elapsed() < std::time::Duration::from_secs(20),
            "the file is read again: {:?}",
            client.tools()
        );
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(client.call("stock_report", &json!({}))["result"]["content"][0]["text"], "Full.");
    #[cfg(unix)]
    example.terminate("-INT");
    std::fs::remove_dir_all(&folder).unwrap();
}
