//! Integration tests of the engine, without a transport: recorded conversations, calls, input requests and tasks.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod calls;
mod catalogs;
mod conversations;
mod demo;
mod headers;
mod input_required;
mod subscriptions;
mod tasks;
