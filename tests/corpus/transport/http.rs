//! Streamable HTTP: a server on a port of its own, and a client that sends each message as a request.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use mcpwright_transport::http::Limits;
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::http_client::{Part, Request};
use super::{PATIENCE, Transport};
use crate::notation::Reply;
use crate::servers::{Served, State};

/// Time that running calls get to finish after the server was asked to end.
const DRAIN: Duration = Duration::from_secs(1);

const VERSION: &str = "io.modelcontextprotocol/protocolVersion";

/// A client of a server on a port of its own.
pub(crate) struct Http {
    address: SocketAddr,
    state: State,
    stop: Option<oneshot::Sender<()>>,
    streams: Vec<Stream>,
    parts: Receiver<(usize, Part)>,
    sender: Sender<(usize, Part)>,
    session: Option<Session>,
}

/// A session of a revision before 2026-07-28.
struct Session {
    id: String,
    version: String,
}

/// A response that is read.
struct Stream {
    request: Request,
    /// The ids of the requests that it answers.
    ids: Vec<Value>,
    /// Returns `true` if the request was one of revision 2026-07-28.
    is_modern: bool,
    reply: Option<Reply>,
    received_reply: Option<Reply>,
    messages: VecDeque<Value>,
    is_over: bool,
    is_aborted: bool,
}

impl Http {
    pub(crate) fn new(runtime: &Handle, Served { server, state }: Served) -> Self {
        let http = mcpwright_transport::http(server).limits(Limits::default().drain_timeout(DRAIN));
        let listening = runtime.block_on(http.listen("127.0.0.1:0")).expect("a free port");
        let address = listening.local_addr();
        let (stop, stopped) = oneshot::channel::<()>();
        runtime.spawn(listening.run_until(async {
            let _ = stopped.await;
        }));
        let (sender, parts) = channel();
        Self { address, state, stop: Some(stop), streams: Vec::new(), parts, sender, session: None }
    }

    /// Sends an HTTP request.
    fn request(
        &mut self,
        head: &str,
        body: &str,
        message: &Value,
        reply: Option<Reply>,
    ) -> Result<usize, String> {
        let number = self.streams.len();
        let request = Request::send(self.address, head, body, number, self.sender.clone());
        self.streams.push(Stream {
            request: request.map_err(|error| error.to_string())?,
            ids: ids(message),
            is_modern: version(message).is_some(),
            reply,
            received_reply: None,
            messages: VecDeque::new(),
            is_over: false,
            is_aborted: false,
        });
        Ok(number)
    }

    /// The head of a request, with the headers that every message of this kind has.
    fn head(&self, method: &str, accept: &str, message: &Value) -> String {
        let mut head = format!("{method} /mcp HTTP/1.1\r\nHost: {}\r\nAccept: {accept}\r\n", self.address);
        if let Some(version) = version(message) {
            let _ = write!(
                head,
                "MCP-Protocol-Version: {version}\r\nMcp-Method: {}\r\n",
                text(&message["method"])
            );
            if let Some(name) = routed_name(message) {
                let _ = write!(head, "Mcp-Name: {}\r\n", header_value(name));
            }
        } else if let Some(Session { id, version }) = &self.session {
            let _ = write!(head, "Mcp-Session-Id: {id}\r\nMCP-Protocol-Version: {version}\r\n");
        }
        head
    }

    /// Opens the stream for messages outside of responses.
    fn listen(&mut self) -> Result<(), String> {
        let head = self.head("GET", "text/event-stream", &Value::Null);
        let reply = Reply { status: 200, headers: vec![("content-type".into(), "text/event-stream".into())] };
        let number = self.request(&head, "", &Value::Null, Some(reply))?;
        while self.streams[number].received_reply.is_none() {
            self.pump()?;
        }
        Ok(())
    }

    /// Closes the stream of a request of revision 2026-07-28 that a message cancels.
    fn abort(&mut self, message: &Value) -> bool {
        let id = &message["params"]["requestId"];
        let is_cancellation = message["method"] == "notifications/cancelled";
        let cancelled = |stream: &&mut Stream| stream.is_modern && !stream.is_over && stream.ids.contains(id);
        match self.streams.iter_mut().find(cancelled).filter(|_| is_cancellation) {
            Some(stream) => {
                stream.request.abort();
                (stream.is_aborted, stream.is_over) = (true, true);
                true
            }
            None => false,
        }
    }

    /// Takes the next part of a response. Returns `false` if none comes in time.
    fn pump(&mut self) -> Result<bool, String> {
        let Ok((number, part)) = self.parts.recv_timeout(PATIENCE) else { return Ok(false) };
        let stream = &mut self.streams[number];
        if stream.is_aborted {
            return Ok(true);
        }
        match part {
            Part::Head { status, headers } => {
                stream.check_reply(Reply { status, headers })?;
            }
            Part::Message(message) => {
                stream.check_place(&message)?;
                if let (Some(version), Some(id)) =
                    (message.pointer("/result/protocolVersion"), stream.session_id())
                {
                    self.session = Some(Session { id, version: text(version).to_owned() });
                }
                stream.messages.push_back(message);
            }
            Part::End => stream.is_over = true,
            Part::Broken(error) => return Err(format!("the response to {:?}: {error}", stream.ids)),
        }
        Ok(true)
    }
}

impl Stream {
    /// Compares status and headers with the expected ones. If the conversation has none: 200 for messages with an answer, and
    /// 202 for all others.
    fn check_reply(&mut self, received: Reply) -> Result<(), String> {
        let default = || Reply { status: if self.ids.is_empty() { 202 } else { 200 }, headers: Vec::new() };
        let expected = self.reply.clone().unwrap_or_else(default);
        let missing = expected.headers.iter().find(|header| !received.headers.contains(header));
        if expected.status != received.status || missing.is_some() {
            return Err(format!(
                "the response to {:?}:\nexpected {expected:?}\nreceived {received:?}",
                self.ids
            ));
        }
        self.received_reply = Some(received);
        Ok(())
    }

    /// Fails if the response to another request is on this stream.
    fn check_place(&self, message: &Value) -> Result<(), String> {
        let is_response = message.get("result").is_some() || message.get("error").is_some();
        match message.get("id").filter(|_| is_response) {
            Some(id) if !self.ids.contains(id) => {
                Err(format!("on the stream of {:?}:\nreceived {message}", self.ids))
            }
            _ => Ok(()),
        }
    }

    fn session_id(&self) -> Option<String> {
        let headers = &self.received_reply.as_ref()?.headers;
        headers.iter().find(|(name, _)| name == "mcp-session-id").map(|(_, id)| id.clone())
    }
}

impl Transport for Http {
    fn send(&mut self, message: &str, reply: Option<&Reply>) -> Result<(), String> {
        let parsed: Value = serde_json::from_str(message).unwrap_or(Value::Null);
        if self.abort(&parsed) {
            return Ok(());
        }
        let head = self.head("POST", "application/json, text/event-stream", &parsed);
        let head = format!("{head}Content-Type: application/json\r\nContent-Length: {}\r\n", message.len());
        let number = self.request(&head, message, &parsed, reply.cloned())?;
        // A message without an answer takes effect when its POST is accepted.
        while self.streams[number].ids.is_empty() && !self.streams[number].is_over {
            if !self.pump()? {
                return Err("a message is neither accepted nor rejected".to_owned());
            }
        }
        if parsed["method"] == "notifications/initialized" && self.session.is_some() {
            self.listen()?;
        }
        Ok(())
    }

    fn next(&self) -> Vec<&Value> {
        self.streams.iter().filter_map(|stream| stream.messages.front()).collect()
    }

    fn take(&mut self, index: usize) -> Value {
        let mut streams = self.streams.iter_mut().filter(|stream| !stream.messages.is_empty());
        let stream = streams.nth(index).expect("a message was there");
        stream.messages.pop_front().expect("it is not empty")
    }

    fn wait(&mut self) -> Result<bool, String> {
        let count = |streams: &[Stream]| streams.iter().map(|stream| stream.messages.len()).sum::<usize>();
        let before = count(&self.streams);
        while count(&self.streams) == before {
            let is_over = self.stop.is_none() && self.streams.iter().all(|stream| stream.is_over);
            if is_over || !self.pump()? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn event(&mut self, event: &str) -> Result<(), String> {
        self.state.event(event)
    }

    fn sleep(&mut self, time: Duration) {
        std::thread::sleep(time);
    }

    fn close(&mut self) -> Result<(), String> {
        self.stop = None;
        Ok(())
    }
}

/// The ids of the requests of a message.
fn ids(message: &Value) -> Vec<Value> {
    match message {
        Value::Array(messages) => messages.iter().flat_map(ids).collect(),
        message if ["result", "error"].iter().any(|member| message.get(member).is_some()) => Vec::new(),
        message => message.get("id").filter(|id| !id.is_null()).cloned().into_iter().collect(),
    }
}

/// The revision that a request names in `_meta`.
fn version(message: &Value) -> Option<&str> {
    message.get("method")?;
    message.get("params")?.get("_meta")?.get(VERSION)?.as_str()
}

/// The member of a request that the header `Mcp-Name` repeats.
fn routed_name(message: &Value) -> Option<&str> {
    let member = match text(&message["method"]) {
        "tools/call" | "prompts/get" => "name",
        "resources/read" => "uri",
        "tasks/get" | "tasks/update" | "tasks/cancel" => "taskId",
        _ => return None,
    };
    message["params"][member].as_str()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The value of a header, in base64 if it is not plain.
fn header_value(value: &str) -> String {
    let is_plain = value.bytes().all(|byte| (0x20..0x7f).contains(&byte)) && value.trim() == value;
    if is_plain && !value.starts_with("=?base64?") {
        value.to_owned()
    } else {
        format!("=?base64?{}?=", base64(value))
    }
}

fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |bytes: &[u8]| {
        let bits = bytes.iter().chain(&[0, 0]).take(3).fold(0, |bits, byte| bits << 8 | u32::from(*byte));
        let digit = move |index: usize| DIGITS[(bits >> (18 - 6 * index) & 63) as usize] as char;
        (0..4).map(move |index| if index <= bytes.len() { digit(index) } else { '=' }).collect::<String>()
    };
    text.as_bytes().chunks(3).map(group).collect()
}
