//! Two replicas behind nginx with round-robin routing, while one of them is killed and restarted.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::examples::Example;

/// A running nginx in front of the replicas.
struct Proxy {
    process: Child,
    port: u16,
    folder: PathBuf,
}

impl Proxy {
    fn start(replicas: &[u16]) -> Self {
        let port = free_port();
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("proxy-{port}"));
        fs::create_dir_all(&folder).expect("the folder can be made");
        let at = folder.display();
        let upstream: String =
            replicas.iter().map(|port| format!("server 127.0.0.1:{port} fail_timeout=1s;\n")).collect();
        let settings = format!(
            "daemon off; worker_processes 1; pid {at}/pid; error_log {at}/error.log;\n\
             events {{}}\n\
             http {{\n\
             access_log off; client_body_temp_path {at}/body; proxy_temp_path {at}/proxy;\n\
             fastcgi_temp_path {at}/fastcgi; uwsgi_temp_path {at}/uwsgi; scgi_temp_path {at}/scgi;\n\
             upstream replicas {{\n{upstream}}}\n\
             server {{ listen 127.0.0.1:{port};\n\
             location / {{ proxy_pass http://replicas; proxy_http_version 1.1; proxy_set_header Host $http_host; }}\n\
             }} }}\n"
        );
        let file = folder.join("nginx.conf");
        fs::write(&file, settings).expect("the settings can be written");
        let mut command = Command::new("nginx");
        command.arg("-e").arg(folder.join("error.log")).arg("-c").arg(&file).stdin(Stdio::null());
        let process = command.spawn().expect("nginx starts");
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "nginx does not listen; see {at}/error.log");
            thread::sleep(Duration::from_millis(20));
        }
        Self { process, port, folder }
    }

    /// Sends a message and returns the head and the body of the response.
    fn post(&self, headers: &str, body: &str) -> std::io::Result<(String, String)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        write!(
            stream,
            "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n{headers}\r\n{body}",
            self.port,
            body.len()
        )?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        Ok((head.to_owned(), body.to_owned()))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // On SIGTERM, nginx stops its worker too; on SIGKILL it would not.
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A client of one era: the headers and metadata that it sends.
#[derive(Clone)]
struct Client {
    headers: String,
    meta: &'static str,
}

/// A call without a successful response, with the time in which it was in flight.
struct Failure {
    began: Instant,
    ended: Instant,
    reason: String,
}

impl Client {
    fn modern() -> Self {
        let headers = "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: which\r\n";
        let meta = r#", "_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}"#;
        Self { headers: headers.to_owned(), meta }
    }

    fn legacy(proxy: &Proxy) -> Self {
        let body = r#"{"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "legacy", "version": "1"}}}"#;
        let (head, _) = proxy.post("", body).expect("the proxy responds");
        let session =
            head.lines().find_map(|line| line.strip_prefix("mcp-session-id: ")).expect("a session opens");
        let headers = format!("Mcp-Session-Id: {session}\r\nMCP-Protocol-Version: 2025-11-25\r\n");
        Self { headers, meta: "" }
    }

    /// Sends one call after the other until `stop` is set. Returns the replicas that responded, the failures, and the number
    /// of calls.
    fn work(&self, proxy: &Proxy, stop: &AtomicBool) -> (BTreeSet<String>, Vec<Failure>, u64) {
        let (mut seen, mut failures, mut calls) = (BTreeSet::new(), Vec::new(), 0);
        while !stop.load(Ordering::Acquire) {
            calls += 1;
            let body = format!(
                r#"{{"jsonrpc": "2.0", "id": {calls}, "method": "tools/call", "params": {{"name": "which", "arguments": {{}}{}}}}}"#,
                self.meta
            );
            let began = Instant::now();
            let response = proxy.post(&self.headers, &body);
            let ended = Instant::now();
            match response {
                Ok((head, body)) if head.starts_with("HTTP/1.1 200 ") => {
                    let response: Value = serde_json::from_str(&body).expect("the body is a message");
                    assert_eq!(response["id"], calls);
                    seen.insert(response["result"]["content"][0]["text"].to_string());
                }
                Ok((head, body)) => failures.push(Failure { began, ended, reason: head + &body }),
                Err(error) => failures.push(Failure { began, ended, reason: error.to_string() }),
            }
        }
        (seen, failures, calls)
    }
}

/// Returns a port that is currently free.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.local_addr().expect("it has an address").port()
}

#[test]
fn clients_survive_the_restart_of_a_replica() {
    if Command::new("nginx").arg("-v").output().is_err() {
        crate::skip("nginx is missing, so replicas behind a proxy were not tested");
        return;
    }
    let ports = [free_port(), free_port()];
    let first = Example::start_on_port("replica", ports[0]);
    let _second = Example::start_on_port("replica", ports[1]);
    let proxy = Proxy::start(&ports);
    let clients = [Client::modern(), Client::legacy(&proxy)];
    let stop = AtomicBool::new(false);
    let (reports, killed, _first) = thread::scope(|scope| {
        let working: Vec<_> =
            clients.iter().map(|client| scope.spawn(|| client.work(&proxy, &stop))).collect();
        thread::sleep(Duration::from_millis(500));
        let before = Instant::now();
        drop(first);
        let killed = before..Instant::now();
        thread::sleep(Duration::from_millis(500));
        let first = Example::start_on_port("replica", ports[0]);
        // nginx does not use a failed server for one second (`fail_timeout`).
        thread::sleep(Duration::from_millis(2_500));
        stop.store(true, Ordering::Release);
        let reports: Vec<_> =
            working.into_iter().map(|client| client.join().expect("a client does not panic")).collect();
        (reports, killed, first)
    });
    for (seen, failures, calls) in reports {
        assert_eq!(seen.len(), 2, "both replicas must respond, over {calls} calls");
        let was_in_flight = |failure: &Failure| failure.began <= killed.end && failure.ended >= killed.start;
        let unexpected = failures.iter().filter(|failure| !was_in_flight(failure));
        let unexpected: Vec<_> = unexpected.map(|failure| &failure.reason).collect();
        assert!(unexpected.is_empty(), "of {calls} calls: {unexpected:#?}");
        assert!(failures.len() <= 1, "at most one call was in flight on the killed replica");
    }
}
