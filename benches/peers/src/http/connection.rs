//! A persistent connection with one request in flight.

use std::io::{self, Write};
use std::net::TcpStream;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use super::endpoint::Endpoint;
use super::response::{Reader, Response};
use crate::error::Result;

pub(crate) struct Connection {
    stream: TcpStream,
    reader: Reader,
    /// Number of bytes of the request that were written.
    written: usize,
    timeout: Duration,
}

impl Connection {
    /// Connects, with a timeout for reads and writes.
    pub(crate) fn open(endpoint: &Endpoint, timeout: Duration) -> Result<Self> {
        let stream = endpoint.connect().map_err(|error| format!("cannot connect: {error}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(timeout))?;
        stream.set_write_timeout(Some(timeout))?;
        Ok(Self { stream, reader: Reader::new(), written: 0, timeout })
    }

    /// Sends a request, and waits for the response.
    pub(crate) fn exchange(&mut self, request: &[u8]) -> Result<Response<'_>> {
        self.reader.clear();
        let start = Instant::now();
        self.stream.write_all(request).map_err(|error| describe(&error))?;
        while !self.reader.is_complete()? {
            // The total time is limited, too, since a server may send heartbeats without a response.
            if start.elapsed() > self.timeout {
                return Err(format!("no response within {:?}", self.timeout).into());
            }
            if self.reader.fill(&mut self.stream).map_err(|error| describe(&error))? == 0 {
                return Err(CLOSED.into());
            }
        }
        Ok(self.reader.response().ok_or("no response")?)
    }

    /// Makes reads and writes non-blocking.
    pub(crate) fn set_nonblocking(&self) -> io::Result<()> {
        self.stream.set_nonblocking(true)
    }

    /// Prepares for the next request, and discards the last response.
    pub(crate) fn begin(&mut self) {
        self.reader.clear();
        self.written = 0;
    }

    /// Writes as much of the request as the socket accepts. Returns `true` if everything was written.
    pub(crate) fn write(&mut self, request: &[u8]) -> Result<bool> {
        while self.written < request.len() {
            match self.stream.write(&request[self.written..]) {
                Ok(count) => self.written += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(describe(&error).into()),
            }
        }
        Ok(true)
    }

    /// Reads the available data, and returns the response if it is complete.
    pub(crate) fn read(&mut self) -> Result<Option<Response<'_>>> {
        loop {
            match self.reader.fill(&mut self.stream) {
                Ok(0) => return Err(CLOSED.into()),
                Ok(_) if self.reader.is_complete()? => return Ok(self.reader.response()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(describe(&error).into()),
            }
        }
    }

    /// Returns `true` if the connection is open and no data is available. No response may be due.
    pub(crate) fn is_idle(&mut self) -> bool {
        self.reader.clear();
        let read = self.reader.fill(&mut self.stream);
        read.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

const CLOSED: &str = "the server closed the connection while a response was due";

fn describe(error: &io::Error) -> String {
    match error.kind() {
        // The error of a socket with a timeout.
        io::ErrorKind::WouldBlock => "the connection timed out".to_owned(),
        _ => format!("the connection failed: {error}"),
    }
}
