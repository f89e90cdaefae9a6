//! The answers of the limits: the workload written by hand, whatever a message came through.
//!
//! It does the work that no server can leave out: it parses the envelope, the parameters and the arguments, checks the
//! method, the tool's name and the arguments, and writes the answer. It does not do what a server of many users
//! needs: no cancelling, no concurrency within a message, no registry of tools.

use std::borrow::Cow;
use std::fmt::Display;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{DUMMY_TOOLS, Era};

/// The revision in which requests carry their version.
pub const MODERN_VERSION: &str = "2026-07-28";

/// The revisions that begin with a handshake.
pub const LEGACY_VERSIONS: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

/// A request, read as far as it takes to know what it asks for.
pub struct Request<'a> {
    /// The revision that its metadata says it is of.
    pub era: Era,
    /// What it asks for.
    pub method: Cow<'a, str>,
    id: &'a str,
    params: Params<'a>,
}

impl<'a> Request<'a> {
    /// Reads a message; a notification is nothing that takes an answer.
    // Inlined, as what follows is: a request that is handed on by copying costs a fiftieth of a call over stdio.
    #[inline]
    pub fn parse(message: &'a [u8]) -> Result<Option<Self>, Refusal> {
        let envelope: Envelope<'a> =
            serde_json::from_slice(message).map_err(|_| Refusal::new(-32700, "Parse error"))?;
        let Some(id) = envelope.id.map(RawValue::get) else { return Ok(None) };
        Self::of_envelope(envelope, id).map(Some).map_err(|refusal| refusal.to(id))
    }

    #[inline]
    fn of_envelope(envelope: Envelope<'a>, id: &'a str) -> Result<Self, Refusal> {
        if envelope.jsonrpc != "2.0" || !id.starts_with(|first: char| matches!(first, '"' | '-' | '0'..='9'))
        {
            return Err(Refusal::new(-32600, "Invalid request"));
        }
        let params = match envelope.params {
            Some(params) => parse(params)?,
            None => Params::default(),
        };
        Ok(Self { era: era(&params)?, method: envelope.method, id, params })
    }

    /// What the header `Mcp-Name` repeats of this request, where it has to.
    pub fn name(&self) -> Option<&str> {
        let name = match &*self.method {
            "tools/call" => &self.params.name,
            "resources/read" => &self.params.uri,
            _ => return None,
        };
        Some(name.as_ref().map_or("", |name| &name.0))
    }

    /// A refusal of this request.
    pub fn refuse(&self, code: i32, message: &str) -> Refusal {
        Refusal::new(code, message).to(self.id)
    }
}

/// The answers that are the same each time.
pub struct Answers {
    /// `tools/list`, by era.
    tools: [String; 2],
}

impl Answers {
    /// Writes them.
    #[expect(clippy::new_without_default, reason = "it is no default but the only one there is")]
    pub fn new() -> Self {
        let dummies = DUMMY_TOOLS.trim().trim_start_matches('[');
        let tools = format!("\"tools\":[{OWN_TOOLS},{dummies}");
        Self { tools: [Era::Legacy, Era::Modern].map(|era| format!("{}{tools}{}", head(era), listed(era))) }
    }

    /// Appends the answer to a request; after a refusal, what was appended is of no use.
    #[inline]
    pub fn write(&self, request: &Request<'_>, out: &mut Vec<u8>) -> Result<(), Refusal> {
        say(out, &["{\"jsonrpc\":\"2.0\",\"id\":", request.id, ",\"result\":"]);
        self.result(request, out).map_err(|refusal| refusal.to(request.id))?;
        out.push(b'}');
        Ok(())
    }

    fn result(&self, request: &Request<'_>, out: &mut Vec<u8>) -> Result<(), Refusal> {
        let Request { era, params, .. } = request;
        match (&*request.method, *era) {
            ("tools/call", era) => call(params, era, out)?,
            ("tools/list", era) => self.list(era, out),
            ("resources/list", era) => say(out, &[head(era), RESOURCES, listed(era)]),
            ("resources/read", era) => read(params, era, out)?,
            ("initialize", Era::Legacy) => initialize(params, out),
            ("ping", Era::Legacy) => say(out, &["{}"]),
            ("server/discover", Era::Modern) => discover(out),
            _ => return Err(Refusal::new(-32601, "Method not found")),
        }
        Ok(())
    }

    fn list(&self, era: Era, out: &mut Vec<u8>) {
        let tools = &self.tools[era as usize];
        // With the end of the answer, for which all of it would be moved otherwise.
        out.reserve(tools.len() + 1);
        out.extend_from_slice(tools.as_bytes());
    }
}

/// What a request gets instead of a result.
pub struct Refusal {
    /// The number of the error.
    pub code: i32,
    id: Option<String>,
    message: String,
    data: Option<String>,
}

impl Refusal {
    /// Appends the answer that says so.
    pub fn write(&self, out: &mut Vec<u8>) {
        let id = self.id.as_deref().unwrap_or("null");
        let message = serde_json::Value::from(&*self.message).to_string();
        let code = self.code.to_string();
        say(
            out,
            &["{\"jsonrpc\":\"2.0\",\"id\":", id, ",\"error\":{\"code\":", &code, ",\"message\":", &message],
        );
        if let Some(data) = &self.data {
            say(out, &[",\"data\":", data]);
        }
        out.extend_from_slice(b"}}");
    }

    fn new(code: i32, message: impl Into<String>) -> Self {
        Self { code, id: None, message: message.into(), data: None }
    }

    fn invalid_params(error: impl Display) -> Self {
        Self::new(-32602, format!("Invalid params: {error}"))
    }

    fn unsupported_version(requested: &str) -> Self {
        let data = serde_json::json!({"supported": [MODERN_VERSION, "2025-11-25"], "requested": requested});
        Self { data: Some(data.to_string()), ..Self::new(-32022, "Unsupported protocol version") }
    }

    fn to(self, id: &str) -> Self {
        Self { id: Some(id.to_owned()), ..self }
    }
}

/// A string of a message, copied only where it has escapes.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    jsonrpc: Cow<'a, str>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct Params<'a> {
    #[serde(borrow, rename = "_meta")]
    meta: Option<&'a RawValue>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
    #[serde(borrow)]
    uri: Option<Text<'a>>,
    #[serde(borrow, rename = "protocolVersion")]
    protocol_version: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Meta<'a> {
    #[serde(borrow, rename = "io.modelcontextprotocol/protocolVersion")]
    protocol_version: Option<Text<'a>>,
    #[serde(borrow, rename = "io.modelcontextprotocol/clientCapabilities")]
    client_capabilities: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Echo<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Add {
    a: i64,
    b: i64,
}

#[derive(Deserialize)]
struct Blob<'a> {
    size: usize,
    #[serde(borrow)]
    pad: Option<Text<'a>>,
}

const SERVER_INFO: &str = r#"{"name":"limit","version":"0.0.0"}"#;
const CAPABILITIES: &str = r#"{"tools":{},"resources":{}}"#;
const RESOURCES: &str = r#""resources":[{"uri":"bench://static","name":"static","mimeType":"text/plain"}]"#;
const CONTENTS: &str =
    r#""contents":[{"uri":"bench://static","mimeType":"text/plain","text":"static benchmark resource"}]"#;
const OWN_TOOLS: &str = concat!(
    r#"{"name":"echo","description":"Returns the text.","inputSchema":{"type":"object","#,
    r#""properties":{"text":{"type":"string"}},"required":["text"]}},"#,
    r#"{"name":"add","description":"Adds two integers.","inputSchema":{"type":"object","#,
    r#""properties":{"a":{"type":"integer"},"b":{"type":"integer"}},"required":["a","b"]},"#,
    r#""outputSchema":{"type":"object","properties":{"sum":{"type":"integer"}},"required":["sum"]}},"#,
    r#"{"name":"blob","description":"Returns a text of a size.","inputSchema":{"type":"object","#,
    r#""properties":{"size":{"type":"integer","minimum":0},"pad":{"type":"string"}},"required":["size"]}}"#,
);

/// The era that a request's metadata says it is of.
fn era(params: &Params<'_>) -> Result<Era, Refusal> {
    let Some(meta) = params.meta else { return Ok(Era::Legacy) };
    let meta: Meta<'_> = parse(meta)?;
    match meta.protocol_version {
        None => Ok(Era::Legacy),
        Some(version) if version.0 != MODERN_VERSION => Err(Refusal::unsupported_version(&version.0)),
        Some(_) if meta.client_capabilities.is_none_or(|object| !object.get().starts_with('{')) => {
            Err(Refusal::invalid_params("_meta lacks the client's capabilities"))
        }
        Some(_) => Ok(Era::Modern),
    }
}

fn parse<'a, T: Deserialize<'a>>(value: &'a RawValue) -> Result<T, Refusal> {
    serde_json::from_str(value.get()).map_err(Refusal::invalid_params)
}

/// How a result of this era begins.
fn head(era: Era) -> &'static str {
    match era {
        Era::Legacy => "{",
        Era::Modern => r#"{"resultType":"complete","#,
    }
}

/// How a result of this era ends.
fn tail(era: Era) -> &'static str {
    match era {
        Era::Legacy => "}",
        Era::Modern => {
            r#","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"limit","version":"0.0.0"}}}"#
        }
    }
}

/// How a result that may be kept ends.
fn listed(era: Era) -> &'static str {
    match era {
        Era::Legacy => "}",
        Era::Modern => concat!(
            r#","ttlMs":0,"cacheScope":"public","#,
            r#""_meta":{"io.modelcontextprotocol/serverInfo":{"name":"limit","version":"0.0.0"}}}"#
        ),
    }
}

fn say(out: &mut Vec<u8>, parts: &[&str]) {
    for part in parts {
        out.extend_from_slice(part.as_bytes());
    }
}

fn initialize(params: &Params<'_>, out: &mut Vec<u8>) {
    let asked = params.protocol_version.as_ref().map_or("", |version| &version.0);
    let version = LEGACY_VERSIONS.into_iter().find(|&version| version == asked).unwrap_or("2025-11-25");
    let ours = ["\",\"capabilities\":", CAPABILITIES, ",\"serverInfo\":", SERVER_INFO, "}"];
    say(out, &["{\"protocolVersion\":\"", version]);
    say(out, &ours);
}

fn discover(out: &mut Vec<u8>) {
    let versions = r#""supportedVersions":["2026-07-28","2025-11-25"],"capabilities":"#;
    say(out, &[head(Era::Modern), versions, CAPABILITIES, listed(Era::Modern)]);
}

fn read(params: &Params<'_>, era: Era, out: &mut Vec<u8>) -> Result<(), Refusal> {
    match params.uri.as_ref().map(|uri| &*uri.0) {
        Some("bench://static") => say(out, &[head(era), CONTENTS, listed(era)]),
        Some(_) if era == Era::Legacy => return Err(Refusal::new(-32002, "Resource not found")),
        _ => return Err(Refusal::invalid_params("no such resource")),
    }
    Ok(())
}

fn call(params: &Params<'_>, era: Era, out: &mut Vec<u8>) -> Result<(), Refusal> {
    let name = params.name.as_ref().map_or("", |name| &*name.0);
    let arguments = params.arguments.unwrap_or(RawValue::NULL);
    match name {
        "echo" => text(&parse::<Echo<'_>>(arguments)?.text, era, out),
        "add" => add(&parse(arguments)?, era, out),
        "blob" => blob(&parse(arguments)?, era, out),
        _ if is_dummy(name) => text("", era, out),
        _ => Err(Refusal::invalid_params(format_args!("unknown tool `{name}`"))),
    }
}

fn is_dummy(name: &str) -> bool {
    let number = name.strip_prefix("dummy_").map(str::as_bytes);
    number
        .is_some_and(|number| number.len() == 3 && number[0] == b'0' && number.iter().all(u8::is_ascii_digit))
}

/// A result of one text block.
fn text(text: &str, era: Era, out: &mut Vec<u8>) -> Result<(), Refusal> {
    // What stands around the text is no longer than this; escapes may be.
    out.reserve(text.len() + 256);
    say(out, &[head(era), "\"content\":[{\"type\":\"text\",\"text\":"]);
    serde_json::to_writer(&mut *out, text).map_err(|error| Refusal::new(-32603, error.to_string()))?;
    say(out, &["}],\"isError\":false", tail(era)]);
    Ok(())
}

fn add(arguments: &Add, era: Era, out: &mut Vec<u8>) -> Result<(), Refusal> {
    let sum = arguments
        .a
        .checked_add(arguments.b)
        .ok_or_else(|| Refusal::invalid_params("the sum is too large"))?;
    let sum = sum.to_string();
    say(out, &[head(era), "\"content\":[{\"type\":\"text\",\"text\":\"{\\\"sum\\\":", &sum, "}\"}],"]);
    say(out, &["\"structuredContent\":{\"sum\":", &sum, "},\"isError\":false", tail(era)]);
    Ok(())
}

fn blob(arguments: &Blob<'_>, era: Era, out: &mut Vec<u8>) -> Result<(), Refusal> {
    let mut body = "x".repeat(arguments.size);
    if let Some(pad) = &arguments.pad {
        body.push_str(&format!(":{}", pad.0.len()));
    }
    text(&body, era, out)
}
