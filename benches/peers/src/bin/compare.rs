//! Compares several servers, and prints a Markdown table.

use std::io::Write;
use std::process::ExitCode;

use mcpwright_peers::compare::{self, Plan};
use mcpwright_peers::http::footprint::{self, FootprintOptions};
use mcpwright_peers::{Arguments, Contender, Era, Result};

fn main() -> ExitCode {
    mcpwright_peers::exit("compare", run())
}

fn run() -> Result<()> {
    let mut arguments = Arguments::from_env();
    let servers = arguments.strings("--server")?;
    let contenders = servers.iter().map(|server| Contender::parse(server)).collect::<Result<Vec<_>>>()?;
    let plan = Plan {
        era: arguments.value("--era", Era::Legacy)?,
        seconds: arguments.value("--seconds", 1.0)?,
        rounds: arguments.value("--rounds", 5)?,
        workloads: arguments.values("--workload")?,
        windows: arguments.values("--window")?,
    };
    let calls = arguments.value("--calls", 20_000)?;
    let count_instructions = arguments.flag("--instructions");
    let footprint_options = FootprintOptions {
        rounds: plan.rounds,
        connections: arguments.value("--connections", 1_000)?,
        sessions: arguments.value("--sessions", 10_000)?,
    };
    let measure_footprint = arguments.flag("--footprint");
    arguments.finish()?;
    if contenders.is_empty() || plan.rounds == 0 {
        return Err("at least one --server name='command' and one round are required".into());
    }
    let table = match (count_instructions, measure_footprint) {
        (false, false) => compare::run(&contenders, &plan)?,
        (true, false) => compare::instructions(&contenders, plan.era, calls, &TempDir::new()?.0)?,
        (false, true) => footprint::run(&contenders, &footprint_options)?,
        (true, true) => return Err("--instructions and --footprint cannot be combined".into()),
    };
    Ok(std::io::stdout().write_all(table.as_bytes())?)
}

/// A temporary directory for the output of callgrind, removed on drop.
struct TempDir(std::path::PathBuf);

impl TempDir {
    fn new() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("mcpwright-peers-{}", std::process::id()));
        std::fs::create_dir(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        // Errors are ignored: the system removes temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
