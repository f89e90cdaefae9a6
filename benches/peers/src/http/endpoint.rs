//! The address of a server, and the heads of requests.

use std::net::{TcpListener, TcpStream};
use std::{io, iter};

use crate::error::Result;
use crate::workload::{Era, Message};

/// The address of a server.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    authority: String,
    path: String,
}

impl Endpoint {
    /// Parses a URL such as `http://127.0.0.1:8000/mcp`.
    pub(crate) fn parse(url: &str) -> Result<Self> {
        let address = url.strip_prefix("http://").and_then(|rest| rest.split_once('/'));
        match address {
            Some((authority, path)) if authority.contains(':') => {
                Ok(Self { authority: authority.to_owned(), path: format!("/{path}") })
            }
            _ => Err(format!("`{url}` must have the form http://HOST:PORT/PATH").into()),
        }
    }

    /// Returns an endpoint with a free loopback port.
    pub(crate) fn free() -> Result<(Self, u16)> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        Ok((Self { authority: address.to_string(), path: "/mcp".to_owned() }, address.port()))
    }

    pub(crate) fn connect(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(&*self.authority)?;
        // If no server listens, a connection may by chance be connected to itself.
        if stream.local_addr()? == stream.peer_addr()? {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        Ok(stream)
    }

    /// Returns the head of a request with a body of this length.
    pub(crate) fn head(&self, headers: &[Header], length: usize) -> Vec<u8> {
        let Self { authority, path } = self;
        let headers = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        let lines = [
            format!("POST {path} HTTP/1.1\r\nHost: {authority}\r\n"),
            "Accept: application/json, text/event-stream\r\n".to_owned(),
            format!("Content-Type: application/json\r\nContent-Length: {length}\r\n"),
        ];
        lines.into_iter().chain(headers).chain(iter::once("\r\n".to_owned())).collect::<String>().into_bytes()
    }

    /// Returns a request.
    pub(crate) fn post(&self, headers: &[Header], body: &[u8]) -> Vec<u8> {
        [&*self.head(headers, body.len()), body].concat()
    }
}

/// A header: name and value.
pub(crate) type Header = (&'static str, String);

/// Returns the headers of a message that depend on the era.
pub(crate) fn headers(era: Era, message: &Message, session: Option<&str>) -> Vec<Header> {
    let mut headers = Vec::new();
    match era {
        Era::Modern => {
            headers.push(("MCP-Protocol-Version", "2026-07-28".to_owned()));
            headers.push(("Mcp-Method", message.method.clone()));
            headers.extend(message.name.clone().map(|name| ("Mcp-Name", name)));
        }
        Era::Legacy if message.method == "initialize" => {}
        Era::Legacy => {
            headers.push(("MCP-Protocol-Version", "2025-11-25".to_owned()));
            headers.extend(session.map(|session| ("Mcp-Session-Id", session.to_owned())));
        }
    }
    headers
}
