//! A proxy in front of `limit-http` that changes responses.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Child, Command};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

const LIMIT: &str = env!("CARGO_BIN_EXE_limit-http");

/// A response of `limit-http`.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) session: Option<String>,
    pub(crate) media: &'static str,
    pub(crate) body: String,
}

impl Reply {
    /// Returns the head without its last line and without the content length.
    pub(crate) fn head(&self) -> String {
        let session = self.session.iter().map(|session| format!("Mcp-Session-Id: {session}\r\n"));
        let session: String = session.collect();
        format!("HTTP/1.1 {} Whatever\r\nContent-Type: {}\r\n{session}", self.status, self.media)
    }

    /// Returns the response as bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        format!("{}Content-Length: {}\r\n\r\n{}", self.head(), self.body.len(), self.body).into_bytes()
    }

    /// Returns `true` for the response to the request with this number.
    pub(crate) fn is_response_to(&self, number: u32) -> bool {
        self.body.contains(&format!("\"id\":{number},"))
    }
}

/// A change of a response. `None` closes the connection.
pub(crate) type Edit = dyn Fn(Reply) -> Option<Vec<u8>> + Send + Sync;

/// A proxy in front of a `limit-http` process, which is killed on drop.
pub(crate) struct Proxy {
    limit: Child,
    pub(crate) url: String,
}

impl Proxy {
    pub(crate) fn start(edit: Arc<Edit>) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let limit = Command::new(LIMIT).args(["--http", &port.to_string()]).spawn().unwrap();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            thread::sleep(Duration::from_millis(1));
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/mcp", listener.local_addr().unwrap());
        // The thread runs until the tests end.
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, edit) = (client.unwrap(), Arc::clone(&edit));
                let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
                // Errors mean that a side closed the connection.
                thread::spawn(move || drop(forward(&client, &server, &*edit)));
            }
        });
        Self { limit, url }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.limit.kill().unwrap();
        self.limit.wait().unwrap();
    }
}

/// Forwards requests unchanged and responses changed, until either side closes the connection.
fn forward(client: &TcpStream, server: &TcpStream, edit: &Edit) -> io::Result<()> {
    client.set_nodelay(true)?;
    thread::scope(|scope| {
        scope.spawn(|| {
            let _ = io::copy(&mut &*client, &mut &*server);
            let _ = server.shutdown(Shutdown::Write);
        });
        let mut responses = BufReader::new(server);
        while let Some(reply) = read(&mut responses).ok().flatten() {
            let Some(bytes) = edit(reply) else { break };
            if (&*client).write_all(&bytes).is_err() {
                break;
            }
        }
        client.shutdown(Shutdown::Both)
    })
}

/// Reads the next response, which must have a content length.
fn read(responses: &mut impl BufRead) -> io::Result<Option<Reply>> {
    let mut reply = Reply { status: 0, session: None, media: "application/json", body: String::new() };
    let mut length = 0;
    loop {
        let mut line = String::new();
        if responses.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end();
        if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
            reply.status = rest[..3].parse().unwrap();
        } else if let Some(session) = line.strip_prefix("mcp-session-id: ") {
            reply.session = Some(session.to_owned());
        } else if let Some(number) = line.strip_prefix("content-length: ") {
            length = number.parse().unwrap();
        } else if line.is_empty() {
            break;
        }
    }
    responses.take(length).read_to_string(&mut reply.body)?;
    Ok(Some(reply))
}
