//! Tests of the program: startup text, HTTP, shutdown, and errors.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use crate::support::file;

/// Returns the command that starts the program with the data of the tests.
fn program(arguments: &[&str]) -> Command {
    let data = file();
    let data = data.parent().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_reference-server"));
    command.arg("--data").arg(data).args(arguments).stdin(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Reads the startup text up to the URL, and returns it with the server's address.
fn startup(process: &mut Child) -> (String, String) {
    let mut text = String::new();
    for line in BufReader::new(process.stderr.take().unwrap()).lines() {
        let line = line.unwrap();
        text.push_str(&line);
        text.push('\n');
        if let Some(url) = line.strip_prefix("Listening at http://") {
            let address = url.strip_suffix("/mcp").unwrap().to_owned();
            return (text, address);
        }
    }
    panic!("the program ended before listening: {text}");
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
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

#[test]
#[cfg(unix)]
fn http_is_the_default() {
    let mut process = program(&["--http", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
    let (text, address) = startup(&mut process);
    for expected in ["query", "search_documents", "db://main/schema", "claude mcp add", ".vscode/mcp.json"] {
        assert!(text.contains(expected), "{text}");
    }
    let body = r#"{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "query", "arguments": {"sql": "SELECT 6 * 7"}}}"#;
    let response = post(&address, "", body);
    assert!(response.starts_with("HTTP/1.1 200 ") && response.contains("42"), "{response}");
    let foreign = post(&address, "Origin: https://evil.example\r\n", body);
    assert!(foreign.starts_with("HTTP/1.1 403 "), "{foreign}");
    assert!(Command::new("kill").arg(process.id().to_string()).status().unwrap().success());
    let mut output = String::new();
    process.stdout.take().unwrap().read_to_string(&mut output).unwrap();
    assert!(process.wait().unwrap().success());
    assert_eq!(output, "");
}

#[test]
fn startup_errors_are_explained() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    for (arguments, expected) in [
        (&["--http", &*address][..], "choose another address with --http"),
        (&["--http", &*address], &*format!("cannot listen on {address}")),
        (&["--http", "0.0.0.0:0"], "--public-url"),
        (&["--http", ":0"], "0.0.0.0:"),
        (&["--http", "8080"], "`127.0.0.1:8080`"),
        (&["--http", "localhost"], "`localhost:8080`"),
        (&["--http", "localhost:0", "--cors", "app.example.com"], "`https://app.example.com`"),
        (&["--stdio", "--http", "127.0.0.1:0"], "cannot be used with"),
        (&["--key", "short"], "32 bytes"),
        (&["--public-url", "mcp.example.com"], "the URL must start with https://"),
    ] {
        let output = program(arguments).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && error.contains(expected), "{arguments:?}: {error}");
    }
}
