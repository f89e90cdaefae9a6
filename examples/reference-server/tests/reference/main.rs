//! The half of the reference server that knows nothing of the protocol.

#![allow(clippy::unwrap_used, reason = "a test that panics has said what it found")]

mod documents;
mod making;
mod queries;
mod serving;
mod stopping;
mod support;
