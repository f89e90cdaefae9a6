//! HTTP requests as bytes, and the JSON-RPC messages in them.

use std::fmt;

use serde_json::{Value, json};

const ACCEPT_BOTH: &str = "application/json, text/event-stream";

/// The latest revision with sessions.
pub(crate) const LATEST_LEGACY: &str = "2025-11-25";

/// The revisions before it.
pub(crate) const EARLIER_REVISIONS: [&str; 3] = ["2024-11-05", "2025-03-26", "2025-06-18"];

/// An HTTP/1.1 request with an arbitrary request line, headers and body.
#[derive(Clone)]
pub(crate) struct Request {
    line: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

/// A POST with this body that accepts JSON and event streams.
pub(crate) fn post(body: impl AsRef<[u8]>) -> Request {
    let body = body.as_ref().to_vec();
    let length = body.len().to_string();
    Request { line: "POST /mcp HTTP/1.1".to_owned(), headers: Vec::new(), body }
        .set("Host", "127.0.0.1")
        .set("Content-Type", "application/json")
        .set("Accept", ACCEPT_BOTH)
        .set("Content-Length", length)
}

/// A request without a body.
pub(crate) fn bodiless(method: &str, path: &str) -> Request {
    Request { line: format!("{method} {path} HTTP/1.1"), headers: Vec::new(), body: Vec::new() }
        .set("Host", "127.0.0.1")
}

/// A request of revision 2026-07-28, with its headers.
pub(crate) fn modern(id: Value, method: &str, params: Value) -> Request {
    let mut params = params;
    params["_meta"] = merge(&meta(), &params["_meta"]);
    let message = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
    let named = match method {
        "tools/call" | "prompts/get" => params["name"].as_str(),
        "resources/read" => params["uri"].as_str(),
        _ => None,
    };
    let request = post(message.to_string()).modern_headers(method);
    match named {
        Some(name) => request.set("Mcp-Name", name),
        None => request,
    }
}

/// The `_meta` that each request of revision 2026-07-28 carries.
pub(crate) fn meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    })
}

fn merge(one: &Value, other: &Value) -> Value {
    let mut merged = one.as_object().unwrap().clone();
    merged.extend(other.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())));
    merged.into()
}

/// A tool call of revision 2026-07-28.
pub(crate) fn call(id: Value, tool: &str, arguments: Value) -> Request {
    modern(id, "tools/call", json!({ "name": tool, "arguments": arguments }))
}

/// A tool call of revision 2026-07-28 with a progress token and log level `debug`.
pub(crate) fn call_with_progress(id: Value, tool: &str, arguments: Value, token: Value) -> Request {
    let meta = json!({ "progressToken": token, "io.modelcontextprotocol/logLevel": "debug" });
    modern(id, "tools/call", json!({ "name": tool, "arguments": arguments, "_meta": meta }))
}

/// An `initialize` request of an earlier revision.
pub(crate) fn initialize(version: &str) -> Request {
    post(initialize_message(json!(0), version).to_string())
}

pub(crate) fn initialize_message(id: Value, version: &str) -> Value {
    let client = json!({ "name": "test", "version": "1" });
    message(id, "initialize", json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": client }))
}

/// A JSON-RPC request without `_meta`.
pub(crate) fn message(id: Value, method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

/// A tool call of an earlier revision as a JSON-RPC message, with a progress token.
pub(crate) fn call_message(id: Value, tool: &str, arguments: Value) -> Value {
    let meta = json!({ "progressToken": id });
    message(id, "tools/call", json!({ "name": tool, "arguments": arguments, "_meta": meta }))
}

/// A JSON-RPC notification.
pub(crate) fn notification(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}

pub(crate) fn cancellation(id: Value) -> Value {
    notification("notifications/cancelled", json!({ "requestId": id }))
}

impl Request {
    /// Sets a header, and removes its other values.
    pub(crate) fn set(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.without(name).append(name, value)
    }

    /// Adds a header, and keeps its other values.
    pub(crate) fn append(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(present, _)| !present.eq_ignore_ascii_case(name));
        self
    }

    /// Sets the headers of a request of revision 2026-07-28.
    pub(crate) fn modern_headers(self, method: &str) -> Self {
        self.set("MCP-Protocol-Version", "2026-07-28").set("Mcp-Method", method)
    }

    /// Replaces the path.
    pub(crate) fn with_path(mut self, path: &str) -> Self {
        let method = self.line.split_once(' ').unwrap().0;
        self.line = format!("{method} {path} HTTP/1.1");
        self
    }

    /// Replaces the HTTP method.
    pub(crate) fn with_method(mut self, method: &str) -> Self {
        let rest = self.line.split_once(' ').unwrap().1;
        self.line = format!("{method} {rest}");
        self
    }

    /// Replaces the request line.
    pub(crate) fn with_request_line(mut self, line: &str) -> Self {
        line.clone_into(&mut self.line);
        self
    }

    /// Replaces the body, and sets `Content-Length` to its length.
    pub(crate) fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        let length = self.body.len().to_string();
        self.set("Content-Length", length)
    }

    /// Sends the body with the chunked transfer coding, in chunks of `size` bytes.
    pub(crate) fn chunked(self, size: usize) -> Self {
        let mut body = Vec::new();
        for piece in self.body.chunks(size) {
            body.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
            body.extend_from_slice(piece);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"0\r\n\r\n");
        Self { body, ..self.without("Content-Length").set("Transfer-Encoding", "chunked") }
    }

    /// The request line and the headers as bytes.
    pub(crate) fn head(&self) -> Vec<u8> {
        let mut bytes = format!("{}\r\n", self.line).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        bytes
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        [self.head(), self.body.clone()].concat()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.bytes();
        f.write_str(&String::from_utf8_lossy(&bytes[..bytes.len().min(2000)]))
    }
}

/// A session on the side of its client.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) version: &'static str,
}

impl Session {
    /// Sets the session headers of a request.
    pub(crate) fn attach(&self, request: Request) -> Request {
        request.set("Mcp-Session-Id", &self.id).set("MCP-Protocol-Version", self.version)
    }

    pub(crate) fn post(&self, message: &Value) -> Request {
        self.attach(post(message.to_string()))
    }

    pub(crate) fn call(&self, id: Value, tool: &str, arguments: Value) -> Request {
        self.post(&call_message(id, tool, arguments))
    }

    pub(crate) fn request(&self, id: Value, method: &str, params: Value) -> Request {
        self.post(&message(id, method, params))
    }

    /// Opens a standalone stream, or resumes a stream after an event.
    pub(crate) fn get(&self, last_event: Option<&str>) -> Request {
        let request = self.attach(bodiless("GET", "/mcp")).set("Accept", "text/event-stream");
        match last_event {
            Some(id) => request.set("Last-Event-ID", id),
            None => request,
        }
    }

    pub(crate) fn delete(&self) -> Request {
        self.attach(bodiless("DELETE", "/mcp"))
    }
}
