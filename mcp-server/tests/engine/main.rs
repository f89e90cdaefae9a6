//! The engine: whole conversations as text, and what a handler cannot forget.

#![allow(clippy::unwrap_used, reason = "a test that panics has said what it found")]

mod asking;
mod calls;
mod catalogues;
mod conversations;
mod demo;
mod handlers;
mod headers;
mod subscriptions;
mod tasks;
