//! The text for the person who starts a server at a terminal.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Command, Stdio};

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::process::example_path;

/// Returns both ends of a terminal: that of the person, and that of the program.
fn terminal() -> (File, File) {
    let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&person).unwrap();
    unlockpt(&person).unwrap();
    let name = ptsname(&person, Vec::new()).unwrap();
    let name = std::ffi::OsStr::from_bytes(name.as_bytes());
    let program = open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    (person.into(), program.into())
}

#[test]
fn a_server_says_how_to_connect_if_its_input_is_a_terminal() {
    let (mut person, program) = terminal();
    let mut child = Command::new(example_path())
        .env("QUIET", "1")
        .args(["--loud mode"])
        .stdin(program)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let errors = BufReader::new(child.stderr.take().unwrap());
    let mut greeting = String::new();
    for line in errors.lines().map_while(Result::ok) {
        greeting.push_str(&line);
        greeting.push('\n');
        if line.contains("Stop it") {
            break;
        }
    }
    let path = example_path();
    let shell = format!("{} '--loud mode'\n", path.display());
    assert!(greeting.starts_with("misbehaving 1.0.0 is an MCP server on standard input"), "{greeting}");
    assert!(greeting.contains(&format!("claude mcp add misbehaving -- {shell}")), "{greeting}");
    assert!(greeting.contains(&format!("npx @modelcontextprotocol/inspector {shell}")), "{greeting}");
    // The end of input. A person who types it ends the server.
    person.write_all(b"\x04").unwrap();
    assert!(child.wait().unwrap().success());
    let mut output = String::new();
    child.stdout.take().unwrap().read_to_string(&mut output).unwrap();
    assert_eq!(output, "", "nothing but messages is written to standard output");
}

#[test]
fn a_server_that_a_client_starts_says_nothing() {
    let output = Command::new(example_path())
        .env("QUIET", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert!(output.status.success());
    assert_eq!((output.stdout.as_slice(), output.stderr.as_slice()), (&b""[..], &b""[..]));
}
