//! Tests of the helpers for tests: every client, and the lock of the catalog.

#![allow(clippy::unwrap_used, reason = "a panic is the failure report of a test")]

mod clients;
mod locks;
