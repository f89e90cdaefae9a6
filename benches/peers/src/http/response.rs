//! A parser of HTTP/1.1 responses with a content length or chunks.

use std::borrow::Cow;
use std::io::{self, Read};

use httparse::Status;

/// The buffer and parser of one response.
pub(crate) struct Reader {
    buffer: Vec<u8>,
    filled: usize,
    head: Option<Head>,
    chunks: Chunks,
}

/// A complete response.
#[derive(Debug, PartialEq)]
pub(crate) struct Response<'a> {
    pub(crate) status: u16,
    /// The session id.
    pub(crate) session: Option<&'a str>,
    pub(crate) body: &'a [u8],
    media: Media,
}

/// The type of a body.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Media {
    Json,
    Events,
    Other,
}

impl Reader {
    pub(crate) fn new() -> Self {
        Self { buffer: vec![0; 16 * 1024], filled: 0, head: None, chunks: Chunks::default() }
    }

    /// Reads once, and returns the number of bytes, which is 0 at the end of the stream.
    pub(crate) fn fill(&mut self, stream: &mut impl Read) -> io::Result<usize> {
        if self.filled == self.buffer.len() {
            self.buffer.resize(2 * self.filled, 0);
        }
        loop {
            match stream.read(&mut self.buffer[self.filled..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(count) => {
                    self.filled += count;
                    return Ok(count);
                }
            }
        }
    }

    /// Parses the received bytes. Returns `true` if the response is complete.
    pub(crate) fn is_complete(&mut self) -> Result<bool, String> {
        let received = &self.buffer[..self.filled];
        if self.head.is_none() {
            self.head = Head::parse(received)?;
        }
        let Some(head) = &self.head else { return Ok(false) };
        let end = match head.framing {
            Framing::Length(length) => head.length.checked_add(length).ok_or("the body is too long")?,
            Framing::Chunked => match self.chunks.decode(&received[head.length..])? {
                Some(length) => head.length + length,
                None => return Ok(false),
            },
        };
        if self.filled > end {
            return Err("the server sent unexpected data after the response".to_owned());
        }
        Ok(self.filled == end)
    }

    /// Returns the response. It must be complete.
    pub(crate) fn response(&self) -> Option<Response<'_>> {
        let head = self.head.as_ref()?;
        let body = match head.framing {
            Framing::Length(length) => &self.buffer[head.length..][..length],
            Framing::Chunked => &self.chunks.body,
        };
        Some(Response { status: head.status, session: head.session.as_deref(), media: head.media, body })
    }

    /// Clears the buffer for the next response.
    pub(crate) fn clear(&mut self) {
        self.filled = 0;
        self.head = None;
        self.chunks.clear();
    }
}

impl<'a> Response<'a> {
    /// Returns the messages of the body: one message, or those of all events.
    pub(crate) fn messages(&self) -> Result<Messages<'a>, String> {
        match self.media {
            Media::Json | Media::Events => Ok(Messages { media: self.media, rest: self.body }),
            Media::Other => Err(format!(
                "the content type is neither JSON nor an event stream; the status is {}",
                self.status
            )),
        }
    }
}

struct Head {
    length: usize,
    status: u16,
    framing: Framing,
    media: Media,
    session: Option<String>,
}

#[derive(Clone, Copy)]
enum Framing {
    Length(usize),
    Chunked,
}

impl Head {
    /// Parses the head, if it is complete.
    fn parse(bytes: &[u8]) -> Result<Option<Self>, String> {
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut response = httparse::Response::new(&mut headers);
        let parsed = response.parse(bytes).map_err(|error| format!("not an HTTP response: {error}"))?;
        let Status::Complete(length) = parsed else { return Ok(None) };
        let status = response.code.unwrap_or_default();
        let (mut content_length, mut chunked, mut media, mut session) = (None, false, Media::Other, None);
        for header in response.headers {
            let value = header.value.trim_ascii();
            if header.name.eq_ignore_ascii_case("content-length") {
                let number = str::from_utf8(value).ok().and_then(|value| value.parse().ok());
                content_length = Some(number.ok_or("the content length is not a number")?);
            } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
                chunked = value.eq_ignore_ascii_case(b"chunked");
            } else if header.name.eq_ignore_ascii_case("content-type") {
                media = Media::parse(value);
            } else if header.name.eq_ignore_ascii_case("mcp-session-id") {
                session = Some(String::from_utf8_lossy(value).into_owned());
            }
        }
        let framing = match (content_length, chunked) {
            (Some(length), false) => Framing::Length(length),
            (None, true) => Framing::Chunked,
            (None, false) if status == 204 => Framing::Length(0),
            _ => return Err("the response must have either a content length or chunks".to_owned()),
        };
        Ok(Some(Self { length, status, framing, media, session }))
    }
}

impl Media {
    fn parse(value: &[u8]) -> Self {
        let essence = value.split(|&byte| byte == b';').next().unwrap_or_default().trim_ascii();
        match essence {
            _ if essence.eq_ignore_ascii_case(b"application/json") => Self::Json,
            _ if essence.eq_ignore_ascii_case(b"text/event-stream") => Self::Events,
            _ => Self::Other,
        }
    }
}

/// A decoder of chunks.
#[derive(Default)]
struct Chunks {
    body: Vec<u8>,
    /// Start of the next chunk.
    position: usize,
    has_ended: bool,
}

impl Chunks {
    /// Decodes the complete chunks. Returns the end of the last chunk, if it is complete.
    fn decode(&mut self, bytes: &[u8]) -> Result<Option<usize>, String> {
        while !self.has_ended {
            let parsed = httparse::parse_chunk_size(&bytes[self.position..]);
            let Status::Complete((line, size)) = parsed.map_err(|_| "the size of a chunk is not a number")?
            else {
                return Ok(None);
            };
            let size = usize::try_from(size).map_err(|error| error.to_string())?;
            let start = self.position + line;
            let end = start.checked_add(size).ok_or("a chunk is too long")?;
            match bytes.get(end..end.saturating_add(2)) {
                None => return Ok(None),
                Some(b"\r\n") => self.body.extend_from_slice(&bytes[start..end]),
                Some(_) => return Err("a chunk does not have its declared size, or has a trailer".to_owned()),
            }
            self.position = end + 2;
            self.has_ended = size == 0;
        }
        Ok(Some(self.position))
    }

    fn clear(&mut self) {
        self.body.clear();
        self.position = 0;
        self.has_ended = false;
    }
}

/// An iterator over the messages of a body.
pub(crate) struct Messages<'a> {
    media: Media,
    rest: &'a [u8],
}

impl<'a> Iterator for Messages<'a> {
    type Item = Cow<'a, [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.media {
            Media::Events => self.next_event(),
            _ if self.rest.is_empty() => None,
            _ => Some(Cow::Borrowed(std::mem::take(&mut self.rest))),
        }
    }
}

impl<'a> Messages<'a> {
    /// Returns the data of the next event with data. An event must end with an empty line.
    fn next_event(&mut self) -> Option<Cow<'a, [u8]>> {
        let mut data: Option<Cow<'a, [u8]>> = None;
        while let Some(end) = memchr::memchr(b'\n', self.rest) {
            let line = &self.rest[..end];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            self.rest = &self.rest[end + 1..];
            if line.is_empty() {
                match data.take() {
                    Some(data) if !data.is_empty() => return Some(data),
                    _ => continue,
                }
            }
            let Some(value) = line.strip_prefix(b"data:") else { continue };
            let value = value.strip_prefix(b" ").unwrap_or(value);
            match &mut data {
                None => data = Some(Cow::Borrowed(value)),
                Some(data) => {
                    data.to_mut().push(b'\n');
                    data.to_mut().extend_from_slice(value);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads `text` in pieces of `size` bytes, and returns the messages.
    fn read(text: &str, size: usize) -> Result<Vec<String>, String> {
        let mut reader = Reader::new();
        for piece in text.as_bytes().chunks(size) {
            assert!(!reader.is_complete()?, "the response is complete too early");
            let mut piece = piece;
            while !piece.is_empty() {
                reader.fill(&mut piece).unwrap();
            }
        }
        if !reader.is_complete()? {
            return Err("incomplete".to_owned());
        }
        let response = reader.response().unwrap();
        Ok(response.messages()?.map(|message| String::from_utf8_lossy(&message).into_owned()).collect())
    }

    fn check(text: &str, messages: &[&str]) {
        for size in [1, 7, usize::MAX] {
            assert_eq!(
                read(text, size).as_deref(),
                Ok(&*messages.iter().map(|&text| text.to_owned()).collect::<Vec<_>>())
            );
        }
    }

    fn check_fails(text: &str, message: &str) {
        for size in [1, 7, usize::MAX] {
            let error = read(text, size).expect_err(text);
            assert!(error.contains(message), "{text}: {error}");
        }
    }

    const JSON: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n";
    const EVENTS: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n";

    #[test]
    fn bodies_have_a_length_or_chunks() {
        check(&format!("{JSON}content-length: 2\r\n\r\n{{}}"), &["{}"]);
        check(
            &format!("{JSON}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n1;a=b\r\n}}\r\n0\r\n\r\n"),
            &["{}"],
        );
        check(&format!("{JSON}content-length: 0\r\n\r\n"), &[]);
        check_fails(&format!("{JSON}\r\n"), "either a content length or chunks");
        check_fails(&format!("{JSON}content-length: two\r\n\r\n{{}}"), "not a number");
        check_fails(&format!("{JSON}content-length: 3\r\n\r\n{{}}"), "incomplete");
        check_fails(
            &format!("{JSON}transfer-encoding: chunked\r\n\r\n1\r\n{{}}\r\n0\r\n\r\n"),
            "declared size",
        );
        check_fails(&format!("{JSON}transfer-encoding: chunked\r\n\r\n2\r\n{{}}\r\n"), "incomplete");
        check_fails(&format!("{JSON}transfer-encoding: chunked\r\n\r\nx\r\n"), "not a number");
        check_fails("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", "neither JSON nor an event stream");
    }

    #[test]
    fn data_after_the_response_is_an_error() {
        for framed_body in
            ["content-length: 2\r\n\r\n{}", "transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"]
        {
            let error = read(&format!("{JSON}{framed_body}x"), usize::MAX).unwrap_err();
            assert!(error.contains("unexpected data"), "{error}");
        }
    }

    #[test]
    fn events_contain_messages() {
        let check_events = |body: &str, messages: &[&str]| {
            check(&format!("{EVENTS}content-length: {}\r\n\r\n{body}", body.len()), messages);
        };
        check_events("data: {}\n\n", &["{}"]);
        check_events("event: message\r\nid: 1/7\r\ndata:{}\r\n\r\n", &["{}"]);
        check_events("id: 0\nretry: 3000\ndata:\n\n: a comment\n\ndata: 1\n\ndata: 2\n\n", &["1", "2"]);
        check_events("data: {\ndata: }\n\n", &["{\n}"]);
        check_events("data: {}\n", &[]);
    }
}
