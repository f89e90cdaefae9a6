//! What a server takes that does nothing: the time until its first answer, and memory for connections and sessions.

use std::fmt::Write;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;

use super::client::Client;
use super::server::Server;
use crate::answer::expect_text;
use crate::compare::{Contender, median};
use crate::probe::Peer;
use crate::request::{Era, Message};
use crate::{Result, probe};

/// How much to hold.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How often each server is started for the time that it takes.
    pub rounds: usize,
    /// How many connections are open at once.
    pub connections: u32,
    /// How many sessions of the legacy era are open at once.
    pub sessions: u32,
}

/// How long a server may need for anything.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many calls come first, so that what a server sets up once is not counted.
const WARMUP: u32 = 1_000;

/// Measures each contender, and returns a Markdown table.
///
/// Starts and connections are those of the modern era.
pub fn run(contenders: &[Contender], options: &Options) -> Result<String> {
    if let Some(contender) = contenders.iter().find(|contender| !contender.is_http()) {
        return Err(format!("{}: the command has no PORT in it", contender.name).into());
    }
    allow_many_files()?;
    let mut starts: Vec<Vec<f64>> = vec![Vec::new(); contenders.len()];
    for _ in 0..options.rounds {
        for (contender, starts) in contenders.iter().zip(&mut starts) {
            starts.push(named(contender, first_answer(contender))?);
        }
    }
    let mut table = String::from(
        "| server | first answer ms, median | lowest to highest | resident MiB | \
         MiB per 1,000 idle connections | MiB per 1,000 idle sessions |\n|---|--:|--:|--:|--:|--:|\n",
    );
    for (contender, starts) in contenders.iter().zip(&starts) {
        let [resident, connections] = named(contender, connections(contender, options.connections))?;
        let sessions = named(contender, sessions(contender, options.sessions))?;
        writeln!(
            table,
            "| {} | {:.1} | {:.1} to {:.1} | {resident:.1} | {connections:.1} | {} |",
            contender.name,
            median(starts.iter().copied()),
            starts.iter().copied().fold(f64::INFINITY, f64::min),
            starts.iter().copied().fold(0.0, f64::max),
            sessions.map_or_else(|| "none".to_owned(), |sessions| format!("{sessions:.1}")),
        )?;
    }
    Ok(table)
}

fn named<T>(contender: &Contender, result: Result<T>) -> Result<T> {
    result.map_err(|error| format!("{}: {error}", contender.name).into())
}

/// The milliseconds from the start of the process to its first answer.
fn first_answer(contender: &Contender) -> Result<f64> {
    let start = Instant::now();
    let server = Server::start(&contender.target, PATIENCE)?;
    let mut client = Client::open(&server.endpoint, Era::Modern, PATIENCE)?;
    echo(&mut client, Era::Modern)?;
    let time = start.elapsed();
    drop(client);
    server.end(PATIENCE)?;
    Ok(time.as_secs_f64() * 1e3)
}

/// The memory of the server, and what a thousand connections add to it that had an answer each.
fn connections(contender: &Contender, count: u32) -> Result<[f64; 2]> {
    let server = Server::start(&contender.target, PATIENCE)?;
    let mut client = Client::open(&server.endpoint, Era::Modern, PATIENCE)?;
    probe::probe(&mut client, Era::Modern)?;
    for _ in 0..WARMUP {
        echo(&mut client, Era::Modern)?;
    }
    let before = resident(&server)?;
    let mut clients = Vec::new();
    for _ in 0..count {
        let mut client = Client::open(&server.endpoint, Era::Modern, PATIENCE)?;
        echo(&mut client, Era::Modern)?;
        clients.push(client);
    }
    let after = resident(&server)?;
    for client in &mut clients {
        client.connection.set_nonblocking()?;
        if !client.connection.is_quiet() {
            return Err("the server closed a connection that is kept alive".into());
        }
    }
    drop((client, clients));
    server.end(PATIENCE)?;
    Ok([before, (after - before) * 1000.0 / f64::from(count)])
}

/// What a thousand sessions add to the memory of the server, if it has any.
fn sessions(contender: &Contender, count: u32) -> Result<Option<f64>> {
    let server = Server::start(&contender.target, PATIENCE)?;
    let mut client = Client::open(&server.endpoint, Era::Legacy, PATIENCE)?;
    probe::probe(&mut client, Era::Legacy)?;
    for _ in 0..WARMUP {
        echo(&mut client, Era::Legacy)?;
    }
    let Some(first) = client.session.clone() else { return Ok(None) };
    let before = resident(&server)?;
    for _ in 0..count {
        client.begin_session()?;
    }
    let after = resident(&server)?;
    // A server that had forgotten the first one would have been measured at fewer.
    client.session = Some(first);
    echo(&mut client, Era::Legacy)?;
    drop(client);
    server.end(PATIENCE)?;
    Ok(Some((after - before) * 1000.0 / f64::from(count)))
}

fn echo(client: &mut Client, era: Era) -> Result<()> {
    let text = "the quick brown fox";
    let params = json!({"name": "echo", "arguments": {"text": text}});
    let result = client.ask(&Message::request(era, 1, "tools/call", params))?.result(era)?;
    Ok(expect_text(&result, text)?)
}

/// The resident memory in MiB, some time after the last answer: a server may tidy up behind it.
fn resident(server: &Server) -> Result<f64> {
    std::thread::sleep(Duration::from_millis(500));
    let pid = server.pid().ok_or("a server has to be started for its memory to be known")?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes =
        line.and_then(|line| line.trim().strip_suffix("kB")).ok_or("the kernel does not tell VmRSS")?;
    Ok(kibibytes.trim().parse::<f64>()? / 1024.0)
}

/// As many files as this process may have; what it starts may have as many.
fn allow_many_files() -> Result<()> {
    let limit = getrlimit(Resource::Nofile);
    Ok(setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })?)
}
