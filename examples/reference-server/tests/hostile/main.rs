//! Statements that want to write, to see or to take too much.
//!
//! They have a process of their own: the limit of memory is that of a process, and reaching it disturbs whatever else runs.

#![allow(clippy::unwrap_used, reason = "a test that panics has said what it found")]

mod rows;
mod statements;
mod stopping;
#[allow(dead_code, reason = "the other tests use more of it")]
#[path = "../reference/support.rs"]
mod support;
