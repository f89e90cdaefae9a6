//! Integration tests of the line-delimited transports: in memory, over a Unix socket, and over standard streams.

#![allow(clippy::unwrap_used, reason = "a panic is the failure report of a test")]

mod changes;
#[path = "../../../tests/corpus/servers/demo.rs"]
mod demo;
mod ends;
mod memory;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod process_ends;
#[cfg(unix)]
mod socket;
#[cfg(unix)]
mod terminal;
