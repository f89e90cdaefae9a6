//! The message handling of the handwritten servers, independent of the transport.
//!
//! It does the minimum work of a server: it parses the envelope, the parameters and the arguments, checks the method, the
//! tool's name and the arguments, and writes the response. It does not support cancellation, concurrency, or a registry of
//! tools.

use std::borrow::Cow;
use std::fmt::Display;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::dummy_tools::DUMMY_TOOLS;
use crate::workload::Era;

/// The revision of the modern era, in which each request has a version.
pub const MODERN_VERSION: &str = "2026-07-28";

/// The revisions of the legacy era, which start with a handshake.
pub const LEGACY_VERSIONS: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

/// A request whose envelope and parameters are parsed.
pub struct LimitRequest<'a> {
    /// The era, as declared in the request's metadata.
    pub era: Era,
    /// The method.
    pub method: Cow<'a, str>,
    id: &'a str,
    params: Params<'a>,
}

impl<'a> LimitRequest<'a> {
    /// Parses a message. Returns `None` for a notification.
    // Inlined, like the functions below: copying a request would take 2 % of the time of a call over stdio.
    #[inline]
    pub fn parse(message: &'a [u8]) -> Result<Option<Self>, RpcError> {
        let envelope: Envelope<'a> =
            serde_json::from_slice(message).map_err(|_| RpcError::new(-32700, "Parse error"))?;
        let Some(id) = envelope.id.map(RawValue::get) else { return Ok(None) };
        Self::from_envelope(envelope, id).map(Some).map_err(|error| error.with_id(id))
    }

    #[inline]
    fn from_envelope(envelope: Envelope<'a>, id: &'a str) -> Result<Self, RpcError> {
        if envelope.jsonrpc != "2.0" || !id.starts_with(|first: char| matches!(first, '"' | '-' | '0'..='9'))
        {
            return Err(RpcError::new(-32600, "Invalid request"));
        }
        let params = match envelope.params {
            Some(params) => parse(params)?,
            None => Params::default(),
        };
        Ok(Self { era: era(&params)?, method: envelope.method, id, params })
    }

    /// Returns the required value of the header `Mcp-Name`, if the method requires the header.
    pub fn name(&self) -> Option<&str> {
        let name = match &*self.method {
            "tools/call" => &self.params.name,
            "resources/read" => &self.params.uri,
            _ => return None,
        };
        Some(name.as_ref().map_or("", |name| &name.0))
    }

    /// Returns an error response to this request.
    pub fn error(&self, code: i32, message: &str) -> RpcError {
        RpcError::new(code, message).with_id(self.id)
    }
}

/// Writes responses to requests.
pub struct Responder {
    /// The result of `tools/list` in each era.
    tools: [String; 2],
}

impl Responder {
    /// Builds the constant results.
    #[expect(clippy::new_without_default, reason = "a default implementation is not needed")]
    pub fn new() -> Self {
        let dummies = DUMMY_TOOLS.trim().trim_start_matches('[');
        let tools = format!("\"tools\":[{WORKLOAD_TOOLS},{dummies}");
        Self {
            tools: [Era::Legacy, Era::Modern]
                .map(|era| format!("{}{tools}{}", head(era), cacheable_tail(era))),
        }
    }

    /// Appends the response to a request. If this returns an error, the caller must discard the appended bytes.
    #[inline]
    pub fn write(&self, request: &LimitRequest<'_>, out: &mut Vec<u8>) -> Result<(), RpcError> {
        append(out, &["{\"jsonrpc\":\"2.0\",\"id\":", request.id, ",\"result\":"]);
        self.write_result(request, out).map_err(|error| error.with_id(request.id))?;
        out.push(b'}');
        Ok(())
    }

    fn write_result(&self, request: &LimitRequest<'_>, out: &mut Vec<u8>) -> Result<(), RpcError> {
        let LimitRequest { era, params, .. } = request;
        match (&*request.method, *era) {
            ("tools/call", era) => call(params, era, out)?,
            ("tools/list", era) => self.list(era, out),
            ("resources/list", era) => append(out, &[head(era), RESOURCES, cacheable_tail(era)]),
            ("resources/read", era) => read(params, era, out)?,
            ("initialize", Era::Legacy) => initialize(params, out),
            ("ping", Era::Legacy) => append(out, &["{}"]),
            ("server/discover", Era::Modern) => discover(out),
            _ => return Err(RpcError::new(-32601, "Method not found")),
        }
        Ok(())
    }

    fn list(&self, era: Era, out: &mut Vec<u8>) {
        let tools = &self.tools[era as usize];
        // One more byte for the closing brace, which would cause a reallocation.
        out.reserve(tools.len() + 1);
        out.extend_from_slice(tools.as_bytes());
    }
}

/// A JSON-RPC error response.
pub struct RpcError {
    /// The error code.
    pub code: i32,
    id: Option<String>,
    message: String,
    data: Option<String>,
}

impl RpcError {
    /// Appends the response.
    pub fn write(&self, out: &mut Vec<u8>) {
        let id = self.id.as_deref().unwrap_or("null");
        let message = serde_json::Value::from(&*self.message).to_string();
        let code = self.code.to_string();
        append(
            out,
            &["{\"jsonrpc\":\"2.0\",\"id\":", id, ",\"error\":{\"code\":", &code, ",\"message\":", &message],
        );
        if let Some(data) = &self.data {
            append(out, &[",\"data\":", data]);
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

    fn with_id(self, id: &str) -> Self {
        Self { id: Some(id.to_owned()), ..self }
    }
}

/// A string of a message, copied only if it has escapes.
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
struct EchoArguments<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
}

#[derive(Deserialize)]
struct AddArguments {
    a: i64,
    b: i64,
}

#[derive(Deserialize)]
struct BlobArguments<'a> {
    size: usize,
    #[serde(borrow)]
    pad: Option<Text<'a>>,
}

const SERVER_INFO: &str = r#"{"name":"limit","version":"0.0.0"}"#;
const CAPABILITIES: &str = r#"{"tools":{},"resources":{}}"#;
const RESOURCES: &str = r#""resources":[{"uri":"bench://static","name":"static","mimeType":"text/plain"}]"#;
const CONTENTS: &str =
    r#""contents":[{"uri":"bench://static","mimeType":"text/plain","text":"static benchmark resource"}]"#;
const WORKLOAD_TOOLS: &str = concat!(
    r#"{"name":"echo","description":"Returns the text.","inputSchema":{"type":"object","#,
    r#""properties":{"text":{"type":"string"}},"required":["text"]}},"#,
    r#"{"name":"add","description":"Adds two integers.","inputSchema":{"type":"object","#,
    r#""properties":{"a":{"type":"integer"},"b":{"type":"integer"}},"required":["a","b"]},"#,
    r#""outputSchema":{"type":"object","properties":{"sum":{"type":"integer"}},"required":["sum"]}},"#,
    r#"{"name":"blob","description":"Returns a text of a size.","inputSchema":{"type":"object","#,
    r#""properties":{"size":{"type":"integer","minimum":0},"pad":{"type":"string"}},"required":["size"]}}"#,
);

/// Returns the era declared in a request's metadata.
fn era(params: &Params<'_>) -> Result<Era, RpcError> {
    let Some(meta) = params.meta else { return Ok(Era::Legacy) };
    let meta: Meta<'_> = parse(meta)?;
    match meta.protocol_version {
        None => Ok(Era::Legacy),
        Some(version) if version.0 != MODERN_VERSION => Err(RpcError::unsupported_version(&version.0)),
        Some(_) if meta.client_capabilities.is_none_or(|object| !object.get().starts_with('{')) => {
            Err(RpcError::invalid_params("_meta lacks the client's capabilities"))
        }
        Some(_) => Ok(Era::Modern),
    }
}

fn parse<'a, T: Deserialize<'a>>(value: &'a RawValue) -> Result<T, RpcError> {
    serde_json::from_str(value.get()).map_err(RpcError::invalid_params)
}

/// Returns the start of a result.
fn head(era: Era) -> &'static str {
    match era {
        Era::Legacy => "{",
        Era::Modern => r#"{"resultType":"complete","#,
    }
}

/// Returns the end of a result.
fn tail(era: Era) -> &'static str {
    match era {
        Era::Legacy => "}",
        Era::Modern => {
            r#","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"limit","version":"0.0.0"}}}"#
        }
    }
}

/// Returns the end of a result with cache hints.
fn cacheable_tail(era: Era) -> &'static str {
    match era {
        Era::Legacy => "}",
        Era::Modern => concat!(
            r#","ttlMs":0,"cacheScope":"public","#,
            r#""_meta":{"io.modelcontextprotocol/serverInfo":{"name":"limit","version":"0.0.0"}}}"#
        ),
    }
}

fn append(out: &mut Vec<u8>, parts: &[&str]) {
    for part in parts {
        out.extend_from_slice(part.as_bytes());
    }
}

fn initialize(params: &Params<'_>, out: &mut Vec<u8>) {
    let requested = params.protocol_version.as_ref().map_or("", |version| &version.0);
    let version = LEGACY_VERSIONS.into_iter().find(|&version| version == requested).unwrap_or("2025-11-25");
    append(out, &["{\"protocolVersion\":\"", version]);
    append(out, &["\",\"capabilities\":", CAPABILITIES, ",\"serverInfo\":", SERVER_INFO, "}"]);
}

fn discover(out: &mut Vec<u8>) {
    let versions = r#""supportedVersions":["2026-07-28","2025-11-25"],"capabilities":"#;
    append(out, &[head(Era::Modern), versions, CAPABILITIES, cacheable_tail(Era::Modern)]);
}

fn read(params: &Params<'_>, era: Era, out: &mut Vec<u8>) -> Result<(), RpcError> {
    match params.uri.as_ref().map(|uri| &*uri.0) {
        Some("bench://static") => append(out, &[head(era), CONTENTS, cacheable_tail(era)]),
        Some(_) if era == Era::Legacy => return Err(RpcError::new(-32002, "Resource not found")),
        _ => return Err(RpcError::invalid_params("unknown resource")),
    }
    Ok(())
}

fn call(params: &Params<'_>, era: Era, out: &mut Vec<u8>) -> Result<(), RpcError> {
    let name = params.name.as_ref().map_or("", |name| &*name.0);
    let arguments = params.arguments.unwrap_or(RawValue::NULL);
    match name {
        "echo" => text(&parse::<EchoArguments<'_>>(arguments)?.text, era, out),
        "add" => add(&parse(arguments)?, era, out),
        "blob" => blob(&parse(arguments)?, era, out),
        _ if is_dummy(name) => text("", era, out),
        _ => Err(RpcError::invalid_params(format_args!("unknown tool `{name}`"))),
    }
}

fn is_dummy(name: &str) -> bool {
    let number = name.strip_prefix("dummy_").map(str::as_bytes);
    number
        .is_some_and(|number| number.len() == 3 && number[0] == b'0' && number.iter().all(u8::is_ascii_digit))
}

/// Writes a result of one text block.
fn text(text: &str, era: Era, out: &mut Vec<u8>) -> Result<(), RpcError> {
    // Sufficient for the result around the text, but not for escapes.
    out.reserve(text.len() + 256);
    append(out, &[head(era), "\"content\":[{\"type\":\"text\",\"text\":"]);
    serde_json::to_writer(&mut *out, text).map_err(|error| RpcError::new(-32603, error.to_string()))?;
    append(out, &["}],\"isError\":false", tail(era)]);
    Ok(())
}

fn add(arguments: &AddArguments, era: Era, out: &mut Vec<u8>) -> Result<(), RpcError> {
    let sum = arguments
        .a
        .checked_add(arguments.b)
        .ok_or_else(|| RpcError::invalid_params("the sum is too large"))?;
    let sum = sum.to_string();
    append(out, &[head(era), "\"content\":[{\"type\":\"text\",\"text\":\"{\\\"sum\\\":", &sum, "}\"}],"]);
    append(out, &["\"structuredContent\":{\"sum\":", &sum, "},\"isError\":false", tail(era)]);
    Ok(())
}

fn blob(arguments: &BlobArguments<'_>, era: Era, out: &mut Vec<u8>) -> Result<(), RpcError> {
    let mut body = "x".repeat(arguments.size);
    if let Some(pad) = &arguments.pad {
        body.push_str(&format!(":{}", pad.0.len()));
    }
    text(&body, era, out)
}
