//! The reference server: its data, its queries and documents, what clients are told of them, and the program itself.

#![allow(clippy::unwrap_used, reason = "a test that panics has said what it found")]

mod deleting;
mod documents;
mod listing;
mod making;
mod queries;
mod serving;
mod stopping;
mod support;
mod watching;
