//! One run: a server, a workload, a number of calls, and how long they took.

use std::io::Write;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::answer::Checker;
use crate::request::{Era, FIRST_NUMBER, NUMBERS, Request, Workload};
use crate::server::Server;
use crate::{Result, cpu, probe};

/// How much waits to be written at most: requests of a megabyte are built as the server takes them.
const OUTGOING: usize = 256 * 1024;

/// What to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The server's program and its arguments.
    pub command: Vec<String>,
    /// The revision to speak.
    pub era: Era,
    /// What to ask for.
    pub workload: Workload,
    /// How many answers to measure.
    pub calls: u32,
    /// How many requests are in flight at a time.
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

/// Starts the server, probes it, and measures.
pub fn run(options: &Options) -> Result<Report> {
    if options.calls == 0 || options.window == 0 {
        return Err("there has to be at least one call and a window of one".into());
    }
    let total = options.calls.checked_add(options.warmup).filter(|&total| total <= NUMBERS);
    let total = total.ok_or_else(|| format!("no more than {NUMBERS} calls in a run"))?;
    let mut server = Server::start(&options.command, options.patience)?;
    probe::probe(&mut server, options.era)?;
    let mut run = Run {
        request: Request::new(options.workload, options.era),
        checker: Checker::new(options.era, options.workload),
        window: options.window,
        started: Instant::now(),
        due: vec![None; total as usize],
        latencies: Vec::with_capacity(total as usize),
        sent: 0,
        server,
    };
    run.exchange(options.warmup)?;
    run.latencies.clear();
    let server_before = cpu::used_by(run.server.pid());
    let driver_before = cpu::used_by(std::process::id());
    let start = Instant::now();
    run.exchange(total)?;
    let time = start.elapsed();
    let server_cpu = since(server_before, cpu::used_by(run.server.pid()));
    let driver_cpu = since(driver_before, cpu::used_by(std::process::id()));
    let Run { server, checker, latencies, .. } = run;
    server.close()?;
    Ok(report(options, time, [server_cpu, driver_cpu], latencies, checker.parsed))
}

/// Writes a report as a line of JSON.
pub fn print(report: &Report, out: &mut impl Write) -> Result<()> {
    serde_json::to_writer(&mut *out, report)?;
    Ok(writeln!(out)?)
}

struct Run {
    server: Server,
    request: Request,
    checker: Checker,
    window: u32,
    /// What the times below count from.
    started: Instant,
    /// By the order of sending: when a request was queued, until its answer is here.
    due: Vec<Option<Duration>>,
    latencies: Vec<Duration>,
    sent: u32,
}

impl Run {
    /// Sends requests until `total` were sent, and returns when all of them are answered.
    fn exchange(&mut self, total: u32) -> Result<()> {
        let mut in_flight = 0;
        while self.sent < total || in_flight > 0 {
            in_flight += self.queue(total, self.window - in_flight);
            let may_send_more = self.sent < total && in_flight < self.window;
            let readable = match self.server.write()? {
                true if may_send_more => false,
                true => true,
                false => self.server.wait_for_either()?,
            };
            if readable {
                self.server.read()?;
                in_flight -= self.receive()?;
            }
        }
        Ok(())
    }

    /// Builds as many requests as there is room for, and returns how many these were.
    fn queue(&mut self, total: u32, room: u32) -> u32 {
        let now = self.started.elapsed();
        let mut queued = 0;
        while queued < room && self.sent < total && self.server.outgoing.len() < OUTGOING {
            self.request.write(FIRST_NUMBER + self.sent, &mut self.server.outgoing);
            self.due[self.sent as usize] = Some(now);
            self.sent += 1;
            queued += 1;
        }
        queued
    }

    /// Checks the lines that have come, and returns how many answers these were.
    fn receive(&mut self) -> Result<u32> {
        let now = self.started.elapsed();
        let mut answers = 0;
        while let Some(line) = self.server.lines.take() {
            let number = self.checker.check(line).map_err(|error| wrong(&error, line))?;
            let Some(number) = number else { continue };
            let due = self.due.get_mut((number - FIRST_NUMBER) as usize).and_then(Option::take);
            let Some(queued) = due else {
                return Err(wrong("nothing with this id was due", line).into());
            };
            self.latencies.push(now - queued);
            answers += 1;
        }
        Ok(answers)
    }
}

fn wrong(reason: &str, line: &[u8]) -> String {
    let line = String::from_utf8_lossy(&line[..line.len().min(400)]);
    format!("a wrong answer: {reason}; it began with {line}")
}

fn since(before: Option<Duration>, after: Option<Duration>) -> Option<Duration> {
    after?.checked_sub(before?)
}

fn report(
    options: &Options,
    time: Duration,
    [server_cpu, driver_cpu]: [Option<Duration>; 2],
    mut latencies: Vec<Duration>,
    parsed: u64,
) -> Report {
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
        seconds: (time.as_secs_f64() * 1e6).round() / 1e6,
        calls_per_second: round(calls / time.as_secs_f64()),
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
