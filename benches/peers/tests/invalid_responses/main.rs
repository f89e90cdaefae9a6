//! Invalid responses end a run with an error and without figures.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod http;
mod proxy;
mod stdio;
