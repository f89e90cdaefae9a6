//! One run: a server, a workload, a number of calls, and how long they took.

use std::io::Write;
use std::time::Duration;

use serde::Serialize;

use crate::cpu::Times;
use crate::request::{Era, NUMBERS, Workload};
use crate::{Result, http, stdio};

/// A server, and how to reach it.
#[derive(Clone, Debug)]
pub enum Target {
    /// A program and its arguments; it speaks on its standard input and output.
    Pipes(Vec<String>),
    /// A program and its arguments; it listens on the loopback port that replaces the word `PORT`, at `/mcp`.
    Port(Vec<String>),
    /// The address of a server that someone else has started.
    Url(String),
}

impl Target {
    /// Reads a command whose words are separated by spaces, without quotes.
    pub fn of_command(command: &str) -> Self {
        let words: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        if words.iter().any(|word| word == "PORT") { Self::Port(words) } else { Self::Pipes(words) }
    }

    /// The same program, started by another one.
    pub(crate) fn under(self, starter: &[String]) -> Self {
        match self {
            Self::Pipes(words) => Self::Pipes([starter, &words].concat()),
            Self::Port(words) => Self::Port([starter, &words].concat()),
            Self::Url(url) => Self::Url(url),
        }
    }
}

/// What to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The server.
    pub target: Target,
    /// The revision to speak.
    pub era: Era,
    /// What to ask for.
    pub workload: Workload,
    /// How many answers to measure.
    pub calls: u32,
    /// How many requests are in flight at a time: in one pipe, or over HTTP each on a connection of its own.
    pub window: u32,
    /// How many answers to let pass, checked like the others, before the measurement.
    pub warmup: u32,
    /// How long the server may be silent while answers are due.
    pub patience: Duration,
}

/// What a run found; every answer was checked, or there is no report.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The revision spoken.
    pub era: &'static str,
    /// What was asked for.
    pub workload: &'static str,
    /// How many requests were in flight at a time.
    pub window: u32,
    /// How many answers were measured.
    pub calls: u32,
    /// How long they took.
    pub seconds: f64,
    /// Answers in a second.
    pub calls_per_second: f64,
    /// Half of the answers came sooner after their request was queued, in microseconds.
    pub p50_us: f64,
    /// All but one in a hundred came sooner, in microseconds.
    pub p99_us: f64,
    /// Processor time that the server used for an answer, in microseconds.
    pub server_cpu_us_per_call: Option<f64>,
    /// Processor time that the driver used for an answer, in microseconds.
    pub driver_cpu_us_per_call: Option<f64>,
    /// How many answers were parsed; the others were compared with one of these.
    pub parsed: u64,
}

/// What a transport's run found.
pub(crate) struct Measured {
    pub(crate) times: Times,
    /// Of each call, without the warm-up.
    pub(crate) latencies: Vec<Duration>,
    pub(crate) parsed: u64,
}

/// Starts the server, probes it, and measures.
pub fn run(options: &Options) -> Result<Report> {
    if options.calls == 0 || options.window == 0 {
        return Err("there has to be at least one call and a window of one".into());
    }
    if options.calls.checked_add(options.warmup).is_none_or(|total| total > NUMBERS) {
        return Err(format!("no more than {NUMBERS} calls in a run").into());
    }
    let measured = match &options.target {
        Target::Pipes(command) => stdio::run(command, options)?,
        Target::Port(_) | Target::Url(_) => http::run(options)?,
    };
    Ok(report(options, measured))
}

/// Writes a report as a line of JSON.
pub fn print(report: &Report, out: &mut impl Write) -> Result<()> {
    serde_json::to_writer(&mut *out, report)?;
    Ok(writeln!(out)?)
}

fn report(options: &Options, measured: Measured) -> Report {
    let Measured { times: Times { clock, server_cpu, driver_cpu }, mut latencies, parsed } = measured;
    latencies.sort_unstable();
    let calls = f64::from(options.calls);
    let microseconds = |time: Duration| time.as_secs_f64() * 1e6;
    let below =
        |percent: usize| microseconds(latencies[(latencies.len() * percent / 100).min(latencies.len() - 1)]);
    let per_call = |cpu: Option<Duration>| cpu.map(|cpu| round(microseconds(cpu) / calls));
    Report {
        era: options.era.name(),
        workload: options.workload.name(),
        window: options.window,
        calls: options.calls,
        seconds: (clock.as_secs_f64() * 1e6).round() / 1e6,
        calls_per_second: round(calls / clock.as_secs_f64()),
        p50_us: round(below(50)),
        p99_us: round(below(99)),
        server_cpu_us_per_call: per_call(server_cpu),
        driver_cpu_us_per_call: per_call(driver_cpu),
        parsed,
    }
}

/// Two places behind the point are more than any of these figures repeats in.
fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
