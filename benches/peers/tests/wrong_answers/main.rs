//! A server that answers wrongly has no figure: each way to be wrong ends the run with a message.

#![expect(clippy::unwrap_used, reason = "a test whose helpers fail has failed")]

mod http;
mod pipes;
mod proxy;
