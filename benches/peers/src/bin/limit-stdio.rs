//! The limit over stdio: a line loop written by hand for the workload, and nothing else.
//!
//! It does the work that no server can leave out: it reads, finds the lines, parses the envelope, the parameters and
//! the arguments, checks the method, the tool's name and the arguments, and writes the answer. It does not do what a
//! server of many users needs: no runtime, no cancelling, no concurrency, no registry of tools.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;

use mcpwright_peers::{Arguments, DUMMY_TOOLS, Era, Lines, Result};
use serde::Deserialize;
use serde_json::value::RawValue;

fn main() -> ExitCode {
    mcpwright_peers::exit("limit-stdio", run())
}

fn run() -> Result<()> {
    let mut arguments = Arguments::of_process();
    // The one transport it has; the flag is there because every server of the workload takes it.
    arguments.flag("--stdio");
    arguments.finish()?;
    // Not through the standard library's buffers, which would copy every byte once more.
    let mut input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let server = Server::new();
    let mut lines = Lines::new();
    let mut answers = Vec::new();
    while lines.fill(&mut input)? > 0 {
        while let Some(line) = lines.take() {
            server.answer(line, &mut answers)?;
        }
        output.write_all(&answers)?;
        answers.clear();
    }
    Ok(())
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

/// What a request gets instead of a result.
struct Refusal {
    code: i32,
    message: String,
    data: Option<String>,
}

impl Refusal {
    fn new(code: i32, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    fn method_not_found() -> Self {
        Self::new(-32601, "Method not found")
    }

    fn invalid_params(error: impl std::fmt::Display) -> Self {
        Self::new(-32602, format!("Invalid params: {error}"))
    }

    fn unsupported_version(requested: &str) -> Self {
        let data = serde_json::json!({"supported": ["2026-07-28", "2025-11-25"], "requested": requested});
        Self { code: -32022, message: "Unsupported protocol version".into(), data: Some(data.to_string()) }
    }
}

/// The answers that are the same each time.
struct Server {
    /// `tools/list`, by era.
    tools: [String; 2],
}

const SERVER_INFO: &str = r#"{"name":"limit-stdio","version":"0.0.0"}"#;
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

impl Server {
    fn new() -> Self {
        let dummies = DUMMY_TOOLS.trim().trim_start_matches('[');
        let tools = format!("\"tools\":[{OWN_TOOLS},{dummies}");
        Self { tools: [Era::Legacy, Era::Modern].map(|era| format!("{}{tools}{}", head(era), listed(era))) }
    }

    /// Appends the answer to one line, if it takes one.
    fn answer(&self, line: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(line) else {
            return refuse("null", &Refusal::new(-32700, "Parse error"), out);
        };
        let Some(id) = envelope.id.map(RawValue::get) else { return Ok(()) };
        let start = out.len();
        out.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"id\":");
        out.extend_from_slice(id.as_bytes());
        out.extend_from_slice(b",\"result\":");
        match self.result(&envelope, id, out) {
            Ok(()) => out.extend_from_slice(b"}\n"),
            Err(refusal) => {
                out.truncate(start);
                refuse(id, &refusal, out)?;
            }
        }
        Ok(())
    }

    fn result(&self, envelope: &Envelope<'_>, id: &str, out: &mut Vec<u8>) -> Result<(), Refusal> {
        if envelope.jsonrpc != "2.0" || !id.starts_with(|first: char| matches!(first, '"' | '-' | '0'..='9'))
        {
            return Err(Refusal::new(-32600, "Invalid request"));
        }
        let params = match envelope.params {
            Some(params) => parse(params)?,
            None => Params::default(),
        };
        let era = era(&params)?;
        match (&*envelope.method, era) {
            ("tools/call", _) => call(&params, era, out)?,
            ("tools/list", _) => out.extend_from_slice(self.tools[era as usize].as_bytes()),
            ("resources/list", _) => say(out, &[head(era), RESOURCES, listed(era)]),
            ("resources/read", _) => read(&params, era, out)?,
            ("initialize", Era::Legacy) => initialize(&params, out),
            ("ping", Era::Legacy) => say(out, &["{}"]),
            ("server/discover", Era::Modern) => discover(out),
            _ => return Err(Refusal::method_not_found()),
        }
        Ok(())
    }
}

/// The era that a request's metadata says it is of.
fn era(params: &Params<'_>) -> Result<Era, Refusal> {
    let Some(meta) = params.meta else { return Ok(Era::Legacy) };
    let meta: Meta<'_> = parse(meta)?;
    match meta.protocol_version {
        None => Ok(Era::Legacy),
        Some(version) if version.0 != "2026-07-28" => Err(Refusal::unsupported_version(&version.0)),
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
            r#","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"limit-stdio","version":"0.0.0"}}}"#
        }
    }
}

/// How a result that may be kept ends.
fn listed(era: Era) -> &'static str {
    match era {
        Era::Legacy => "}",
        Era::Modern => concat!(
            r#","ttlMs":0,"cacheScope":"public","#,
            r#""_meta":{"io.modelcontextprotocol/serverInfo":{"name":"limit-stdio","version":"0.0.0"}}}"#
        ),
    }
}

fn say(out: &mut Vec<u8>, parts: &[&str]) {
    for part in parts {
        out.extend_from_slice(part.as_bytes());
    }
}

fn initialize(params: &Params<'_>, out: &mut Vec<u8>) {
    let known = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];
    let asked = params.protocol_version.as_ref().map_or("", |version| &version.0);
    let version = known.into_iter().find(|&version| version == asked).unwrap_or("2025-11-25");
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

fn refuse(id: &str, refusal: &Refusal, out: &mut Vec<u8>) -> io::Result<()> {
    write!(out, "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"error\":{{\"code\":{},\"message\":", refusal.code)?;
    serde_json::to_writer(&mut *out, &refusal.message)?;
    if let Some(data) = &refusal.data {
        say(out, &[",\"data\":", data]);
    }
    out.extend_from_slice(b"}}\n");
    Ok(())
}
