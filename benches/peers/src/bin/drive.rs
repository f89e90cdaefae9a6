//! Drives one server with one workload, checks every answer, and prints one line of JSON.

use std::process::ExitCode;
use std::time::Duration;

use mcpwright_peers::drive::{self, Options, Target};
use mcpwright_peers::{Arguments, Era, Result, Workload};

fn main() -> ExitCode {
    mcpwright_peers::exit("drive", run())
}

fn run() -> Result<()> {
    let mut arguments = Arguments::of_process();
    let command = arguments.values("--server")?.pop();
    let url = arguments.values("--http")?.pop();
    let options = Options {
        target: match (command, url) {
            (Some(command), None) => Target::of_command(&command),
            (None, Some(url)) => Target::Url(url),
            _ => return Err("either --server 'command' or --http URL".into()),
        },
        era: arguments.value("--era", Era::Legacy)?,
        workload: arguments.value("--workload", Workload::Echo)?,
        calls: arguments.value("--calls", 20_000)?,
        window: arguments.value("--window", 1)?,
        warmup: arguments.value("--warmup", 1_000)?,
        patience: Duration::from_secs(arguments.value("--patience", 30)?),
    };
    arguments.finish()?;
    drive::print(&drive::run(&options)?, &mut std::io::stdout())
}
