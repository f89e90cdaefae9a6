//! The reference server: its data, its queries and documents, and what clients are told of them.

#![allow(clippy::unwrap_used, reason = "a test that panics has said what it found")]

mod documents;
mod listing;
mod making;
mod queries;
mod stopping;
mod support;
