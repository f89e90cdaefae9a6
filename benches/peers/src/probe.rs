//! Before anything is measured: the handshake, and whether the server offers the whole workload.

use serde_json::{Map, Value, json};

use crate::Result;
use crate::answer::{Answer, expect_cache_hints, expect_text, expect_tools, shortened};
use crate::request::{Era, Message};

/// A server, and the way to it; for what is not measured.
pub(crate) trait Peer {
    /// Sends a request, and waits for its answer.
    fn ask(&mut self, message: &Message) -> Result<Answer>;

    /// Sends a notification.
    fn tell(&mut self, message: &Message) -> Result<()>;
}

/// The handshake of the legacy era.
pub(crate) fn initialize(peer: &mut impl Peer) -> Result<()> {
    let params = json!({
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "drive", "version": env!("CARGO_PKG_VERSION")},
    });
    let result = peer.ask(&Message::request(Era::Legacy, 1, "initialize", params))?.result(Era::Legacy)?;
    match result.get("protocolVersion") {
        Some(version) if version == "2025-11-25" => {}
        version => return Err(format!("the server wants protocol version {version:?}").into()),
    }
    peer.tell(&Message::notification("notifications/initialized"))
}

/// Asks one thing of everything that a measured server has to offer, what it has to refuse among it.
///
/// A server that left out the checks, or half of the tools, would be measured at less work than the others. Of the
/// legacy era, the handshake has been.
pub(crate) fn probe(peer: &mut impl Peer, era: Era) -> Result<()> {
    let mut probe = Probe { peer, era, next: 2 };
    // A text whose quotes, line ends and letters beyond ASCII have to be written as JSON asks.
    let text = "\"quoted\" \\ and\nbroken\u{1}, ünïcödé 🦀";
    probe.tool("echo", &json!({"text": text}), |result| expect_text(result, text))?;
    probe.tool("add", &json!({"a": -2, "b": 44}), expect_sum)?;
    probe.tool("blob", &json!({"size": 3}), |result| expect_text(result, "xxx"))?;
    probe.tool("blob", &json!({"size": 3, "pad": "é"}), |result| expect_text(result, "xxx:2"))?;
    probe.tool("dummy_042", &json!({"query": "q", "mode": "fast"}), |result| expect_text(result, ""))?;
    for (tool, arguments) in [
        ("ech", json!({"text": "no such tool"})),
        ("dummy_100", json!({})),
        ("echo", json!({})),
        ("echo", json!({"text": {}})),
        ("add", json!({"a": 1, "b": "two"})),
        ("blob", json!({"size": "many"})),
    ] {
        probe.refusal("tools/call", json!({"name": tool, "arguments": arguments}))?;
    }
    probe.refusal("no/such/method", json!({}))?;
    probe.result("tools/list", json!({}), |result| {
        expect_tools(result)?;
        expect_output_schema(result)?;
        expect_cache_hints(era, result)
    })?;
    probe.resource()
}

struct Probe<'a, P> {
    peer: &'a mut P,
    era: Era,
    next: u32,
}

impl<P: Peer> Probe<'_, P> {
    fn resource(&mut self) -> Result<()> {
        let era = self.era;
        self.result("resources/list", json!({}), |result| {
            match result.get("resources").and_then(Value::as_array).map(Vec::as_slice) {
                Some([resource]) if resource["uri"] == "bench://static" => expect_cache_hints(era, result),
                _ => Err(format!("expected the one resource bench://static, got {}", shortened(result))),
            }
        })?;
        let contents = json!([
            {"uri": "bench://static", "mimeType": "text/plain", "text": "static benchmark resource"}
        ]);
        self.result("resources/read", json!({"uri": "bench://static"}), |result| {
            if result.get("contents") != Some(&contents) {
                return Err(format!("expected {contents}, got {}", shortened(result)));
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
        let question = format!("{method} with {params}");
        let result = self.ask(method, params)?.result(self.era);
        result.and_then(|result| check(&result)).map_err(|error| format!("{question}: {error}").into())
    }

    fn refusal(&mut self, method: &str, params: Value) -> Result<()> {
        let question = format!("{method} with {params}");
        match self.ask(method, params)?.is_refusal() {
            true => Ok(()),
            false => Err(format!("{question}: it was answered, and should have been refused").into()),
        }
    }

    fn ask(&mut self, method: &str, params: Value) -> Result<Answer> {
        let id = self.next;
        self.next += 1;
        let answer = self.peer.ask(&Message::request(self.era, id, method, params));
        answer.map_err(|error| format!("{method}: {error}").into())
    }
}

/// The sum as structured content, and the same as text for the clients that do not read that.
fn expect_sum(result: &Map<String, Value>) -> Result<(), String> {
    let sum = json!({"sum": 42});
    let text = result.get("content").and_then(|content| content[0]["text"].as_str());
    let said = text.and_then(|text| serde_json::from_str::<Value>(text).ok());
    if result.get("structuredContent") != Some(&sum) || said != Some(sum) {
        return Err(format!("expected the sum 42, structured and as text, got {}", shortened(result)));
    }
    Ok(())
}

fn expect_output_schema(result: &Map<String, Value>) -> Result<(), String> {
    let tools = result.get("tools").and_then(Value::as_array).ok_or("no list of tools")?;
    let promises =
        |tool: &Value| tool["name"] == "add" && tool["outputSchema"]["properties"]["sum"].is_object();
    tools.iter().any(promises).then_some(()).ok_or_else(|| "`add` has no output schema".to_owned())
}
