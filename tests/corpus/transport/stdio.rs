//! Standard input and output of a process: this test, started once more.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdin, Command, Stdio as Pipe};
use std::sync::mpsc::channel;
use std::time::Duration;

use serde_json::Value;

use super::lines::Received;
use super::{PATIENCE, Transport};
use crate::notation::Reply;
use crate::servers::{self, Served};

/// The variable with the server that the process serves, and the address to which events are sent.
const SERVER: &str = "MCPWRIGHT_CORPUS_SERVER";
const EVENTS: &str = "MCPWRIGHT_CORPUS_EVENTS";

/// The first line that the test prints before the server begins.
const HEADING: &str = "running 1 test";

/// A client that has started a server as a process.
pub(crate) struct Stdio {
    process: Child,
    input: Option<ChildStdin>,
    events: BufReader<TcpStream>,
    received: Received,
}

impl Stdio {
    /// Starts the test of this name as a server.
    pub(crate) fn start(test: &str, server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it listens");
        let mut process = Command::new(env::current_exe().expect("this is a program"))
            .args([test, "--exact", "--nocapture", "--quiet"])
            .envs([(SERVER, server.to_owned()), (EVENTS, address.to_string())])
            .stdin(Pipe::piped())
            .stdout(Pipe::piped())
            .stderr(Pipe::null())
            .spawn()
            .expect("this program can be started once more");
        let input = process.stdin.take();
        let output = process.stdout.take().expect("it is piped");
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(Result::ok);
            for line in lines.skip_while(|line| line != HEADING).skip(1) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let (events, _) = listener.accept().expect("the process connects");
        events.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
        Self { process, input, events: BufReader::new(events), received: Received::new(receiver) }
    }
}

/// Serves standard input and output if this process was started for that. Does not return then.
pub(crate) fn serve_if_child(runtime: &tokio::runtime::Runtime) {
    let Ok(name) = env::var(SERVER) else { return };
    let Served { server, state } = servers::server(&name);
    let address = env::var(EVENTS).expect("the address of the events is set, too");
    let events = TcpStream::connect(address).expect("the test listens");
    std::thread::spawn(move || {
        let mut answers = events.try_clone().expect("a socket can be shared");
        for event in BufReader::new(events).lines().map_while(Result::ok) {
            let answer = state.event(&event).map_or_else(|error| error, |()| String::new());
            let _ = writeln!(answers, "{answer}");
        }
    });
    let served = runtime.block_on(async { mcpwright_transport::stdio(server).await });
    std::process::exit(i32::from(served.is_err()));
}

impl Transport for Stdio {
    fn send(&mut self, message: &str, _: Option<&Reply>) -> Result<(), String> {
        let input = self.input.as_mut().ok_or("the input is closed")?;
        writeln!(input, "{message}").map_err(|error| error.to_string())
    }

    fn next(&self) -> Vec<&Value> {
        self.received.next()
    }

    fn take(&mut self, _: usize) -> Value {
        self.received.take()
    }

    fn wait(&mut self) -> Result<bool, String> {
        self.received.wait()
    }

    fn event(&mut self, event: &str) -> Result<(), String> {
        writeln!(self.events.get_mut(), "{event}").map_err(|error| error.to_string())?;
        let mut answer = String::new();
        self.events.read_line(&mut answer).map_err(|error| error.to_string())?;
        if answer == "\n" { Ok(()) } else { Err(answer) }
    }

    fn sleep(&mut self, time: Duration) {
        std::thread::sleep(time);
    }

    fn close(&mut self) -> Result<(), String> {
        self.input = None;
        Ok(())
    }
}

impl Drop for Stdio {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
