//! Runs one workload on one server, checks every response, and prints one line of JSON.

use std::process::ExitCode;
use std::time::Duration;

use mcpwright_peers::{Arguments, Era, Result, RunOptions, Target, Workload, drive};

fn main() -> ExitCode {
    mcpwright_peers::exit("drive", run())
}

fn run() -> Result<()> {
    let mut arguments = Arguments::from_env();
    let command = arguments.strings("--server")?.pop();
    let url = arguments.strings("--http")?.pop();
    let options = RunOptions {
        target: match (command, url) {
            (Some(command), None) => Target::parse(&command),
            (None, Some(url)) => Target::Url(url),
            _ => return Err("one of --server 'command' and --http URL is required".into()),
        },
        era: arguments.value("--era", Era::Legacy)?,
        workload: arguments.value("--workload", Workload::Echo)?,
        calls: arguments.value("--calls", 20_000)?,
        window: arguments.value("--window", 1)?,
        warmup: arguments.value("--warmup", 1_000)?,
        timeout: Duration::from_secs(arguments.value("--timeout", 30)?),
    };
    arguments.finish()?;
    drive::print(&drive::run(&options)?, &mut std::io::stdout())
}
