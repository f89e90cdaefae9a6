//! A run over HTTP: as many connections as the window says, each of which asks again when it has its answer.

use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::io::Errno;

use super::client::Client;
use super::connection::Connection;
use super::response::Response;
use super::server::Server;
use crate::Result;
use crate::answer::{Checker, wrong};
use crate::cpu::Meter;
use crate::drive::{Measured, Options};
use crate::probe;
use crate::request::{FIRST_NUMBER, Request};

/// Starts the server, probes it, and measures.
pub(crate) fn run(options: &Options) -> Result<Measured> {
    let server = Server::start(&options.target, options.patience)?;
    let mut client = Client::open(&server.endpoint, options.era, options.patience)?;
    probe::probe(&mut client, options.era)?;
    client.probe_headers()?;
    // Its connection is none of those that are measured.
    drop(client);
    let mut load = Load::open(&server, options)?;
    load.exchange(options.warmup)?;
    load.latencies.clear();
    let meter = Meter::start(server.pid());
    load.exchange(options.warmup + options.calls)?;
    let times = meter.stop();
    load.expect_quiet()?;
    let Load { checker, latencies, slots, .. } = load;
    // A server that is told to end may wait for its connections.
    drop(slots);
    server.end(options.patience)?;
    Ok(Measured { times, latencies, parsed: checker.parsed })
}

struct Load {
    epoll: OwnedFd,
    slots: Vec<Slot>,
    events: Vec<epoll::Event>,
    checker: Checker,
    latencies: Vec<Duration>,
    patience: Duration,
    /// When the last answer came.
    answered: Instant,
    sent: u32,
    in_flight: u32,
}

/// A connection and its request.
struct Slot {
    connection: Connection,
    request: Request,
    number: u32,
    /// Since when the answer is due, if one is.
    due: Option<Instant>,
    /// Whether we wait for room to write, too.
    waits_to_write: bool,
}

impl Load {
    fn open(server: &Server, options: &Options) -> Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let mut slots = Vec::new();
        for at in 0..options.window {
            let client = Client::open(&server.endpoint, options.era, options.patience)?;
            let request = client.requests(options.workload);
            let connection = client.connection;
            connection.set_nonblocking()?;
            epoll::add(&epoll, &connection, epoll::EventData::new_u64(at.into()), epoll::EventFlags::IN)?;
            slots.push(Slot { connection, request, number: 0, due: None, waits_to_write: false });
        }
        Ok(Self {
            epoll,
            events: Vec::with_capacity(slots.len()),
            slots,
            checker: Checker::new(options.era, options.workload),
            latencies: Vec::with_capacity((options.warmup + options.calls) as usize),
            patience: options.patience,
            answered: Instant::now(),
            sent: 0,
            in_flight: 0,
        })
    }

    /// Sends requests until `total` were sent, and returns when all of them are answered.
    fn exchange(&mut self, total: u32) -> Result<()> {
        self.answered = Instant::now();
        for at in 0..self.slots.len() {
            self.ask(at, total)?;
        }
        let patience = Timespec::try_from(self.patience)?;
        while self.in_flight > 0 {
            self.events.clear();
            match epoll::wait(&self.epoll, spare_capacity(&mut self.events), Some(&patience)) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            for event in 0..self.events.len() {
                let at = usize::try_from(self.events[event].data.u64())?;
                self.attend(at, total)?;
            }
            // Whatever else came: a stream may be kept alive without an answer.
            if self.answered.elapsed() > self.patience {
                return Err(format!("no answer came for {:?} though some were due", self.patience).into());
            }
        }
        Ok(())
    }

    /// Begins the next request on a connection, unless all were sent.
    fn ask(&mut self, at: usize, total: u32) -> Result<()> {
        if self.sent == total {
            return Ok(());
        }
        let slot = &mut self.slots[at];
        slot.number = FIRST_NUMBER + self.sent;
        self.sent += 1;
        self.in_flight += 1;
        slot.connection.begin();
        slot.due = Some(Instant::now());
        slot.waits_to_write = !slot.connection.write(slot.request.numbered(slot.number))?;
        if slot.waits_to_write {
            slot.watch(&self.epoll, at, epoll::EventFlags::IN | epoll::EventFlags::OUT)?;
        }
        Ok(())
    }

    /// Does what a connection is ready for; when that ends an answer, it is checked, and the next request begins.
    fn attend(&mut self, at: usize, total: u32) -> Result<()> {
        let slot = &mut self.slots[at];
        let due = slot.due.ok_or(DISQUIET)?;
        if slot.waits_to_write && slot.connection.write(slot.request.bytes())? {
            slot.waits_to_write = false;
            slot.watch(&self.epoll, at, epoll::EventFlags::IN)?;
        }
        let Some(response) = slot.connection.read()? else { return Ok(()) };
        self.answered = Instant::now();
        check(&mut self.checker, &response, slot.number)?;
        slot.due = None;
        self.latencies.push(self.answered - due);
        self.in_flight -= 1;
        self.ask(at, total)
    }

    /// Nothing came that nobody asked for.
    fn expect_quiet(&mut self) -> Result<()> {
        match self.slots.iter_mut().all(|slot| slot.connection.is_quiet()) {
            true => Ok(()),
            false => Err(DISQUIET.into()),
        }
    }
}

impl Slot {
    fn watch(&self, epoll: &OwnedFd, at: usize, flags: epoll::EventFlags) -> Result<()> {
        let data = epoll::EventData::new_u64(u64::try_from(at)?);
        Ok(epoll::modify(epoll, &self.connection, data, flags)?)
    }
}

const DISQUIET: &str = "the server closed a connection that is kept alive, or sent more than was asked for";

/// Whether a response is the right one to the request with this number.
fn check(checker: &mut Checker, response: &Response<'_>, number: u32) -> Result<()> {
    if response.status != 200 {
        return Err(wrong(&format!("its status is {}", response.status), response.body).into());
    }
    let mut answers = 0;
    for message in response.messages()? {
        match checker.check(&message).map_err(|error| wrong(&error, &message))? {
            None => {}
            Some(answered) if answered == number => answers += 1,
            Some(_) => return Err(wrong("nothing with this id was due", &message).into()),
        }
    }
    if answers != 1 {
        return Err(wrong(&format!("it holds {answers} answers"), response.body).into());
    }
    Ok(())
}
