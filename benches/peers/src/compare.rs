//! Several servers by turns, so that a slow minute of the machine falls on all of them.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use crate::drive::{self, Options, Report, Target};
use crate::{Era, Result, Workload, callgrind};

/// A server to compare, as the command line names it.
#[derive(Clone, Debug)]
pub struct Contender {
    /// What the tables call it.
    pub name: String,
    /// The server.
    pub target: Target,
}

impl Contender {
    /// Reads `name=command`; the words of the command are separated by spaces, without quotes.
    pub fn parse(text: &str) -> Result<Self> {
        match text.split_once('=') {
            Some((name, command)) if !command.trim().is_empty() => {
                Ok(Self { name: name.to_owned(), target: Target::of_command(command) })
            }
            _ => Err(format!("`{text}` is not `name=command`").into()),
        }
    }

    /// Whether it listens, and is no server of pipes.
    pub(crate) fn is_http(&self) -> bool {
        !matches!(self.target, Target::Pipes(_))
    }
}

/// What to compare.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The revision to speak.
    pub era: Era,
    /// How long a run takes, about.
    pub seconds: f64,
    /// How many runs there are of each kind.
    pub rounds: usize,
    /// The workloads to run, or none for all.
    pub workloads: Vec<Workload>,
    /// The windows to run, or none for all.
    pub windows: Vec<u32>,
}

/// One column of the matrix that is compared.
#[derive(Clone, Copy)]
struct Cell {
    workload: Workload,
    window: u32,
}

impl Cell {
    /// What is compared unless told.
    fn all(http: bool) -> Vec<Self> {
        let windows = |workload, windows: &[u32]| -> Vec<Self> {
            windows.iter().map(|&window| Self { workload, window }).collect()
        };
        if !http {
            return [windows(Workload::Echo, &[1, 64]), windows(Workload::List, &[1])].concat();
        }
        let workloads = [Workload::Echo, Workload::Blob, Workload::List, Workload::Big];
        workloads.map(|workload| windows(workload, &[1, 16, 64])).concat()
    }

    /// How many calls to let pass, and to judge by how many can be measured in the time given.
    fn trial(self) -> u32 {
        match self.workload {
            Workload::Echo | Workload::Discover => 1_000,
            Workload::Blob | Workload::List => 100,
            Workload::Big => 64,
        }
    }
}

/// What a run may have of numbers, and of memory for its times.
const MOST_CALLS: u32 = 2_000_000;

/// Runs everything that is planned, and returns a Markdown table.
///
/// The ratios refer to the first contender.
pub fn run(contenders: &[Contender], plan: &Plan) -> Result<String> {
    let first = contenders.first().ok_or("there has to be a server")?;
    if contenders.iter().any(|contender| contender.is_http() != first.is_http()) {
        return Err("servers of pipes and servers of HTTP have nothing to be compared by".into());
    }
    let mut cells = Cell::all(first.is_http());
    cells.retain(|cell| plan.workloads.is_empty() || plan.workloads.contains(&cell.workload));
    cells.retain(|cell| plan.windows.is_empty() || plan.windows.contains(&cell.window));
    let mut reports: Vec<Vec<Report>> = vec![Vec::new(); cells.len() * contenders.len()];
    for _ in 0..plan.rounds {
        for (cell, row) in cells.iter().zip(reports.chunks_mut(contenders.len())) {
            for (contender, reports) in contenders.iter().zip(row) {
                reports.push(measure(contender, plan, *cell)?);
            }
        }
    }
    let mut table = format!(
        "| {} | server | calls/s, median | lowest to highest | ratio to {} | p50 µs | p99 µs | server CPU µs/call | driver busy |\n\
         |---|---|--:|--:|--:|--:|--:|--:|--:|\n",
        plan.era.name(),
        first.name,
    );
    for (cell, row) in cells.iter().zip(reports.chunks(contenders.len())) {
        let limit = row.first().map_or(f64::NAN, |reports| middle(reports, |report| report.calls_per_second));
        for (contender, reports) in contenders.iter().zip(row) {
            write_row(&mut table, *cell, &contender.name, reports, limit)?;
        }
    }
    Ok(table)
}

/// A run that takes about the time planned: the servers differ so much that one number of calls would be a blink for
/// one of them and minutes for another.
fn measure(contender: &Contender, plan: &Plan, cell: Cell) -> Result<Report> {
    let mut options = Options {
        target: contender.target.clone(),
        era: plan.era,
        workload: cell.workload,
        calls: cell.trial(),
        window: cell.window,
        warmup: cell.trial(),
        patience: Duration::from_secs(30),
    };
    let run = |options: &Options| drive::run(options).map_err(|error| format!("{}: {error}", contender.name));
    let speed = run(&options)?.calls_per_second;
    // A float that is too large for the type becomes its largest value.
    options.calls = ((speed * plan.seconds) as u32).clamp(cell.trial(), MOST_CALLS);
    // A server that compiles while it runs has to have done so.
    options.warmup = options.warmup.max(options.calls / 2);
    Ok(run(&options)?)
}

fn write_row(table: &mut String, cell: Cell, name: &str, reports: &[Report], limit: f64) -> Result<()> {
    let speeds = || reports.iter().map(|report| report.calls_per_second);
    let speed = median(speeds());
    let cpu = |cpu: Option<f64>| cpu.unwrap_or(f64::NAN);
    writeln!(
        table,
        "| {} w{} | {name} | {speed:.0} | {:.0} to {:.0} | {:.2} | {:.1} | {:.1} | {:.2} | {:.0} % |",
        cell.workload.name(),
        cell.window,
        speeds().fold(f64::INFINITY, f64::min),
        speeds().fold(0.0, f64::max),
        speed / limit,
        middle(reports, |report| report.p50_us),
        middle(reports, |report| report.p99_us),
        middle(reports, |report| cpu(report.server_cpu_us_per_call)),
        middle(reports, |report| cpu(report.driver_cpu_us_per_call) * report.calls_per_second / 1e4),
    )?;
    Ok(())
}

fn middle(reports: &[Report], value: impl Fn(&Report) -> f64) -> f64 {
    median(reports.iter().map(value))
}

/// The middle value; of an even number of values, the mean of the two middle ones.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
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
    let mut valgrind: Vec<String> = ["valgrind", "--quiet", "--tool=callgrind"].map(str::to_owned).to_vec();
    valgrind.push(format!("--callgrind-out-file={}", file.display()));
    let options = Options {
        target: contender.target.clone().under(&valgrind),
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
