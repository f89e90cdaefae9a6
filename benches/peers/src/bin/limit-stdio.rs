//! The lower bound over stdio: a handwritten server that implements only the workload.
//!
//! One thread reads, handles the lines, and writes the responses of each read at once.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;

use mcpwright_peers::limit::{LimitRequest, Responder};
use mcpwright_peers::{Arguments, Lines, Result};

fn main() -> ExitCode {
    mcpwright_peers::exit("limit-stdio", run())
}

fn run() -> Result<()> {
    let mut arguments = Arguments::from_env();
    // The flag has no effect; it exists because all servers of the workload have it.
    arguments.flag("--stdio");
    arguments.finish()?;
    // The buffers of the standard library would copy every byte once more.
    let mut input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let responder = Responder::new();
    let mut lines = Lines::new();
    let mut out = Vec::new();
    while lines.fill(&mut input)? > 0 {
        while let Some(line) = lines.next_line() {
            respond(&responder, line, &mut out);
        }
        output.write_all(&out)?;
        out.clear();
    }
    Ok(())
}

/// Appends the response to a line, if it is a request.
fn respond(responder: &Responder, line: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    let result = match LimitRequest::parse(line) {
        Ok(None) => return,
        Ok(Some(request)) => responder.write(&request, out),
        Err(error) => Err(error),
    };
    if let Err(error) = result {
        out.truncate(start);
        error.write(out);
    }
    out.push(b'\n');
}
