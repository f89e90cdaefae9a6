//! Streamable HTTP: a real server on a port of its own, and what is said to it and by it, byte for byte.

#![allow(clippy::unwrap_used, reason = "a test that panics has said what it found")]
#![allow(clippy::needless_pass_by_value, reason = "what `json!` writes is passed as it stands")]

mod requests;
mod support;
mod wire;
mod world;

mod asking;
mod batches;
mod gate;
mod heads;
mod isolation;
mod listeners;
mod many;
mod messages;
mod modern;
mod multiplexed;
#[cfg(unix)]
mod process;
mod serving;
mod sessions;
mod sizes;
mod stores;
mod streams;
mod subscriptions;
mod tasks;
