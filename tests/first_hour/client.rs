//! Clients as other programs are: over standard input and output and over HTTP, of both eras.

use std::fmt;

use serde_json::{Value, json};

use crate::http::Endpoint;
use crate::process::Process;
use crate::servers;

/// The revisions of the clients: the current one, and the one before it, which has sessions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Era {
    Modern,
    Legacy,
}

impl Era {
    fn version(self) -> &'static str {
        match self {
            Self::Modern => "2026-07-28",
            Self::Legacy => "2025-11-25",
        }
    }
}

enum Transport {
    Stdio(Process),
    Http { endpoint: Endpoint, session: Option<String> },
}

/// A client of one server.
pub(crate) struct Client {
    transport: Transport,
    pub(crate) era: Era,
    next_id: u64,
    /// The server's name and version, as it states them first.
    pub(crate) server_info: Value,
}

/// Runs a check with each kind of client of a server.
pub(crate) fn every_client(server: &str, check: impl Fn(&mut Client)) {
    for era in [Era::Modern, Era::Legacy] {
        let stdio = Transport::Stdio(Process::server(server));
        let endpoint = Endpoint::start(mcpwright::http(servers::server(server)));
        for transport in [stdio, Transport::Http { endpoint, session: None }] {
            let mut client = Client::open(transport, era);
            // Shown if the check fails.
            eprintln!("{client}");
            check(&mut client);
        }
    }
}

impl Client {
    /// A client over HTTP.
    pub(crate) fn http(http: mcpwright::http::Http, era: Era) -> Self {
        Self::open(Transport::Http { endpoint: Endpoint::start(http), session: None }, era)
    }

    fn open(transport: Transport, era: Era) -> Self {
        let mut client = Self { transport, era, next_id: 1, server_info: Value::Null };
        if era == Era::Modern {
            let discovered = client.request("server/discover", json!({}));
            client.server_info = discovered["result"]["_meta"]["io.modelcontextprotocol/serverInfo"].clone();
            return client;
        }
        let info = json!({ "name": "first-hour", "version": "1" });
        let params = json!({ "protocolVersion": era.version(), "capabilities": {}, "clientInfo": info });
        let opened = client.request("initialize", params);
        assert_eq!(opened["result"]["protocolVersion"], era.version(), "{opened}");
        client.server_info = opened["result"]["serverInfo"].clone();
        let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        match &mut client.transport {
            Transport::Stdio(process) => process.send(&initialized),
            Transport::Http { endpoint, session } => {
                let id = session.as_deref().expect("a session has an id");
                assert_eq!(endpoint.post(&[("Mcp-Session-Id", id)], &initialized).status, 202);
            }
        }
        client
    }

    /// Sends a request, and returns the response.
    pub(crate) fn request(&mut self, method: &str, mut params: Value) -> Value {
        if self.era == Era::Modern {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": self.era.version(),
                "io.modelcontextprotocol/clientCapabilities": {},
            });
        }
        let id = self.next_id;
        self.next_id += 1;
        let name = params["name"].as_str().unwrap_or_default().to_owned();
        let message = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let response = match &mut self.transport {
            Transport::Stdio(process) => process.exchange(&message),
            Transport::Http { endpoint, session } => {
                let mut headers = vec![("Accept", "application/json, text/event-stream")];
                match (self.era, &*session) {
                    (Era::Modern, _) => {
                        headers.push(("MCP-Protocol-Version", self.era.version()));
                        headers.push(("Mcp-Method", method));
                        headers.extend((!name.is_empty()).then_some(("Mcp-Name", &*name)));
                    }
                    (Era::Legacy, Some(id)) => {
                        headers.push(("MCP-Protocol-Version", self.era.version()));
                        headers.push(("Mcp-Session-Id", id));
                    }
                    (Era::Legacy, None) => {}
                }
                let response = endpoint.post(&headers, &message);
                let opened = response.header("mcp-session-id").map(str::to_owned);
                *session = opened.or(session.take());
                response.message()
            }
        };
        assert_eq!(response["id"], id, "{response}");
        response
    }

    /// Returns the tools of the server.
    pub(crate) fn tools(&mut self) -> Vec<Value> {
        let response = self.request("tools/list", json!({}));
        response["result"]["tools"].as_array().unwrap_or_else(|| panic!("no tools: {response}")).clone()
    }

    /// Returns the definition of a tool.
    pub(crate) fn tool(&mut self, name: &str) -> Value {
        let tools = self.tools();
        tools.into_iter().find(|tool| tool["name"] == name).unwrap_or_else(|| panic!("no tool {name}"))
    }

    /// Calls a tool, and returns its result.
    pub(crate) fn result(&mut self, tool: &str, arguments: Value) -> Value {
        let mut params = json!({ "name": tool });
        params["arguments"] = arguments;
        let mut response = self.request("tools/call", params);
        assert!(response["error"].is_null(), "{response}");
        response["result"].take()
    }

    /// Calls a tool, and returns the text of its result, which must not be an error.
    pub(crate) fn text(&mut self, tool: &str, arguments: Value) -> String {
        let result = self.result(tool, arguments);
        assert_ne!(result["isError"], true, "{result}");
        result["content"][0]["text"].as_str().unwrap_or_default().to_owned()
    }

    /// Calls a tool, and returns the text that the model reads: the result must be an error.
    pub(crate) fn error(&mut self, tool: &str, arguments: Value) -> String {
        let result = self.result(tool, arguments);
        assert_eq!(result["isError"], true, "{result}");
        result["content"][0]["text"].as_str().expect("an error has a text").to_owned()
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let transport = match self.transport {
            Transport::Stdio(_) => "standard input and output",
            Transport::Http { .. } => "HTTP",
        };
        write!(f, "a client of revision {} over {transport}", self.era.version())
    }
}
