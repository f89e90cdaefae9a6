//! A client of HTTP/1.1: one request on one connection, whose response is read on a thread of its own.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::mpsc::Sender;

use serde_json::Value;

/// A request that has been sent.
pub(super) struct Request(TcpStream);

/// A part of a response.
#[derive(Debug)]
pub(super) enum Part {
    Head {
        status: u16,
        headers: Vec<(String, String)>,
    },
    /// A JSON body, or the data of an event.
    Message(Value),
    End,
    /// The bytes are not an HTTP response, or its content type was not accepted.
    Broken(String),
}

impl Request {
    /// Sends a request, and passes on the parts of its response with this number.
    pub(super) fn send(
        address: SocketAddr,
        head: &str,
        body: &str,
        number: usize,
        parts: Sender<(usize, Part)>,
    ) -> io::Result<Self> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.write_all(format!("{head}\r\n{body}").as_bytes())?;
        let reader = BufReader::new(stream.try_clone()?);
        std::thread::spawn(move || {
            let send = |part| drop(parts.send((number, part)));
            match (Reading { reader, send: &send }).read() {
                Ok(()) => send(Part::End),
                Err(error) => send(Part::Broken(error.to_string())),
            }
        });
        Ok(Self(stream))
    }

    /// Closes the connection before the end of the response.
    pub(super) fn abort(&self) {
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

struct Reading<'a> {
    reader: BufReader<TcpStream>,
    send: &'a dyn Fn(Part),
}

impl Reading<'_> {
    fn read(&mut self) -> io::Result<()> {
        let line = self.line()?;
        let status = line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        let status = status.ok_or_else(|| broken(format!("not a status line: {line}")))?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) =
                line.split_once(": ").ok_or_else(|| broken(format!("not a header: {line}")))?;
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let find =
            |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let (kind, length) = (find("content-type"), find("content-length"));
        (self.send)(Part::Head { status, headers });
        match kind.as_deref() {
            Some("text/event-stream") => self.events(),
            kind => {
                let body = match length {
                    Some(length) => self.exactly(length.parse().map_err(broken)?)?,
                    None => Vec::new(),
                };
                match kind {
                    _ if body.is_empty() => Ok(()),
                    Some("application/json") => self.message(&String::from_utf8(body).map_err(broken)?),
                    _ => Err(broken(format!("a body of type {kind:?}"))),
                }
            }
        }
    }

    fn message(&self, text: &str) -> io::Result<()> {
        let message = serde_json::from_str(text).map_err(|error| broken(format!("{error} in {text}")))?;
        (self.send)(Part::Message(message));
        Ok(())
    }

    /// Reads events until the stream ends. Comments, ids and events without data carry no message.
    fn events(&mut self) -> io::Result<()> {
        let (mut bytes, mut read) = (Vec::new(), 0);
        loop {
            let length = usize::from_str_radix(&self.line()?, 16).map_err(broken)?;
            let chunk = self.exactly(length)?;
            if !self.line()?.is_empty() {
                return Err(broken("a chunk is longer than it says"));
            }
            if length == 0 {
                return if read == bytes.len() {
                    Ok(())
                } else {
                    Err(broken("the stream ends within an event"))
                };
            }
            bytes.extend(chunk);
            while let Some(end) = bytes[read..].windows(2).position(|pair| pair == b"\n\n") {
                let event = str::from_utf8(&bytes[read..read + end]).map_err(broken)?;
                let data: Vec<_> = event.split('\n').filter_map(|line| line.strip_prefix("data: ")).collect();
                if data.iter().any(|data| !data.is_empty()) {
                    self.message(&data.join("\n"))?;
                }
                read += end + 2;
            }
        }
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.reader.read_line(&mut line)?;
        let line = line.strip_suffix("\r\n").ok_or_else(|| broken("the connection was closed"))?;
        Ok(line.to_owned())
    }

    fn exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.reader.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

fn broken(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
