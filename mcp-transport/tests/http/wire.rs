//! A client that sends exactly the bytes it is given, and reads answers strictly.

use std::io;
use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::requests::Request;
use crate::support::within;

/// A connection, and what has been read of it.
pub(crate) struct Client {
    stream: TcpStream,
    bytes: Vec<u8>,
    /// What came in pieces, put together.
    events: Vec<u8>,
    /// How many comments were among the events.
    pub(crate) comments: usize,
}

/// How an answer begins.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
}

/// An answer that has been read to its end.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// An event of a stream.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Event {
    pub(crate) id: Option<String>,
    pub(crate) retry: Option<u64>,
    pub(crate) data: String,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = within("a connection", TcpStream::connect(address)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, bytes: Vec::new(), events: Vec::new(), comments: 0 }
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        within("somebody who reads", self.stream.write_all(bytes.as_ref())).await.unwrap();
    }

    /// Sends what the server takes: it may have closed the connection before the end.
    pub(crate) async fn send_if_taken(&mut self, bytes: impl AsRef<[u8]>) {
        let mut bytes = bytes.as_ref();
        while !bytes.is_empty() {
            tokio::select! {
                biased;
                written = self.stream.write(bytes) => match written {
                    Ok(length) => bytes = &bytes[length..],
                    Err(_) => return,
                },
                () = tokio::time::sleep(crate::support::PATIENCE) => panic!("nobody reads, and nobody says so"),
            }
        }
    }

    pub(crate) async fn ask(&mut self, request: &Request) -> Answer {
        self.send_if_taken(request.bytes()).await;
        self.answer().await
    }

    /// Sends a request whose answer is a stream of events.
    pub(crate) async fn open(&mut self, request: &Request) -> Head {
        self.send(request.bytes()).await;
        let head = self.head().await;
        assert_eq!(head.status, 200, "{head:?} {}", String::from_utf8_lossy(&self.bytes));
        head.assert_events();
        head
    }

    /// Reads more; says whether there was more.
    async fn fill(&mut self) -> bool {
        let mut buffer = [0; 16 << 10];
        match within("more of an answer", self.stream.read(&mut buffer)).await {
            Ok(0) => false,
            Ok(length) => {
                self.bytes.extend_from_slice(&buffer[..length]);
                true
            }
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => false,
            Err(error) => panic!("{error}"),
        }
    }

    /// Reads a line of a head, without its end.
    async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.bytes.windows(2).position(|pair| pair == b"\r\n") {
                let line = String::from_utf8(self.bytes.drain(..end + 2).collect()).unwrap();
                assert!(!line[..end].contains(['\r', '\n']), "{line:?}");
                return Some(line[..end].to_owned());
            }
            if !self.fill().await {
                assert!(self.bytes.is_empty(), "cut off: {}", String::from_utf8_lossy(&self.bytes));
                return None;
            }
        }
    }

    async fn exactly(&mut self, length: usize) -> Vec<u8> {
        while self.bytes.len() < length {
            assert!(self.fill().await, "cut off after {} of {length} bytes", self.bytes.len());
        }
        self.bytes.drain(..length).collect()
    }

    pub(crate) async fn head(&mut self) -> Head {
        let line = self.line().await.expect("an answer, and not the end");
        let mut parts = line.splitn(3, ' ');
        assert_eq!(parts.next(), Some("HTTP/1.1"), "{line}");
        let status = parts.next().unwrap().parse().unwrap();
        let mut headers = Vec::new();
        loop {
            let line = self.line().await.expect("a whole head");
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("no header: {line}"));
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

    /// Reads an answer to its end; one that has none within reason is read with [`Client::event`].
    pub(crate) async fn answer(&mut self) -> Answer {
        let head = self.head().await;
        let mut body = Vec::new();
        match (head.header("content-length"), head.header("transfer-encoding")) {
            (Some(length), None) => body = self.exactly(length.parse().unwrap()).await,
            (None, Some("chunked")) => {
                while let Some(chunk) = self.chunk().await.expect("the end of the pieces") {
                    body.extend(chunk);
                }
            }
            (None, None) => assert!(matches!(head.status, 100 | 204), "how long? {head:?}"),
            both => panic!("{both:?}"),
        }
        let answer = Answer { status: head.status, headers: head.headers, body };
        answer.assert_says_nothing_of_us();
        answer
    }

    /// The next piece, or nothing after the last one; an error if the connection was closed before that.
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, ()> {
        let line = self.line().await.ok_or(())?;
        let length = usize::from_str_radix(&line, 16).unwrap_or_else(|_| panic!("no length: {line}"));
        let chunk = self.exactly(length).await;
        assert_eq!(self.exactly(2).await, b"\r\n");
        Ok((length > 0).then_some(chunk))
    }

    /// The next event; nothing once the stream has ended. Comments are counted.
    pub(crate) async fn event(&mut self) -> Option<Event> {
        self.event_or_cut().await.expect("the stream ends before its connection does")
    }

    /// The same, and an error where the connection was closed before the stream has ended.
    pub(crate) async fn event_or_cut(&mut self) -> Result<Option<Event>, ()> {
        loop {
            if let Some(block) = take_block(&mut self.events) {
                match parse_block(&block) {
                    Some(event) => return Ok(Some(event)),
                    None => self.comments += 1,
                }
                continue;
            }
            let chunk = self.chunk().await;
            if !matches!(chunk, Ok(Some(_))) {
                let rest = String::from_utf8_lossy(&self.events).into_owned();
                assert!(rest.is_empty(), "half an event: {rest}");
            }
            match chunk? {
                Some(chunk) => self.events.extend(chunk),
                None => return Ok(None),
            }
        }
    }

    /// The message of the next event.
    pub(crate) async fn message(&mut self) -> Value {
        self.event().await.expect("another event, and not the end").message()
    }

    /// All events until the stream ends.
    pub(crate) async fn rest(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.event().await {
            events.push(event);
        }
        events
    }

    /// Waits until a comment has come.
    pub(crate) async fn comment(&mut self) {
        while !self.events.windows(3).any(|bytes| bytes == b":\n\n") {
            let chunk = self.chunk().await.unwrap().expect("a comment, and not the end");
            self.events.extend(chunk);
        }
    }

    /// Nothing more comes, and the connection is closed.
    pub(crate) async fn expect_closed(&mut self) {
        while self.fill().await {}
        assert!(self.bytes.is_empty(), "more came: {}", String::from_utf8_lossy(&self.bytes));
    }

    /// Waits until something could be read, and reads nothing of it.
    pub(crate) async fn sees_something(&mut self) {
        within("something to read", self.stream.readable()).await.unwrap();
    }

    /// Reads whatever comes until the connection is closed; says how much that was.
    pub(crate) async fn drain(&mut self) -> usize {
        let mut count = self.bytes.len();
        while self.fill().await {
            count += std::mem::take(&mut self.bytes).len();
        }
        count
    }

    /// Nothing comes for a while, and the connection stays open.
    pub(crate) async fn expect_silence(&mut self) {
        let more = tokio::time::timeout(crate::support::A_WHILE, self.fill()).await;
        assert!(more.is_err(), "closed, or said {}", String::from_utf8_lossy(&self.bytes));
    }

    /// Closes the way there, and reads on.
    pub(crate) async fn finish_sending(&mut self) {
        self.stream.shutdown().await.unwrap();
    }
}

fn take_block(events: &mut Vec<u8>) -> Option<String> {
    let end = events.windows(2).position(|pair| pair == b"\n\n")?;
    let block = events.drain(..end + 2).collect();
    Some(String::from_utf8(block).unwrap())
}

/// The event of a block, or nothing for a comment. Other forms are allowed, and are none of ours.
fn parse_block(block: &str) -> Option<Event> {
    if block == ":\n\n" {
        return None;
    }
    let (mut event, mut has_data) = (Event::default(), false);
    for line in block.trim_end_matches('\n').split('\n') {
        match line.split_once(": ").unwrap_or_else(|| panic!("no field: {line:?} in {block:?}")) {
            ("id", id) => assert!(event.id.replace(id.to_owned()).is_none(), "{block}"),
            ("retry", time) => assert!(event.retry.replace(time.parse().unwrap()).is_none(), "{block}"),
            ("data", data) => {
                assert!(!std::mem::replace(&mut has_data, true), "two messages in one event: {block}");
                data.clone_into(&mut event.data);
            }
            _ => panic!("what field is {line:?}?"),
        }
    }
    assert!(has_data, "an event without data is none: {block:?}");
    Some(event)
}

impl Event {
    pub(crate) fn message(&self) -> Value {
        let message: Value = serde_json::from_str(&self.data).unwrap_or_else(|_| panic!("{self:?}"));
        assert_eq!(message["jsonrpc"], "2.0", "{self:?}");
        message
    }

    /// The id, which it has to have.
    pub(crate) fn id(&self) -> &str {
        self.id.as_deref().unwrap_or_else(|| panic!("without an id: {self:?}"))
    }
}

impl Head {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// It is a stream that nobody on the way collects or keeps.
    pub(crate) fn assert_events(&self) {
        assert_eq!(self.header("content-type"), Some("text/event-stream"));
        assert_eq!(self.header("x-accel-buffering"), Some("no"));
        assert!(self.header("cache-control").is_some_and(|value| value.contains("no-cache")));
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    pub(crate) fn is_events(&self) -> bool {
        self.header("content-type") == Some("text/event-stream")
    }

    /// The message of an answer that is one object.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/json"), "{self:?}");
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The code of the error, if there is an error in it.
    pub(crate) fn code(&self) -> Option<i64> {
        if self.header("content-type") != Some("application/json") {
            return None;
        }
        let message = self.json();
        assert!(message.get("error").is_none() || message.get("id").is_none_or(|id| !id.is_null()));
        message["error"]["code"].as_i64()
    }

    /// The events of an answer that was a stream.
    pub(crate) fn events(&self) -> Vec<Event> {
        assert!(self.is_events(), "{self:?}");
        let mut bytes = self.body.clone();
        let mut events = Vec::new();
        while let Some(block) = take_block(&mut bytes) {
            events.extend(parse_block(&block));
        }
        assert!(bytes.is_empty(), "half an event: {self:?}");
        events
    }

    /// The messages of an answer, in either form.
    pub(crate) fn messages(&self) -> Vec<Value> {
        if !self.is_events() {
            return vec![self.json()];
        }
        self.events().iter().filter(|event| !event.data.is_empty()).map(Event::message).collect()
    }

    /// The text that a tool returned.
    pub(crate) fn text(&self) -> String {
        let last = self.messages().pop().unwrap_or_default();
        let text = last["result"]["content"][0]["text"].as_str();
        text.unwrap_or_else(|| panic!("no text: {self:?}")).to_owned()
    }

    /// Nothing in an error tells of what the server is made of.
    fn assert_says_nothing_of_us(&self) {
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
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}
