//! Tests of the reference server: data, queries, documents, MCP messages, and the program.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod cancellation;
mod catalog;
mod deletion;
mod documents;
mod generation;
mod listing;
mod notifications;
mod queries;
mod serving;
mod support;
