//! Where a server is reached, and what a request to it looks like.

use std::net::{TcpListener, TcpStream};
use std::{io, iter};

use crate::Result;
use crate::request::{Era, Message};

/// The address of a server.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    authority: String,
    path: String,
}

impl Endpoint {
    /// Reads an address of the form `http://127.0.0.1:8000/mcp`.
    pub(crate) fn of_url(url: &str) -> Result<Self> {
        let address = url.strip_prefix("http://").and_then(|rest| rest.split_once('/'));
        match address {
            Some((authority, path)) if authority.contains(':') => {
                Ok(Self { authority: authority.to_owned(), path: format!("/{path}") })
            }
            _ => Err(format!("`{url}` is not of the form http://HOST:PORT/PATH").into()),
        }
    }

    /// A port of this machine that is free now.
    pub(crate) fn free() -> Result<(Self, u16)> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        Ok((Self { authority: address.to_string(), path: "/mcp".to_owned() }, address.port()))
    }

    pub(crate) fn connect(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(&*self.authority)?;
        // Where nobody listens yet, a connection may by chance be given its own end as the other one.
        if stream.local_addr()? == stream.peer_addr()? {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        Ok(stream)
    }

    /// The head of a request that is followed by a body of this length.
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

    /// A whole request.
    pub(crate) fn post(&self, headers: &[Header], body: &[u8]) -> Vec<u8> {
        [&*self.head(headers, body.len()), body].concat()
    }
}

/// The name and the value of a header.
pub(crate) type Header = (&'static str, String);

/// The headers that a message has in its era, beside those of any request.
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
