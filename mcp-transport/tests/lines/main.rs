//! Lines over memory, and over the standard streams of a real process.

#![allow(clippy::unwrap_used, reason = "a test that panics has said what it found")]

#[path = "../../../tests/corpus/servers/demo.rs"]
mod demo;
mod memory;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod socket;
