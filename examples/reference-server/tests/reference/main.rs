//! The reference server: what is below the protocol, and the program as a process.

#![allow(clippy::unwrap_used, reason = "a test that panics has said what it found")]

mod documents;
mod making;
mod queries;
mod serving;
mod stopping;
mod support;
