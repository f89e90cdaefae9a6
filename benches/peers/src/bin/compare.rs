//! Compares several servers of the workload by turns, and prints a Markdown table.

use std::io::Write;
use std::process::ExitCode;

use mcpwright_peers::compare::{self, Contender};
use mcpwright_peers::{Arguments, Era, Result};

fn main() -> ExitCode {
    mcpwright_peers::exit("compare", run())
}

fn run() -> Result<()> {
    let mut arguments = Arguments::of_process();
    let servers = arguments.values("--server")?;
    let contenders = servers.iter().map(|server| Contender::parse(server)).collect::<Result<Vec<_>>>()?;
    let era = arguments.value("--era", Era::Legacy)?;
    let rounds = arguments.value("--rounds", 5)?;
    let seconds = arguments.value("--seconds", 1.0)?;
    let calls = arguments.value("--calls", 20_000)?;
    let counts_instructions = arguments.flag("--instructions");
    arguments.finish()?;
    if contenders.is_empty() || rounds == 0 {
        return Err("at least one --server name='command', and one round".into());
    }
    let table = if counts_instructions {
        let folder = Scratch::new()?;
        compare::instructions(&contenders, era, calls, &folder.0)?
    } else {
        compare::run(&contenders, era, seconds, rounds)?
    };
    Ok(std::io::stdout().write_all(table.as_bytes())?)
}

/// A folder of its own for what callgrind writes, gone at the end.
struct Scratch(std::path::PathBuf);

impl Scratch {
    fn new() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("mcpwright-peers-{}", std::process::id()));
        std::fs::create_dir(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left in a temporary folder harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
