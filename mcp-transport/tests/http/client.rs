//! An HTTP/1.1 client that sends arbitrary bytes, and parses responses strictly.

use std::io;
use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::requests::Request;
use crate::support::with_timeout;

/// A connection, and its unparsed bytes.
pub(crate) struct Client {
    stream: TcpStream,
    bytes: Vec<u8>,
    /// Bytes of the event stream, after the chunked transfer coding is removed.
    events: Vec<u8>,
    /// Number of comments that were received between the events.
    pub(crate) comments: usize,
}

/// Status and headers of a response.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
}

/// A complete response.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// A server-sent event.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Event {
    pub(crate) id: Option<String>,
    pub(crate) retry: Option<u64>,
    pub(crate) data: String,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = with_timeout("a connection", TcpStream::connect(address)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, bytes: Vec::new(), events: Vec::new(), comments: 0 }
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        with_timeout("the server to read the request", self.stream.write_all(bytes.as_ref())).await.unwrap();
    }

    /// Sends until the server closes the connection, which it may do before it has read everything.
    pub(crate) async fn send_until_closed(&mut self, bytes: impl AsRef<[u8]>) {
        let mut bytes = bytes.as_ref();
        while !bytes.is_empty() {
            tokio::select! {
                biased;
                written = self.stream.write(bytes) => match written {
                    Ok(length) => bytes = &bytes[length..],
                    Err(_) => return,
                },
                () = tokio::time::sleep(crate::support::TIMEOUT) => panic!("the server neither reads nor closes the connection"),
            }
        }
    }

    /// Sends a request, and reads the whole response.
    pub(crate) async fn send_request(&mut self, request: &Request) -> Response {
        self.send_until_closed(request.bytes()).await;
        self.response().await
    }

    /// Sends a request, and asserts that its response is an event stream.
    pub(crate) async fn open(&mut self, request: &Request) -> Head {
        self.send(request.bytes()).await;
        let head = self.head().await;
        assert_eq!(head.status, 200, "{head:?} {}", String::from_utf8_lossy(&self.bytes));
        head.assert_event_stream();
        head
    }

    /// Reads more bytes. Returns `false` at the end of the connection.
    async fn read_more(&mut self) -> bool {
        let mut buffer = [0; 16 << 10];
        match with_timeout("more bytes of a response", self.stream.read(&mut buffer)).await {
            Ok(0) => false,
            Ok(length) => {
                self.bytes.extend_from_slice(&buffer[..length]);
                true
            }
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => false,
            Err(error) => panic!("{error}"),
        }
    }

    /// Reads a line, without its line ending. Returns `None` at the end of the connection.
    async fn read_line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.bytes.windows(2).position(|pair| pair == b"\r\n") {
                let line = String::from_utf8(self.bytes.drain(..end + 2).collect()).unwrap();
                assert!(!line[..end].contains(['\r', '\n']), "{line:?}");
                return Some(line[..end].to_owned());
            }
            if !self.read_more().await {
                assert!(self.bytes.is_empty(), "truncated line: {}", String::from_utf8_lossy(&self.bytes));
                return None;
            }
        }
    }

    async fn read_exact(&mut self, length: usize) -> Vec<u8> {
        while self.bytes.len() < length {
            assert!(self.read_more().await, "truncated after {} of {length} bytes", self.bytes.len());
        }
        self.bytes.drain(..length).collect()
    }

    pub(crate) async fn head(&mut self) -> Head {
        let line = self.read_line().await.expect("a response, not the end of the connection");
        let mut parts = line.splitn(3, ' ');
        assert_eq!(parts.next(), Some("HTTP/1.1"), "{line}");
        let status = parts.next().unwrap().parse().unwrap();
        let mut headers = Vec::new();
        loop {
            let line = self.read_line().await.expect("a complete head");
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("invalid header: {line}"));
            let is_token = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            assert!(!name.is_empty() && name.bytes().all(is_token), "{line}");
            assert!(value.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{line}");
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let head = Head { status, headers };
        for single in ["content-type", "content-length", "transfer-encoding", "mcp-session-id"] {
            assert!(head.headers.iter().filter(|(name, _)| name == single).count() < 2, "{head:?}");
        }
        head
    }

    /// Reads a whole response. Use [`Client::event`] for a stream that stays open.
    pub(crate) async fn response(&mut self) -> Response {
        let head = self.head().await;
        let mut body = Vec::new();
        match (head.header("content-length"), head.header("transfer-encoding")) {
            (Some(length), None) => body = self.read_exact(length.parse().unwrap()).await,
            (None, Some("chunked")) => {
                while let Some(chunk) = self.read_chunk().await.expect("the last chunk") {
                    body.extend(chunk);
                }
            }
            (None, None) => assert!(matches!(head.status, 100 | 204), "a body without a length: {head:?}"),
            both => panic!("{both:?}"),
        }
        let response = Response { status: head.status, headers: head.headers, body };
        response.assert_no_internal_details();
        response
    }

    /// Reads the next chunk. Returns `None` for the last chunk, and an error if the connection is closed before it.
    async fn read_chunk(&mut self) -> Result<Option<Vec<u8>>, ()> {
        let line = self.read_line().await.ok_or(())?;
        let length =
            usize::from_str_radix(&line, 16).unwrap_or_else(|_| panic!("invalid chunk length: {line}"));
        let chunk = self.read_exact(length).await;
        assert_eq!(self.read_exact(2).await, b"\r\n");
        Ok((length > 0).then_some(chunk))
    }

    /// Reads the next event. Returns `None` at the end of the stream. Comments are counted.
    pub(crate) async fn event(&mut self) -> Option<Event> {
        self.try_event().await.expect("the stream must end before its connection does")
    }

    /// Reads the next event as [`Client::event`] does. Returns an error if the connection is closed before the stream
    /// has ended.
    pub(crate) async fn try_event(&mut self) -> Result<Option<Event>, ()> {
        loop {
            if let Some(block) = take_block(&mut self.events) {
                match parse_block(&block) {
                    Some(event) => return Ok(Some(event)),
                    None => self.comments += 1,
                }
                continue;
            }
            let chunk = self.read_chunk().await;
            if !matches!(chunk, Ok(Some(_))) {
                let rest = String::from_utf8_lossy(&self.events).into_owned();
                assert!(rest.is_empty(), "truncated event: {rest}");
            }
            match chunk? {
                Some(chunk) => self.events.extend(chunk),
                None => return Ok(None),
            }
        }
    }

    /// Reads the next event, and returns its message.
    pub(crate) async fn message(&mut self) -> Value {
        self.event().await.expect("another event, not the end of the stream").message()
    }

    /// Reads the priming event of a stream, after which the client can resume it.
    pub(crate) async fn priming_event(&mut self) -> Event {
        let event = self.event().await.expect("an event");
        assert_eq!(
            (event.data.as_str(), event.retry.is_some(), event.id.is_some()),
            ("", true, true),
            "{event:?}"
        );
        event
    }

    /// Reads all events until the stream ends.
    pub(crate) async fn remaining_events(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.event().await {
            events.push(event);
        }
        events
    }

    /// Reads until a comment is received.
    pub(crate) async fn wait_for_comment(&mut self) {
        while !self.events.windows(3).any(|bytes| bytes == b":\n\n") {
            let chunk = self.read_chunk().await.unwrap().expect("a comment, not the end of the stream");
            self.events.extend(chunk);
        }
    }

    /// Asserts that the server closes the connection without more bytes.
    pub(crate) async fn expect_closed(&mut self) {
        while self.read_more().await {}
        assert!(self.bytes.is_empty(), "more bytes were received: {}", String::from_utf8_lossy(&self.bytes));
    }

    /// Waits until the connection is readable, and reads nothing.
    pub(crate) async fn wait_readable(&mut self) {
        with_timeout("readable bytes", self.stream.readable()).await.unwrap();
    }

    /// Reads until the connection is closed. Returns the number of bytes that were received.
    pub(crate) async fn drain(&mut self) -> usize {
        let mut count = self.bytes.len();
        while self.read_more().await {
            count += std::mem::take(&mut self.bytes).len();
        }
        count
    }

    /// Asserts that the connection stays open, and that no bytes are received for `QUIET_PERIOD`.
    pub(crate) async fn expect_silence(&mut self) {
        let more = tokio::time::timeout(crate::support::QUIET_PERIOD, self.read_more()).await;
        assert!(more.is_err(), "closed, or sent {}", String::from_utf8_lossy(&self.bytes));
    }

    /// Shuts down the sending half of the connection.
    pub(crate) async fn finish_sending(&mut self) {
        self.stream.shutdown().await.unwrap();
    }
}

fn take_block(events: &mut Vec<u8>) -> Option<String> {
    let end = events.windows(2).position(|pair| pair == b"\n\n")?;
    let block = events.drain(..end + 2).collect();
    Some(String::from_utf8(block).unwrap())
}

/// Parses an event, or returns `None` for a comment. Accepts only the forms that this server writes.
fn parse_block(block: &str) -> Option<Event> {
    if block == ":\n\n" {
        return None;
    }
    let (mut event, mut has_data) = (Event::default(), false);
    for line in block.trim_end_matches('\n').split('\n') {
        match line.split_once(": ").unwrap_or_else(|| panic!("invalid field: {line:?} in {block:?}")) {
            ("id", id) => assert!(event.id.replace(id.to_owned()).is_none(), "{block}"),
            ("retry", time) => assert!(event.retry.replace(time.parse().unwrap()).is_none(), "{block}"),
            // The first event of HTTP+SSE.
            ("event", "endpoint") => {}
            ("data", data) => {
                assert!(!std::mem::replace(&mut has_data, true), "an event with two messages: {block}");
                data.clone_into(&mut event.data);
            }
            _ => panic!("unknown field: {line:?}"),
        }
    }
    assert!(has_data, "an event without data: {block:?}");
    Some(event)
}

impl Event {
    pub(crate) fn message(&self) -> Value {
        let message: Value = serde_json::from_str(&self.data).unwrap_or_else(|_| panic!("{self:?}"));
        assert_eq!(message["jsonrpc"], "2.0", "{self:?}");
        message
    }

    /// Returns the id. Panics if the event has none.
    pub(crate) fn id(&self) -> &str {
        self.id.as_deref().unwrap_or_else(|| panic!("an event without an id: {self:?}"))
    }

    /// Returns `true` if the message reports this progress.
    pub(crate) fn is_progress(&self, progress: f64) -> bool {
        let message = self.message();
        message["method"] == "notifications/progress"
            && message["params"]["progress"].as_f64() == Some(progress)
    }
}

impl Head {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// Asserts that it is an event stream that proxies must not buffer or cache.
    pub(crate) fn assert_event_stream(&self) {
        assert_eq!(self.header("content-type"), Some("text/event-stream"));
        assert_eq!(self.header("x-accel-buffering"), Some("no"));
        assert!(self.header("cache-control").is_some_and(|value| value.contains("no-cache")));
    }
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    pub(crate) fn is_event_stream(&self) -> bool {
        self.header("content-type") == Some("text/event-stream")
    }

    /// The message of a JSON response.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/json"), "{self:?}");
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The code of the JSON-RPC error, if there is one.
    pub(crate) fn code(&self) -> Option<i64> {
        if self.header("content-type") != Some("application/json") {
            return None;
        }
        let message = self.json();
        assert!(message.get("error").is_none() || message.get("id").is_none_or(|id| !id.is_null()));
        message["error"]["code"].as_i64()
    }

    /// The events of an event stream.
    pub(crate) fn events(&self) -> Vec<Event> {
        assert!(self.is_event_stream(), "{self:?}");
        let mut bytes = self.body.clone();
        let mut events = Vec::new();
        while let Some(block) = take_block(&mut bytes) {
            events.extend(parse_block(&block));
        }
        assert!(bytes.is_empty(), "truncated event: {self:?}");
        events
    }

    /// The messages of a JSON response or of an event stream.
    pub(crate) fn messages(&self) -> Vec<Value> {
        if !self.is_event_stream() {
            return vec![self.json()];
        }
        self.events().iter().filter(|event| !event.data.is_empty()).map(Event::message).collect()
    }

    /// The text of the tool result.
    pub(crate) fn text(&self) -> String {
        let last = self.messages().pop().unwrap_or_default();
        let text = last["result"]["content"][0]["text"].as_str();
        text.unwrap_or_else(|| panic!("no text: {self:?}")).to_owned()
    }

    /// Asserts that an error reveals nothing of the implementation of the server.
    fn assert_no_internal_details(&self) {
        if self.code().is_some() {
            let text = String::from_utf8_lossy(&self.body);
            for secret in
                ["src/", ".rs", "panicked", "at the disco", "/etc", "struct ", "std::", "mcpwright_", "/work"]
            {
                assert!(!text.contains(secret), "{secret} in {text}");
            }
        }
    }
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(present, _)| present == name).map(|(_, value)| value.as_str())
}
