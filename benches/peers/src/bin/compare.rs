//! Compares several servers of the workload by turns, and prints a Markdown table.

use std::io::Write;
use std::process::ExitCode;

use mcpwright_peers::compare::{self, Contender, Plan};
use mcpwright_peers::http::footprint;
use mcpwright_peers::{Arguments, Era, Result};

fn main() -> ExitCode {
    mcpwright_peers::exit("compare", run())
}

fn run() -> Result<()> {
    let mut arguments = Arguments::of_process();
    let servers = arguments.values("--server")?;
    let contenders = servers.iter().map(|server| Contender::parse(server)).collect::<Result<Vec<_>>>()?;
    let plan = Plan {
        era: arguments.value("--era", Era::Legacy)?,
        seconds: arguments.value("--seconds", 1.0)?,
        rounds: arguments.value("--rounds", 5)?,
        workloads: arguments.all("--workload")?,
        windows: arguments.all("--window")?,
    };
    let calls = arguments.value("--calls", 20_000)?;
    let counts_instructions = arguments.flag("--instructions");
    let held = footprint::Options {
        rounds: plan.rounds,
        connections: arguments.value("--connections", 1_000)?,
        sessions: arguments.value("--sessions", 10_000)?,
    };
    let measures_footprint = arguments.flag("--footprint");
    arguments.finish()?;
    if contenders.is_empty() || plan.rounds == 0 {
        return Err("at least one --server name='command', and one round".into());
    }
    let table = match (counts_instructions, measures_footprint) {
        (false, false) => compare::run(&contenders, &plan)?,
        (true, false) => compare::instructions(&contenders, plan.era, calls, &Scratch::new()?.0)?,
        (false, true) => footprint::run(&contenders, &held)?,
        (true, true) => return Err("either --instructions or --footprint".into()),
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
