//! The footprint of idle servers: startup time, and memory of connections and sessions.

use std::fmt::Write;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;

use super::client::Client;
use super::server::HttpServer;
use crate::check::expect_text;
use crate::contender::Contender;
use crate::error::Result;
use crate::median::median;
use crate::probe::{self, Exchange};
use crate::workload::{Era, Message};

/// Options of a measurement of footprints.
#[derive(Clone, Copy, Debug)]
pub struct FootprintOptions {
    /// Number of starts of each server.
    pub rounds: usize,
    /// Number of open connections.
    pub connections: u32,
    /// Number of open sessions of the legacy era.
    pub sessions: u32,
}

/// Timeout of all operations.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Number of calls before the measurement, so that one-time allocations are not counted.
const WARMUP: u32 = 1_000;

/// Measures the footprint of each server, and returns a Markdown table.
///
/// Startup and connections are measured in the modern era.
pub fn run(contenders: &[Contender], options: &FootprintOptions) -> Result<String> {
    if let Some(contender) = contenders.iter().find(|contender| !contender.is_http()) {
        return Err(format!("{}: the command must contain PORT", contender.name).into());
    }
    raise_file_limit()?;
    let mut starts: Vec<Vec<f64>> = vec![Vec::new(); contenders.len()];
    for _ in 0..options.rounds {
        for (contender, starts) in contenders.iter().zip(&mut starts) {
            starts.push(with_name(contender, startup_time(contender))?);
        }
    }
    let mut table = String::from(
        "| server | first response ms, median | lowest to highest | resident MiB | \
         MiB per 1,000 idle connections | MiB per 1,000 idle sessions |\n|---|--:|--:|--:|--:|--:|\n",
    );
    for (contender, starts) in contenders.iter().zip(&starts) {
        let [resident, connections] = with_name(contender, connections(contender, options.connections))?;
        let sessions = with_name(contender, sessions(contender, options.sessions))?;
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

fn with_name<T>(contender: &Contender, result: Result<T>) -> Result<T> {
    result.map_err(|error| format!("{}: {error}", contender.name).into())
}

/// Measures the time from the start of the process to its first response, in milliseconds.
fn startup_time(contender: &Contender) -> Result<f64> {
    let start = Instant::now();
    let server = HttpServer::start(&contender.target, TIMEOUT)?;
    let mut client = Client::open(&server.endpoint, Era::Modern, TIMEOUT)?;
    echo(&mut client, Era::Modern)?;
    let time = start.elapsed();
    drop(client);
    server.terminate(TIMEOUT)?;
    Ok(time.as_secs_f64() * 1e3)
}

/// Measures the memory of the server, and the memory of 1,000 idle connections, each with one response. In MiB.
fn connections(contender: &Contender, count: u32) -> Result<[f64; 2]> {
    let server = HttpServer::start(&contender.target, TIMEOUT)?;
    let mut client = Client::open(&server.endpoint, Era::Modern, TIMEOUT)?;
    probe::probe(&mut client, Era::Modern)?;
    for _ in 0..WARMUP {
        echo(&mut client, Era::Modern)?;
    }
    let initial = resident(&server)?;
    let mut clients = Vec::new();
    for _ in 0..count {
        let mut client = Client::open(&server.endpoint, Era::Modern, TIMEOUT)?;
        echo(&mut client, Era::Modern)?;
        clients.push(client);
    }
    let loaded = resident(&server)?;
    for client in &mut clients {
        client.connection.set_nonblocking()?;
        if !client.connection.is_idle() {
            return Err("the server closed an idle connection".into());
        }
    }
    drop((client, clients));
    server.terminate(TIMEOUT)?;
    Ok([initial, (loaded - initial) * 1000.0 / f64::from(count)])
}

/// Measures the memory of 1,000 idle sessions, in MiB, if the server has sessions.
fn sessions(contender: &Contender, count: u32) -> Result<Option<f64>> {
    let server = HttpServer::start(&contender.target, TIMEOUT)?;
    let mut client = Client::open(&server.endpoint, Era::Legacy, TIMEOUT)?;
    probe::probe(&mut client, Era::Legacy)?;
    for _ in 0..WARMUP {
        echo(&mut client, Era::Legacy)?;
    }
    let Some(first) = client.session.clone() else { return Ok(None) };
    let initial = resident(&server)?;
    for _ in 0..count {
        client.begin_session()?;
    }
    let loaded = resident(&server)?;
    // The first session must still exist, otherwise the memory would be that of fewer sessions.
    client.session = Some(first);
    echo(&mut client, Era::Legacy)?;
    drop(client);
    server.terminate(TIMEOUT)?;
    Ok(Some((loaded - initial) * 1000.0 / f64::from(count)))
}

fn echo(client: &mut Client, era: Era) -> Result<()> {
    let text = "the quick brown fox";
    let params = json!({"name": "echo", "arguments": {"text": text}});
    let result = client.request(&Message::request(era, 1, "tools/call", params))?.result(era)?;
    Ok(expect_text(&result, text)?)
}

/// Returns the resident memory in MiB, after a pause in which the server can release memory.
fn resident(server: &HttpServer) -> Result<f64> {
    std::thread::sleep(Duration::from_millis(500));
    let pid =
        server.pid().ok_or("the memory can be measured only for a server that is started by this program")?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes =
        line.and_then(|line| line.trim().strip_suffix("kB")).ok_or("the kernel does not provide VmRSS")?;
    Ok(kibibytes.trim().parse::<f64>()? / 1024.0)
}

/// Raises the limit of open files of this process and its child processes to the maximum.
fn raise_file_limit() -> Result<()> {
    let limit = getrlimit(Resource::Nofile);
    Ok(setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })?)
}
