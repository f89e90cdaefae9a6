//! Several servers by turns, so that a slow minute of the machine falls on all of them.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use crate::drive::{self, Options, Report};
use crate::{Era, Result, Workload, callgrind};

/// A server to compare, as the command line names it.
#[derive(Clone, Debug)]
pub struct Contender {
    /// What the tables call it.
    pub name: String,
    /// Its program and its arguments.
    pub command: Vec<String>,
}

impl Contender {
    /// Reads `name=command`; the words of the command are separated by spaces, without quotes.
    pub fn parse(text: &str) -> Result<Self> {
        let (name, command) =
            text.split_once('=').ok_or_else(|| format!("`{text}` is not `name=command`"))?;
        let command: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        if command.is_empty() {
            return Err(format!("`{name}` has no command").into());
        }
        Ok(Self { name: name.to_owned(), command })
    }
}

/// One column of the matrix that is compared.
struct Cell {
    workload: Workload,
    window: u32,
    /// How many calls to let pass, and to judge by how many can be measured in the time given.
    trial: u32,
}

const CELLS: [Cell; 3] = [
    Cell { workload: Workload::Echo, window: 1, trial: 1_000 },
    Cell { workload: Workload::Echo, window: 64, trial: 1_000 },
    Cell { workload: Workload::List, window: 1, trial: 100 },
];

/// What a run may have of numbers, and of memory for its times.
const MOST_CALLS: u32 = 2_000_000;

/// Runs everything `rounds` times, each for about `seconds`, and returns a Markdown table.
///
/// The ratios refer to the first contender.
pub fn run(contenders: &[Contender], era: Era, seconds: f64, rounds: usize) -> Result<String> {
    let mut table = format!(
        "| {} | server | calls/s, median | lowest to highest | ratio to {} | p50 µs | p99 µs | server CPU µs/call |\n\
         |---|---|--:|--:|--:|--:|--:|--:|\n",
        era.name(),
        contenders.first().map_or("none", |first| &first.name),
    );
    let mut reports: Vec<Vec<Report>> = vec![Vec::new(); CELLS.len() * contenders.len()];
    for _ in 0..rounds {
        for (cell, row) in CELLS.iter().zip(reports.chunks_mut(contenders.len())) {
            for (contender, reports) in contenders.iter().zip(row) {
                reports.push(measure(contender, era, cell, seconds)?);
            }
        }
    }
    for (cell, row) in CELLS.iter().zip(reports.chunks(contenders.len())) {
        let limit = row.first().map_or(f64::NAN, |reports| median(reports, |report| report.calls_per_second));
        for (contender, reports) in contenders.iter().zip(row) {
            write_row(&mut table, cell, &contender.name, reports, limit)?;
        }
    }
    Ok(table)
}

/// A run that takes about `seconds`: the servers differ so much that one number of calls would be a blink for one of
/// them and minutes for another.
fn measure(contender: &Contender, era: Era, cell: &Cell, seconds: f64) -> Result<Report> {
    let mut options = Options {
        command: contender.command.clone(),
        era,
        workload: cell.workload,
        calls: cell.trial,
        window: cell.window,
        warmup: cell.trial,
        patience: Duration::from_secs(30),
    };
    let run = |options: &Options| drive::run(options).map_err(|error| format!("{}: {error}", contender.name));
    let speed = run(&options)?.calls_per_second;
    // A float that is too large for the type becomes its largest value.
    options.calls = ((speed * seconds) as u32).clamp(cell.trial, MOST_CALLS);
    Ok(run(&options)?)
}

fn write_row(table: &mut String, cell: &Cell, name: &str, reports: &[Report], limit: f64) -> Result<()> {
    let speeds = || reports.iter().map(|report| report.calls_per_second);
    let speed = median(reports, |report| report.calls_per_second);
    writeln!(
        table,
        "| {} w{} | {name} | {speed:.0} | {:.0} to {:.0} | {:.2} | {:.1} | {:.1} | {:.2} |",
        cell.workload.name(),
        cell.window,
        speeds().fold(f64::INFINITY, f64::min),
        speeds().fold(0.0, f64::max),
        speed / limit,
        median(reports, |report| report.p50_us),
        median(reports, |report| report.p99_us),
        median(reports, |report| report.server_cpu_us_per_call.unwrap_or(f64::NAN)),
    )?;
    Ok(())
}

/// The middle value; of an even number of reports, the mean of the two middle ones.
fn median(reports: &[Report], value: impl Fn(&Report) -> f64) -> f64 {
    let mut values: Vec<f64> = reports.iter().map(value).collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        count => f64::midpoint(values[(count - 1) / 2], values[count / 2]),
    }
}

/// Counts what an `echo` costs each contender, as the difference between two runs; returns a Markdown table.
///
/// `calls` of the longer run, half of them in the shorter one: what a start and an end cost falls out.
pub fn instructions(contenders: &[Contender], era: Era, calls: u32, folder: &Path) -> Result<String> {
    let mut table = format!(
        "| {} | server | instructions/call | ratio to {} | allocator calls/call |\n|---|---|--:|--:|--:|\n",
        era.name(),
        contenders.first().map_or("none", |first| &first.name),
    );
    let mut limit = None;
    for contender in contenders {
        let short = count(contender, era, calls / 2, folder)?;
        let long = count(contender, era, calls, folder)?;
        let between = f64::from(calls - calls / 2);
        let per_call = |short: u64, long: u64| (long as f64 - short as f64) / between;
        let instructions = per_call(short.instructions, long.instructions);
        writeln!(
            table,
            "| echo w64 | {} | {instructions:.0} | {:.2} | {:.2} |",
            contender.name,
            instructions / *limit.get_or_insert(instructions),
            per_call(short.allocations, long.allocations),
        )?;
    }
    Ok(table)
}

fn count(contender: &Contender, era: Era, calls: u32, folder: &Path) -> Result<callgrind::Counts> {
    let file = folder.join("callgrind.out");
    let mut command: Vec<String> = ["valgrind", "--quiet", "--tool=callgrind"].map(str::to_owned).to_vec();
    command.push(format!("--callgrind-out-file={}", file.display()));
    command.extend(contender.command.iter().cloned());
    let options = Options {
        command,
        era,
        workload: Workload::Echo,
        calls,
        window: 64,
        warmup: 0,
        patience: Duration::from_secs(60),
    };
    let counted =
        drive::run(&options).and_then(|_| Ok(callgrind::Counts::read(&std::fs::read_to_string(&file)?)?));
    counted.map_err(|error| format!("{} under callgrind: {error}", contender.name).into())
}
