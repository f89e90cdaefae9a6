//! Lines over an in-memory stream.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use mcpwright_transport::{LineLimits, memory, serve};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, ReadHalf, WriteHalf};
use tokio::runtime::Handle;

use super::{PATIENCE, Transport};
use crate::notation::Reply;
use crate::servers::{Served, State};

/// A client that reads and writes lines.
pub(crate) struct Lines {
    runtime: Handle,
    writer: WriteHalf<DuplexStream>,
    state: State,
    /// Number of bytes in one write.
    piece: usize,
    end_of_line: &'static str,
    received: Received,
}

impl Lines {
    /// A client in memory that writes whole lines.
    pub(crate) fn whole(runtime: &Handle, Served { server, state }: Served) -> Self {
        let _guard = runtime.enter();
        Self::new(runtime, memory(server), state, usize::MAX, "\n")
    }

    /// A client that writes a few bytes at a time, with empty lines between its messages.
    pub(crate) fn in_pieces(runtime: &Handle, Served { server, state }: Served) -> Self {
        let (client, ours) = tokio::io::duplex(64);
        let (reader, writer) = tokio::io::split(ours);
        runtime.spawn(async move {
            serve(server, reader, writer, LineLimits::default()).await.expect("the client reads to the end");
        });
        Self::new(runtime, client, state, 7, "\r\n\n")
    }

    fn new(
        runtime: &Handle,
        stream: DuplexStream,
        state: State,
        piece: usize,
        end_of_line: &'static str,
    ) -> Self {
        let (reader, writer) = tokio::io::split(stream);
        let (sender, receiver) = channel();
        runtime.spawn(read(reader, sender));
        Self {
            runtime: runtime.clone(),
            writer,
            state,
            piece,
            end_of_line,
            received: Received::new(receiver),
        }
    }
}

async fn read(reader: ReadHalf<DuplexStream>, sender: Sender<String>) {
    let mut lines = BufReader::new(reader).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if sender.send(line).is_err() {
            return;
        }
    }
}

impl Transport for Lines {
    fn send(&mut self, message: &str, _: Option<&Reply>) -> Result<(), String> {
        let bytes = format!("{message}{}", self.end_of_line).into_bytes();
        self.runtime.block_on(async {
            for piece in bytes.chunks(self.piece.min(bytes.len())) {
                self.writer.write_all(piece).await.map_err(|error| error.to_string())?;
            }
            Ok(())
        })
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
        self.state.event(event)
    }

    fn sleep(&mut self, time: Duration) {
        std::thread::sleep(time);
    }

    fn close(&mut self) -> Result<(), String> {
        self.runtime.block_on(self.writer.shutdown()).map_err(|error| error.to_string())
    }
}

/// The lines that were received, in their order.
pub(super) struct Received {
    lines: Receiver<String>,
    messages: VecDeque<Value>,
}

impl Received {
    pub(super) fn new(lines: Receiver<String>) -> Self {
        Self { lines, messages: VecDeque::new() }
    }

    pub(super) fn next(&self) -> Vec<&Value> {
        self.messages.front().into_iter().collect()
    }

    pub(super) fn take(&mut self) -> Value {
        self.messages.pop_front().expect("a message was there")
    }

    pub(super) fn wait(&mut self) -> Result<bool, String> {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => {
                let message = serde_json::from_str(&line).map_err(|error| format!("{error} in {line}"))?;
                self.messages.push_back(message);
                Ok(true)
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Ok(false),
        }
    }
}
