//! Runs of one workload on one server.

use std::io::Write;
use std::time::Duration;

use serde::Serialize;

use crate::cpu::Times;
use crate::error::Result;
use crate::http;
use crate::run_options::{Measurement, RunOptions};
use crate::stdio;
use crate::target::Target;
use crate::workload::MAX_REQUESTS;

/// Figures of a run. There is no report unless every response was correct.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The era of the protocol.
    pub era: &'static str,
    /// The workload.
    pub workload: &'static str,
    /// Number of requests in flight at a time.
    pub window: u32,
    /// Number of measured calls.
    pub calls: u32,
    /// Wall time of the measured calls, in seconds.
    pub seconds: f64,
    /// Calls per second.
    pub calls_per_second: f64,
    /// Median latency from queueing a request to receiving its response, in microseconds.
    pub p50_us: f64,
    /// 99th percentile of the latency, in microseconds.
    pub p99_us: f64,
    /// Processor time of the server per call, in microseconds.
    pub server_cpu_us_per_call: Option<f64>,
    /// Processor time of the driver per call, in microseconds.
    pub driver_cpu_us_per_call: Option<f64>,
    /// Number of responses that were parsed. The others were compared with a parsed one.
    pub parsed: u64,
}

/// Starts the server, probes it, and measures a run.
pub fn run(options: &RunOptions) -> Result<Report> {
    if options.calls == 0 || options.window == 0 {
        return Err("a run must have at least one call and a window of at least one".into());
    }
    if options.calls.checked_add(options.warmup).is_none_or(|total| total > MAX_REQUESTS) {
        return Err(format!("a run must have at most {MAX_REQUESTS} calls").into());
    }
    let measurement = match &options.target {
        Target::Stdio(command) => stdio::load::run(command, options)?,
        Target::Http(_) | Target::Url(_) => http::load::run(options)?,
    };
    Ok(report(options, measurement))
}

/// Writes a report as a line of JSON.
pub fn print(report: &Report, out: &mut impl Write) -> Result<()> {
    serde_json::to_writer(&mut *out, report)?;
    Ok(writeln!(out)?)
}

fn report(options: &RunOptions, measurement: Measurement) -> Report {
    let Measurement { times: Times { wall, server_cpu, driver_cpu }, mut latencies, parsed } = measurement;
    latencies.sort_unstable();
    let calls = f64::from(options.calls);
    let microseconds = |time: Duration| time.as_secs_f64() * 1e6;
    let percentile =
        |percent: usize| microseconds(latencies[(latencies.len() * percent / 100).min(latencies.len() - 1)]);
    let per_call = |cpu: Option<Duration>| cpu.map(|cpu| round(microseconds(cpu) / calls));
    Report {
        era: options.era.name(),
        workload: options.workload.name(),
        window: options.window,
        calls: options.calls,
        seconds: (wall.as_secs_f64() * 1e6).round() / 1e6,
        calls_per_second: round(calls / wall.as_secs_f64()),
        p50_us: round(percentile(50)),
        p99_us: round(percentile(99)),
        server_cpu_us_per_call: per_call(server_cpu),
        driver_cpu_us_per_call: per_call(driver_cpu),
        parsed,
    }
}

/// Rounds to two decimals, which is more than the precision of the figures.
fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
