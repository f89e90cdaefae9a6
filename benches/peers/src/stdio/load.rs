//! A run over standard input and output, with up to `window` requests in flight.

use std::time::{Duration, Instant};

use super::server::StdioServer;
use crate::check::{Checker, incorrect};
use crate::cpu::Meter;
use crate::error::Result;
use crate::probe;
use crate::run_options::{Measurement, RunOptions};
use crate::workload::{Era, FIRST_NUMBER, Message, RequestTemplate};

/// Maximum size of the write buffer at which a request is added, in bytes. Large requests are added as the server reads.
const MAX_OUTGOING: usize = 256 * 1024;

/// Starts the server, probes it, and measures a run.
pub(crate) fn run(command: &[String], options: &RunOptions) -> Result<Measurement> {
    let total = options.warmup + options.calls;
    let mut server = StdioServer::start(command, options.timeout)?;
    if options.era == Era::Legacy {
        probe::initialize(&mut server)?;
    }
    probe::probe(&mut server, options.era)?;
    let mut request = Message::of_workload(options.workload, options.era, FIRST_NUMBER).body;
    request.push(b'\n');
    let mut load = StdioLoad {
        request: RequestTemplate::new(request, 0),
        checker: Checker::new(options.era, options.workload),
        window: options.window,
        start: Instant::now(),
        queued: vec![None; total as usize],
        latencies: Vec::with_capacity(total as usize),
        sent: 0,
        server,
    };
    load.exchange(options.warmup)?;
    load.latencies.clear();
    let meter = Meter::start(Some(load.server.pid()));
    load.exchange(total)?;
    let times = meter.stop();
    let StdioLoad { server, checker, latencies, .. } = load;
    server.close()?;
    Ok(Measurement { times, latencies, parsed: checker.parsed })
}

struct StdioLoad {
    server: StdioServer,
    request: RequestTemplate,
    checker: Checker,
    window: u32,
    start: Instant,
    /// For each request in order: the time since `start` at which it was queued, until its response arrives.
    queued: Vec<Option<Duration>>,
    latencies: Vec<Duration>,
    sent: u32,
}

impl StdioLoad {
    /// Sends requests until `total` were sent, and waits for all responses.
    fn exchange(&mut self, total: u32) -> Result<()> {
        let mut in_flight = 0;
        while self.sent < total || in_flight > 0 {
            in_flight += self.queue(total, self.window - in_flight);
            let can_send = self.sent < total && in_flight < self.window;
            let readable = match self.server.write()? {
                true if can_send => false,
                true => true,
                false => self.server.wait_ready()?,
            };
            if readable {
                self.server.read()?;
                in_flight -= self.receive()?;
            }
        }
        Ok(())
    }

    /// Adds up to `max` requests to the write buffer, and returns their number.
    fn queue(&mut self, total: u32, max: u32) -> u32 {
        let now = self.start.elapsed();
        let mut count = 0;
        while count < max && self.sent < total && self.server.outgoing.len() < MAX_OUTGOING {
            self.server.outgoing.extend_from_slice(self.request.set_number(FIRST_NUMBER + self.sent));
            self.queued[self.sent as usize] = Some(now);
            self.sent += 1;
            count += 1;
        }
        count
    }

    /// Checks the received lines, and returns the number of responses.
    fn receive(&mut self) -> Result<u32> {
        let now = self.start.elapsed();
        let mut count = 0;
        while let Some(line) = self.server.lines.next_line() {
            let number = self.checker.check(line).map_err(|error| incorrect(&error, line))?;
            let Some(number) = number else { continue };
            let queued = self.queued.get_mut((number - FIRST_NUMBER) as usize).and_then(Option::take);
            let Some(queued) = queued else {
                return Err(incorrect("no response with this id is due", line).into());
            };
            self.latencies.push(now - queued);
            count += 1;
        }
        Ok(count)
    }
}
