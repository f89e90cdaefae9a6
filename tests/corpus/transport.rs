//! The transports over which conversations are run.

use std::time::Duration;

use serde_json::Value;

use crate::notation::Reply;

mod connection;
mod http;
mod http_client;
mod lines;
mod runtime;
mod stdio;

pub(crate) use connection::Connection;
pub(crate) use http::Http;
pub(crate) use lines::Lines;
pub(crate) use stdio::{Stdio, serve_if_child};

/// The time within which a message must arrive. No test measures how long one took.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// A client of a server, over one transport.
pub(crate) trait Transport {
    /// Sends a message as a client does over this transport. Over HTTP, `reply` must be the status and the headers of the
    /// response.
    fn send(&mut self, message: &str, reply: Option<&Reply>) -> Result<(), String>;

    /// Returns the messages that the client may read next: the first one of each stream.
    fn next(&self) -> Vec<&Value>;

    /// Takes one of the messages that [`next`](Self::next) returned.
    fn take(&mut self, index: usize) -> Value;

    /// Waits until another message has arrived. Returns `false` if none does in time, or if the server has ended.
    fn wait(&mut self) -> Result<bool, String>;

    /// Causes an event on the server.
    fn event(&mut self, event: &str) -> Result<(), String>;

    /// Waits, or advances the clock of the test.
    fn sleep(&mut self, time: Duration);

    /// Ends the server. Messages that it still sends can be read afterwards.
    fn close(&mut self) -> Result<(), String>;

    /// Returns `true` if all messages that the server sends without further input have arrived already.
    fn is_deterministic(&self) -> bool {
        false
    }
}
