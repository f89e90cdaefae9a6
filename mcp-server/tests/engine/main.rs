//! The engine: what conversations cannot show.

#![allow(clippy::unwrap_used, reason = "a test that panics has said what it found")]

mod asking;
mod calls;
mod catalogues;
mod handlers;
mod headers;
mod subscriptions;
mod tasks;
