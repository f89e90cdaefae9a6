//! The limit over stdio: a line loop written by hand for the workload, and nothing else.
//!
//! One thread reads, finds the lines, and writes the answers of a read at once.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;

use mcpwright_peers::limit::{Answers, Request};
use mcpwright_peers::{Arguments, Lines, Result};

fn main() -> ExitCode {
    mcpwright_peers::exit("limit-stdio", run())
}

fn run() -> Result<()> {
    let mut arguments = Arguments::of_process();
    // The one transport it has; the flag is there because every server of the workload takes it.
    arguments.flag("--stdio");
    arguments.finish()?;
    // Not through the standard library's buffers, which would copy every byte once more.
    let mut input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let answers = Answers::new();
    let mut lines = Lines::new();
    let mut out = Vec::new();
    while lines.fill(&mut input)? > 0 {
        while let Some(line) = lines.take() {
            answer(&answers, line, &mut out);
        }
        output.write_all(&out)?;
        out.clear();
    }
    Ok(())
}

/// Appends the answer to one line, if it takes one.
fn answer(answers: &Answers, line: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    let answered = match Request::parse(line) {
        Ok(None) => return,
        Ok(Some(request)) => answers.write(&request, out),
        Err(refusal) => Err(refusal),
    };
    if let Err(refusal) = answered {
        out.truncate(start);
        refusal.write(out);
    }
    out.push(b'\n');
}
