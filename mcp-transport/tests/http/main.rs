//! Integration tests of Streamable HTTP: a server on a TCP port, and raw requests and responses.

#![allow(clippy::unwrap_used, reason = "a panic is the failure report of a test")]
#![allow(clippy::needless_pass_by_value, reason = "the values of `json!` are passed by value")]

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
