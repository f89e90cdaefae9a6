//! Drives one server with one workload, checks every answer, and prints one line of JSON.

use std::process::ExitCode;
use std::time::Duration;

use mcpwright_peers::drive::{self, Options};
use mcpwright_peers::{Arguments, Era, Result, Workload};

fn main() -> ExitCode {
    mcpwright_peers::exit("drive", run())
}

fn run() -> Result<()> {
    let mut arguments = Arguments::of_process();
    let command: String = arguments.value("--server", String::new())?;
    let options = Options {
        command: command.split_whitespace().map(str::to_owned).collect(),
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
