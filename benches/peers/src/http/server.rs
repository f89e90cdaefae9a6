//! A server that listens, and whether it was us who started it.

use std::process::Stdio;
use std::time::{Duration, Instant};

use super::endpoint::Endpoint;
use crate::Result;
use crate::drive::Target;
use crate::process::Process;

pub(crate) struct Server {
    process: Option<Process>,
    pub(crate) endpoint: Endpoint,
}

impl Server {
    /// Starts what has to be started, and returns when it takes connections.
    pub(crate) fn start(target: &Target, patience: Duration) -> Result<Self> {
        let command = match target {
            Target::Url(url) => return Ok(Self { process: None, endpoint: Endpoint::of_url(url)? }),
            Target::Port(command) | Target::Pipes(command) => command,
        };
        let (endpoint, port) = Endpoint::free()?;
        let command: Vec<String> =
            command.iter().map(|word| if word == "PORT" { port.to_string() } else { word.clone() }).collect();
        let mut process = Process::start(&command, Stdio::null(), Stdio::null())?;
        let begun = Instant::now();
        while endpoint.connect().is_err() {
            if let Some(status) = process.child.try_wait()? {
                return Err(format!("the server ended with {status} before it took a connection").into());
            }
            if begun.elapsed() > patience {
                return Err(format!("the server took no connection for {patience:?}").into());
            }
            // Short beside what any start takes, which is measured by this.
            std::thread::sleep(Duration::from_micros(100));
        }
        Ok(Self { process: Some(process), endpoint })
    }

    /// The number of the process that was started.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Process::pid)
    }

    /// Ends what was started.
    pub(crate) fn end(self, patience: Duration) -> Result<()> {
        self.process.map_or(Ok(()), |process| process.terminate(patience))
    }
}
