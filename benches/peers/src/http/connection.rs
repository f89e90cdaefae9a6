//! One connection that is kept alive, with one request at a time.

use std::io::{self, Write};
use std::net::TcpStream;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use super::endpoint::Endpoint;
use super::response::{Reader, Response};
use crate::Result;

pub(crate) struct Connection {
    stream: TcpStream,
    reader: Reader,
    /// How much of the request was written.
    written: usize,
    patience: Duration,
}

impl Connection {
    /// Connects; reads and writes wait for as long as `patience`.
    pub(crate) fn open(endpoint: &Endpoint, patience: Duration) -> Result<Self> {
        let stream = endpoint.connect().map_err(|error| format!("cannot connect: {error}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(patience))?;
        stream.set_write_timeout(Some(patience))?;
        Ok(Self { stream, reader: Reader::new(), written: 0, patience })
    }

    /// Sends a request, and waits for the response; for what is not measured.
    pub(crate) fn exchange(&mut self, request: &[u8]) -> Result<Response<'_>> {
        self.reader.clear();
        let begun = Instant::now();
        self.stream.write_all(request).map_err(|error| failed(&error))?;
        while !self.reader.is_complete()? {
            // Whatever else came: a stream may be kept alive without an answer.
            if begun.elapsed() > self.patience {
                return Err(format!("no answer came for {:?}", self.patience).into());
            }
            if self.reader.fill(&mut self.stream).map_err(|error| failed(&error))? == 0 {
                return Err("the server closed the connection though an answer was due".into());
            }
        }
        Ok(self.reader.response().ok_or("no response")?)
    }

    /// From now on, reads and writes do not wait.
    pub(crate) fn set_nonblocking(&self) -> io::Result<()> {
        self.stream.set_nonblocking(true)
    }

    /// Begins with a request; the response before it is gone.
    pub(crate) fn begin(&mut self) {
        self.reader.clear();
        self.written = 0;
    }

    /// Writes what the socket takes of the request begun, and returns whether that was everything.
    pub(crate) fn write(&mut self, request: &[u8]) -> Result<bool> {
        while self.written < request.len() {
            match self.stream.write(&request[self.written..]) {
                Ok(count) => self.written += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(failed(&error).into()),
            }
        }
        Ok(true)
    }

    /// Reads what has arrived, and returns the response if that was its end.
    pub(crate) fn read(&mut self) -> Result<Option<Response<'_>>> {
        loop {
            match self.reader.fill(&mut self.stream) {
                Ok(0) => return Err("the server closed the connection though an answer was due".into()),
                Ok(_) if self.reader.is_complete()? => return Ok(self.reader.response()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(failed(&error).into()),
            }
        }
    }

    /// Whether the server has neither closed the connection nor sent anything; nothing may be due.
    pub(crate) fn is_quiet(&mut self) -> bool {
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

fn failed(error: &io::Error) -> String {
    match error.kind() {
        // What a socket says whose time is over.
        io::ErrorKind::WouldBlock => "no answer came for as long as we wait".to_owned(),
        _ => format!("the connection failed: {error}"),
    }
}
