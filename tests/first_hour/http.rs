//! Servers over HTTP, and requests to them.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use mcpwright::http::Http;
use serde_json::Value;

/// The time within which a response must arrive.
const TIMEOUT: Duration = Duration::from_secs(15);

/// A server on a free port of this machine. It ends with this value.
pub(crate) struct Endpoint {
    pub(crate) address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

/// A response.
pub(crate) struct Response {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Endpoint {
    pub(crate) fn start(http: Http) -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime can be built");
        let listening = runtime.block_on(http.listen("127.0.0.1:0")).expect("there is a free port");
        let address = listening.local_addr();
        runtime.spawn(listening.run());
        Self { address, _runtime: runtime }
    }

    /// Posts a message to the endpoint.
    pub(crate) fn post(&self, headers: &[(&str, &str)], body: &Value) -> Response {
        let kind = [("Content-Type", "application/json")];
        let headers: Vec<_> = kind.iter().chain(headers).copied().collect();
        send(self.address, "POST", &headers, &body.to_string())
    }
}

/// Sends a request to `/mcp`, and returns the response. The header `Host` is the address unless it is among the headers.
pub(crate) fn send(address: SocketAddr, method: &str, headers: &[(&str, &str)], body: &str) -> Response {
    let mut stream = open(address, method, headers, body);
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("the server responds");
    let (head, body) = text.split_once("\r\n\r\n").expect("a response has a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Response { status, head: head.to_owned(), body: body.to_owned() }
}

/// Sends a request, and returns the connection.
pub(crate) fn open(address: SocketAddr, method: &str, headers: &[(&str, &str)], body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(TIMEOUT)).expect("a timeout can be set");
    let host = address.to_string();
    let has_host = headers.iter().any(|(name, _)| *name == "Host");
    let host = [("Host", &*host)].into_iter().filter(|_| !has_host);
    let headers: String =
        headers.iter().copied().chain(host).map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let request = format!(
        "{method} /mcp HTTP/1.1\r\n{headers}Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).expect("the server reads");
    stream
}

impl Response {
    /// Returns the value of a header, whose name is in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.split_once(": ").filter(|(known, _)| *known == name))
            .map(|(_, value)| value)
    }

    /// Returns the message in the body.
    pub(crate) fn message(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|_| panic!("not a message: {}\n\n{}", self.head, self.body))
    }
}
