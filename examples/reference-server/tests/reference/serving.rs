//! The program as a process: what it says at a terminal, HTTP, and its end.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use crate::support::file;

/// The program, about to serve the data of the tests.
fn program(arguments: &[&str]) -> Command {
    let data = file();
    let data = data.parent().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_reference-server"));
    command.arg("--data").arg(data).args(arguments).stdin(Stdio::null()).stderr(Stdio::piped());
    command
}

/// What the program says until it listens, and its address.
fn greeting(process: &mut Child) -> (String, String) {
    let mut said = String::new();
    for line in BufReader::new(process.stderr.take().unwrap()).lines() {
        let line = line.unwrap();
        said.push_str(&line);
        said.push('\n');
        if let Some(url) = line.strip_prefix("Listening at http://") {
            let address = url.strip_suffix("/mcp").unwrap().to_owned();
            return (said, address);
        }
    }
    panic!("it ended instead of listening: {said}");
}

fn post(address: &str, headers: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST /mcp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nConnection: close\r\n\
         Content-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
#[cfg(unix)]
fn http_is_served_unless_told_otherwise() {
    let mut process = program(&["--http", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
    let (said, address) = greeting(&mut process);
    for expected in ["query", "search_documents", "db://main/schema", "claude mcp add", ".vscode/mcp.json"] {
        assert!(said.contains(expected), "{said}");
    }
    let body = r#"{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "query", "arguments": {"sql": "SELECT 6 * 7"}}}"#;
    let answer = post(&address, "", body);
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("42"), "{answer}");
    let foreign = post(&address, "Origin: https://evil.example\r\n", body);
    assert!(foreign.starts_with("HTTP/1.1 403 "), "{foreign}");
    assert!(Command::new("kill").arg(process.id().to_string()).status().unwrap().success());
    let mut printed = String::new();
    process.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
    assert!(process.wait().unwrap().success());
    assert_eq!(printed, "");
}

#[test]
fn what_cannot_be_served_is_explained() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (arguments, expected) in [
        (&["--http", &*address][..], "name another address with --http"),
        (&["--http", "0.0.0.0:0"], "--public-url"),
        (&["--stdio", "--http", "127.0.0.1:0"], "cannot be used with"),
        (&["--key", "short"], "32 bytes"),
        (&["--public-url", "mcp.example.com"], "it begins with https://"),
    ] {
        let output = program(arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(expected), "{arguments:?}: {said}");
    }
}
