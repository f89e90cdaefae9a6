//! Comparison of several servers. They take turns, so that variations of the machine's speed affect all of them.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use crate::callgrind::Counts;
use crate::contender::Contender;
use crate::drive::{self, Report};
use crate::error::Result;
use crate::median::median;
use crate::run_options::RunOptions;
use crate::workload::{Era, Workload};

/// Options of a comparison.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The era of the protocol.
    pub era: Era,
    /// Approximate duration of a run, in seconds.
    pub seconds: f64,
    /// Number of runs of each workload and window.
    pub rounds: usize,
    /// The workloads to run. If empty, all of them.
    pub workloads: Vec<Workload>,
    /// The windows to run. If empty, all of them.
    pub windows: Vec<u32>,
}

/// A workload with a window.
#[derive(Clone, Copy)]
struct Cell {
    workload: Workload,
    window: u32,
}

impl Cell {
    /// Returns all cells of a comparison.
    fn all(is_http: bool) -> Vec<Self> {
        let windows = |workload, windows: &[u32]| -> Vec<Self> {
            windows.iter().map(|&window| Self { workload, window }).collect()
        };
        if !is_http {
            return [windows(Workload::Echo, &[1, 64]), windows(Workload::List, &[1])].concat();
        }
        let workloads = [Workload::Echo, Workload::Blob, Workload::List, Workload::Big];
        workloads.map(|workload| windows(workload, &[1, 16, 64])).concat()
    }

    /// Returns the number of calls of the warmup and of the trial run that estimates the speed.
    fn trial_calls(self) -> u32 {
        match self.workload {
            Workload::Echo | Workload::Discover => 1_000,
            Workload::Blob | Workload::List => 100,
            Workload::Big => 64,
        }
    }
}

/// Maximum number of calls of a run, which bounds the memory for latencies.
const MAX_CALLS: u32 = 2_000_000;

/// Runs a comparison, and returns a Markdown table.
///
/// The ratios refer to the first contender.
pub fn run(contenders: &[Contender], plan: &Plan) -> Result<String> {
    let first = contenders.first().ok_or("at least one server is required")?;
    if contenders.iter().any(|contender| contender.is_http() != first.is_http()) {
        return Err("servers over stdio and servers over HTTP cannot be compared with each other".into());
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
        let reference =
            row.first().map_or(f64::NAN, |reports| median_of(reports, |report| report.calls_per_second));
        for (contender, reports) in contenders.iter().zip(row) {
            write_row(&mut table, *cell, &contender.name, reports, reference)?;
        }
    }
    Ok(table)
}

/// Measures a run of about the planned duration. The number of calls depends on the server, since their speeds differ by
/// orders of magnitude.
fn measure(contender: &Contender, plan: &Plan, cell: Cell) -> Result<Report> {
    let mut options = RunOptions {
        target: contender.target.clone(),
        era: plan.era,
        workload: cell.workload,
        calls: cell.trial_calls(),
        window: cell.window,
        warmup: cell.trial_calls(),
        timeout: Duration::from_secs(30),
    };
    let run =
        |options: &RunOptions| drive::run(options).map_err(|error| format!("{}: {error}", contender.name));
    let speed = run(&options)?.calls_per_second;
    // The conversion saturates.
    options.calls = ((speed * plan.seconds) as u32).clamp(cell.trial_calls(), MAX_CALLS);
    // A server with a JIT compiler must have compiled its code before the measurement.
    options.warmup = options.warmup.max(options.calls / 2);
    Ok(run(&options)?)
}

fn write_row(table: &mut String, cell: Cell, name: &str, reports: &[Report], reference: f64) -> Result<()> {
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
        speed / reference,
        median_of(reports, |report| report.p50_us),
        median_of(reports, |report| report.p99_us),
        median_of(reports, |report| cpu(report.server_cpu_us_per_call)),
        median_of(reports, |report| cpu(report.driver_cpu_us_per_call) * report.calls_per_second / 1e4),
    )?;
    Ok(())
}

fn median_of(reports: &[Report], value: impl Fn(&Report) -> f64) -> f64 {
    median(reports.iter().map(value))
}

/// Counts the instructions and allocations of an `echo` call on each server, and returns a Markdown table.
///
/// The counts are the differences between a run of `calls` calls and one of half as many, which excludes the costs of
/// startup and shutdown.
pub fn instructions(contenders: &[Contender], era: Era, calls: u32, folder: &Path) -> Result<String> {
    let mut table = format!(
        "| {} | server | instructions/call | ratio to {} | allocator calls/call |\n|---|---|--:|--:|--:|\n",
        era.name(),
        contenders.first().map_or("none", |first| &first.name),
    );
    let mut reference = None;
    for contender in contenders {
        let short = count(contender, era, calls / 2, folder)?;
        let long = count(contender, era, calls, folder)?;
        let difference = f64::from(calls - calls / 2);
        let per_call = |short: u64, long: u64| (long as f64 - short as f64) / difference;
        let instructions = per_call(short.instructions, long.instructions);
        writeln!(
            table,
            "| echo w64 | {} | {instructions:.0} | {:.2} | {:.2} |",
            contender.name,
            instructions / *reference.get_or_insert(instructions),
            per_call(short.allocations, long.allocations),
        )?;
    }
    Ok(table)
}

fn count(contender: &Contender, era: Era, calls: u32, folder: &Path) -> Result<Counts> {
    let file = folder.join("callgrind.out");
    let mut valgrind: Vec<String> = ["valgrind", "--quiet", "--tool=callgrind"].map(str::to_owned).to_vec();
    valgrind.push(format!("--callgrind-out-file={}", file.display()));
    let options = RunOptions {
        target: contender.target.clone().run_by(&valgrind),
        era,
        workload: Workload::Echo,
        calls,
        window: 64,
        warmup: 0,
        timeout: Duration::from_secs(60),
    };
    let counts = drive::run(&options).and_then(|_| Ok(Counts::parse(&std::fs::read_to_string(&file)?)?));
    counts.map_err(|error| format!("{} under callgrind: {error}", contender.name).into())
}
