//! A run over HTTP with `window` connections, each with one request in flight.

use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::io::Errno;

use super::client::Client;
use super::connection::Connection;
use super::response::Response;
use super::server::HttpServer;
use crate::check::{Checker, incorrect};
use crate::cpu::Meter;
use crate::error::Result;
use crate::probe;
use crate::run_options::{Measurement, RunOptions};
use crate::workload::{FIRST_NUMBER, RequestTemplate};

/// Starts the server, probes it, and measures a run.
pub(crate) fn run(options: &RunOptions) -> Result<Measurement> {
    let server = HttpServer::start(&options.target, options.timeout)?;
    let mut client = Client::open(&server.endpoint, options.era, options.timeout)?;
    probe::probe(&mut client, options.era)?;
    client.probe_headers()?;
    // The connection of the probe is not measured.
    drop(client);
    let mut load = HttpLoad::open(&server, options)?;
    load.exchange(options.warmup)?;
    load.latencies.clear();
    let meter = Meter::start(server.pid());
    load.exchange(options.warmup + options.calls)?;
    let times = meter.stop();
    load.expect_idle()?;
    let HttpLoad { checker, latencies, slots, .. } = load;
    // The connections are closed first, since a graceful shutdown may wait for them.
    drop(slots);
    server.terminate(options.timeout)?;
    Ok(Measurement { times, latencies, parsed: checker.parsed })
}

struct HttpLoad {
    epoll: OwnedFd,
    slots: Vec<Slot>,
    events: Vec<epoll::Event>,
    checker: Checker,
    latencies: Vec<Duration>,
    timeout: Duration,
    /// The time of the last response.
    last_response: Instant,
    sent: u32,
    in_flight: u32,
}

/// A connection and its request.
struct Slot {
    connection: Connection,
    request: RequestTemplate,
    number: u32,
    /// The start of the request in flight.
    sent: Option<Instant>,
    /// `true` if the request is not written completely.
    is_writing: bool,
}

impl HttpLoad {
    fn open(server: &HttpServer, options: &RunOptions) -> Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let mut slots = Vec::new();
        for index in 0..options.window {
            let client = Client::open(&server.endpoint, options.era, options.timeout)?;
            let request = client.request_template(options.workload);
            let connection = client.connection;
            connection.set_nonblocking()?;
            epoll::add(&epoll, &connection, epoll::EventData::new_u64(index.into()), epoll::EventFlags::IN)?;
            slots.push(Slot { connection, request, number: 0, sent: None, is_writing: false });
        }
        Ok(Self {
            epoll,
            events: Vec::with_capacity(slots.len()),
            slots,
            checker: Checker::new(options.era, options.workload),
            latencies: Vec::with_capacity((options.warmup + options.calls) as usize),
            timeout: options.timeout,
            last_response: Instant::now(),
            sent: 0,
            in_flight: 0,
        })
    }

    /// Sends requests until `total` were sent, and waits for all responses.
    fn exchange(&mut self, total: u32) -> Result<()> {
        self.last_response = Instant::now();
        for index in 0..self.slots.len() {
            self.send_next(index, total)?;
        }
        let timeout = Timespec::try_from(self.timeout)?;
        while self.in_flight > 0 {
            self.events.clear();
            match epoll::wait(&self.epoll, spare_capacity(&mut self.events), Some(&timeout)) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            for event in 0..self.events.len() {
                let index = usize::try_from(self.events[event].data.u64())?;
                self.handle_event(index, total)?;
            }
            // The time since the last response is limited, too, since a server may send heartbeats without a response.
            if self.last_response.elapsed() > self.timeout {
                return Err(format!("no response within {:?} while some were due", self.timeout).into());
            }
        }
        Ok(())
    }

    /// Sends the next request on a connection, unless all were sent.
    fn send_next(&mut self, index: usize, total: u32) -> Result<()> {
        if self.sent == total {
            return Ok(());
        }
        let slot = &mut self.slots[index];
        slot.number = FIRST_NUMBER + self.sent;
        self.sent += 1;
        self.in_flight += 1;
        slot.connection.begin();
        slot.sent = Some(Instant::now());
        slot.is_writing = !slot.connection.write(slot.request.set_number(slot.number))?;
        if slot.is_writing {
            slot.set_interest(&self.epoll, index, epoll::EventFlags::IN | epoll::EventFlags::OUT)?;
        }
        Ok(())
    }

    /// Writes and reads on a connection. After a complete response, checks it and sends the next request.
    fn handle_event(&mut self, index: usize, total: u32) -> Result<()> {
        let slot = &mut self.slots[index];
        let sent = slot.sent.ok_or(UNEXPECTED)?;
        if slot.is_writing && slot.connection.write(slot.request.bytes())? {
            slot.is_writing = false;
            slot.set_interest(&self.epoll, index, epoll::EventFlags::IN)?;
        }
        let Some(response) = slot.connection.read()? else { return Ok(()) };
        self.last_response = Instant::now();
        check(&mut self.checker, &response, slot.number)?;
        slot.sent = None;
        self.latencies.push(self.last_response - sent);
        self.in_flight -= 1;
        self.send_next(index, total)
    }

    /// Checks that all connections are open and that there is no further data.
    fn expect_idle(&mut self) -> Result<()> {
        match self.slots.iter_mut().all(|slot| slot.connection.is_idle()) {
            true => Ok(()),
            false => Err(UNEXPECTED.into()),
        }
    }
}

impl Slot {
    fn set_interest(&self, epoll: &OwnedFd, index: usize, flags: epoll::EventFlags) -> Result<()> {
        let data = epoll::EventData::new_u64(u64::try_from(index)?);
        Ok(epoll::modify(epoll, &self.connection, data, flags)?)
    }
}

const UNEXPECTED: &str = "the server closed an idle connection, or sent unexpected data";

/// Checks the response to the request with this number.
fn check(checker: &mut Checker, response: &Response<'_>, number: u32) -> Result<()> {
    if response.status != 200 {
        return Err(incorrect(&format!("the status is {}", response.status), response.body).into());
    }
    let mut count = 0;
    for message in response.messages()? {
        match checker.check(&message).map_err(|error| incorrect(&error, &message))? {
            None => {}
            Some(received) if received == number => count += 1,
            Some(_) => return Err(incorrect("no response with this id is due", &message).into()),
        }
    }
    if count != 1 {
        return Err(incorrect(&format!("the body contains {count} responses"), response.body).into());
    }
    Ok(())
}
