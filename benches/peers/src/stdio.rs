//! A run over standard input and output: as many requests in flight in one pipe as the window has room for.

use std::time::{Duration, Instant};

use crate::Result;
use crate::answer::{Checker, wrong};
use crate::cpu::Meter;
use crate::drive::{Measured, Options};
use crate::probe;
use crate::request::{Era, FIRST_NUMBER, Message, Request};
use crate::server::Server;

/// How much waits to be written at most: requests of a megabyte are built as the server takes them.
const OUTGOING: usize = 256 * 1024;

/// Starts the server, probes it, and measures.
pub(crate) fn run(command: &[String], options: &Options) -> Result<Measured> {
    let total = options.warmup + options.calls;
    let mut server = Server::start(command, options.patience)?;
    if options.era == Era::Legacy {
        probe::initialize(&mut server)?;
    }
    probe::probe(&mut server, options.era)?;
    let mut request = Message::of_workload(options.workload, options.era, FIRST_NUMBER).body;
    request.push(b'\n');
    let mut run = Run {
        request: Request::new(request, 0),
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
    let meter = Meter::start(Some(run.server.pid()));
    run.exchange(total)?;
    let times = meter.stop();
    let Run { server, checker, latencies, .. } = run;
    server.close()?;
    Ok(Measured { times, latencies, parsed: checker.parsed })
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
            self.server.outgoing.extend_from_slice(self.request.numbered(FIRST_NUMBER + self.sent));
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
