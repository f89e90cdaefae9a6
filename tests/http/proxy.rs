//! Two replicas behind nginx, one request to each in turn, while one of them is killed and comes back.

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

/// A proxy in front of replicas.
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

    /// Sends a message, and returns the head and the body of what came back.
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
        // Told so, it ends its worker as well.
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A client of one era, by what it sends.
#[derive(Clone)]
struct Client {
    headers: String,
    meta: &'static str,
}

/// A call that did not get its answer, and when.
struct Failure {
    began: Instant,
    ended: Instant,
    what: String,
}

impl Client {
    fn modern() -> Self {
        let headers = "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: which\r\n";
        let meta = r#", "_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}"#;
        Self { headers: headers.to_owned(), meta }
    }

    fn legacy(proxy: &Proxy) -> Self {
        let body = r#"{"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "legacy", "version": "1"}}}"#;
        let (head, _) = proxy.post("", body).expect("the proxy answers");
        let session =
            head.lines().find_map(|line| line.strip_prefix("mcp-session-id: ")).expect("a session opens");
        let headers = format!("Mcp-Session-Id: {session}\r\nMCP-Protocol-Version: 2025-11-25\r\n");
        Self { headers, meta: "" }
    }

    /// Calls one call after the other, until told to stop. Returns how many replicas answered, and what failed.
    fn work(&self, proxy: &Proxy, stop: &AtomicBool) -> (BTreeSet<String>, Vec<Failure>, u64) {
        let (mut seen, mut failures, mut calls) = (BTreeSet::new(), Vec::new(), 0);
        while !stop.load(Ordering::Acquire) {
            calls += 1;
            let body = format!(
                r#"{{"jsonrpc": "2.0", "id": {calls}, "method": "tools/call", "params": {{"name": "which", "arguments": {{}}{}}}}}"#,
                self.meta
            );
            let began = Instant::now();
            let answer = proxy.post(&self.headers, &body);
            let ended = Instant::now();
            match answer {
                Ok((head, body)) if head.starts_with("HTTP/1.1 200 ") => {
                    let answer: Value = serde_json::from_str(&body).expect("the body is a message");
                    assert_eq!(answer["id"], calls);
                    seen.insert(answer["result"]["content"][0]["text"].to_string());
                }
                Ok((head, body)) => failures.push(Failure { began, ended, what: head + &body }),
                Err(error) => failures.push(Failure { began, ended, what: error.to_string() }),
            }
        }
        (seen, failures, calls)
    }
}

/// A port that nobody listens on at the moment.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.local_addr().expect("it has an address").port()
}

#[test]
fn a_replica_may_go_and_come_back() {
    if Command::new("nginx").arg("-v").output().is_err() {
        crate::skipped("there is no nginx, so replicas behind a proxy were NOT tried");
        return;
    }
    let ports = [free_port(), free_port()];
    let first = Example::start_on("replica", ports[0]);
    let _second = Example::start_on("replica", ports[1]);
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
        let first = Example::start_on("replica", ports[0]);
        // For a second, nginx leaves out a server that did not answer.
        thread::sleep(Duration::from_millis(2_500));
        stop.store(true, Ordering::Release);
        let reports: Vec<_> =
            working.into_iter().map(|client| client.join().expect("a client does not panic")).collect();
        (reports, killed, first)
    });
    for (seen, failures, calls) in reports {
        assert_eq!(seen.len(), 2, "both replicas answered, over {calls} calls");
        let was_in_flight = |failure: &Failure| failure.began <= killed.end && failure.ended >= killed.start;
        let unexcused = failures.iter().filter(|failure| !was_in_flight(failure));
        let unexcused: Vec<_> = unexcused.map(|failure| &failure.what).collect();
        assert!(unexcused.is_empty(), "of {calls} calls: {unexcused:#?}");
        assert!(failures.len() <= 1, "one call was in flight on the replica at most");
    }
}
