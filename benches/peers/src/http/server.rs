//! A server that listens, started by this program or running already.

use std::process::Stdio;
use std::time::{Duration, Instant};

use super::endpoint::Endpoint;
use crate::error::Result;
use crate::process::Process;
use crate::target::Target;

pub(crate) struct HttpServer {
    /// The process, if it was started by this program.
    process: Option<Process>,
    pub(crate) endpoint: Endpoint,
}

impl HttpServer {
    /// Starts the server if it is a command, and waits until it accepts connections.
    pub(crate) fn start(target: &Target, timeout: Duration) -> Result<Self> {
        let command = match target {
            Target::Url(url) => return Ok(Self { process: None, endpoint: Endpoint::parse(url)? }),
            Target::Http(command) | Target::Stdio(command) => command,
        };
        let (endpoint, port) = Endpoint::free()?;
        let command: Vec<String> =
            command.iter().map(|word| if word == "PORT" { port.to_string() } else { word.clone() }).collect();
        let mut process = Process::start(&command, Stdio::null(), Stdio::null())?;
        let start = Instant::now();
        while endpoint.connect().is_err() {
            if let Some(status) = process.child.try_wait()? {
                return Err(format!("the server ended with {status} before it accepted a connection").into());
            }
            if start.elapsed() > timeout {
                return Err(format!("the server accepted no connection within {timeout:?}").into());
            }
            // Short in comparison with startup times, which are measured with this loop.
            std::thread::sleep(Duration::from_micros(100));
        }
        Ok(Self { process: Some(process), endpoint })
    }

    /// Returns the process id, if this program started the server.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Process::pid)
    }

    /// Terminates the process, if this program started the server.
    pub(crate) fn terminate(self, timeout: Duration) -> Result<()> {
        self.process.map_or(Ok(()), |process| process.terminate(timeout))
    }
}
