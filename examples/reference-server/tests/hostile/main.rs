//! Hostile statements: those that write, read hidden tables, or exceed limits.
//!
//! They run in a separate process, because SQLite's memory limit applies to the whole process.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod cancellation;
mod rows;
mod statements;
#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "../reference/support.rs"]
mod support;
