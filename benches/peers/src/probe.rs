//! The handshake, and a probe of the whole workload before the measurement.

use serde_json::{Map, Value, json};

use crate::check::{ServerMessage, expect_cache_hints, expect_text, expect_tools, summary};
use crate::error::Result;
use crate::workload::{Era, Message};

/// An exchange of messages with a server, for messages that are not measured.
pub(crate) trait Exchange {
    /// Sends a request, and waits for its response.
    fn request(&mut self, message: &Message) -> Result<ServerMessage>;

    /// Sends a notification.
    fn notify(&mut self, message: &Message) -> Result<()>;
}

/// Performs the handshake of the legacy era.
pub(crate) fn initialize(server: &mut impl Exchange) -> Result<()> {
    let params = json!({
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "drive", "version": env!("CARGO_PKG_VERSION")},
    });
    let result =
        server.request(&Message::request(Era::Legacy, 1, "initialize", params))?.result(Era::Legacy)?;
    match result.get("protocolVersion") {
        Some(version) if version == "2025-11-25" => {}
        version => {
            return Err(
                format!("the server answers with protocol version {version:?} instead of 2025-11-25").into()
            );
        }
    }
    server.notify(&Message::notification("notifications/initialized"))
}

/// Checks each part of the workload once, including the required rejections.
///
/// Without the probe, a server without checks or tools would do less work than the others. In the legacy era, the
/// handshake must be complete.
pub(crate) fn probe(server: &mut impl Exchange, era: Era) -> Result<()> {
    let mut probe = Probe { server, era, next_id: 2 };
    // A text with characters that JSON must escape, and with characters beyond ASCII.
    let text = "\"quoted\" \\ and\nbroken\u{1}, ünïcödé 🦀";
    probe.tool("echo", &json!({"text": text}), |result| expect_text(result, text))?;
    probe.tool("add", &json!({"a": -2, "b": 44}), expect_sum)?;
    probe.tool("blob", &json!({"size": 3}), |result| expect_text(result, "xxx"))?;
    probe.tool("blob", &json!({"size": 3, "pad": "é"}), |result| expect_text(result, "xxx:2"))?;
    probe.tool("dummy_042", &json!({"query": "q", "mode": "fast"}), |result| expect_text(result, ""))?;
    for (tool, arguments) in [
        ("ech", json!({"text": "unknown tool"})),
        ("dummy_100", json!({})),
        ("echo", json!({})),
        ("echo", json!({"text": {}})),
        ("add", json!({"a": 1, "b": "two"})),
        ("blob", json!({"size": "many"})),
    ] {
        probe.rejection("tools/call", json!({"name": tool, "arguments": arguments}))?;
    }
    probe.rejection("no/such/method", json!({}))?;
    probe.result("tools/list", json!({}), |result| {
        expect_tools(result)?;
        expect_output_schema(result)?;
        expect_cache_hints(era, result)
    })?;
    probe.resource()
}

struct Probe<'a, S> {
    server: &'a mut S,
    era: Era,
    next_id: u32,
}

impl<S: Exchange> Probe<'_, S> {
    fn resource(&mut self) -> Result<()> {
        let era = self.era;
        self.result("resources/list", json!({}), |result| {
            match result.get("resources").and_then(Value::as_array).map(Vec::as_slice) {
                Some([resource]) if resource["uri"] == "bench://static" => expect_cache_hints(era, result),
                _ => Err(format!("expected only the resource bench://static, got {}", summary(result))),
            }
        })?;
        let contents = json!([
            {"uri": "bench://static", "mimeType": "text/plain", "text": "static benchmark resource"}
        ]);
        self.result("resources/read", json!({"uri": "bench://static"}), |result| {
            if result.get("contents") != Some(&contents) {
                return Err(format!("expected {contents}, got {}", summary(result)));
            }
            expect_cache_hints(era, result)
        })
    }

    fn tool<F>(&mut self, name: &str, arguments: &Value, check: F) -> Result<()>
    where
        F: FnOnce(&Map<String, Value>) -> Result<(), String>,
    {
        self.result("tools/call", json!({"name": name, "arguments": arguments}), check)
    }

    fn result<F>(&mut self, method: &str, params: Value, check: F) -> Result<()>
    where
        F: FnOnce(&Map<String, Value>) -> Result<(), String>,
    {
        let description = format!("{method} with {params}");
        let result = self.request(method, params)?.result(self.era);
        result.and_then(|result| check(&result)).map_err(|error| format!("{description}: {error}").into())
    }

    fn rejection(&mut self, method: &str, params: Value) -> Result<()> {
        let description = format!("{method} with {params}");
        match self.request(method, params)?.is_rejection() {
            true => Ok(()),
            false => Err(format!("{description}: expected an error, got a result").into()),
        }
    }

    fn request(&mut self, method: &str, params: Value) -> Result<ServerMessage> {
        let id = self.next_id;
        self.next_id += 1;
        let response = self.server.request(&Message::request(self.era, id, method, params));
        response.map_err(|error| format!("{method}: {error}").into())
    }
}

/// Checks that the sum is structured content and text.
fn expect_sum(result: &Map<String, Value>) -> Result<(), String> {
    let sum = json!({"sum": 42});
    let text = result.get("content").and_then(|content| content[0]["text"].as_str());
    let text = text.and_then(|text| serde_json::from_str::<Value>(text).ok());
    if result.get("structuredContent") != Some(&sum) || text != Some(sum) {
        return Err(format!("expected the sum 42, structured and as text, got {}", summary(result)));
    }
    Ok(())
}

fn expect_output_schema(result: &Map<String, Value>) -> Result<(), String> {
    let tools = result.get("tools").and_then(Value::as_array).ok_or("`tools` is missing")?;
    let has_schema =
        |tool: &Value| tool["name"] == "add" && tool["outputSchema"]["properties"]["sum"].is_object();
    tools.iter().any(has_schema).then_some(()).ok_or_else(|| "`add` has no output schema".to_owned())
}
