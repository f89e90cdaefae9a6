//! How messages travel: standard input and output, sockets, any byte stream, and memory.

mod channel;
mod error;
mod frames;
mod host;
mod lines;
mod log;
mod output;
mod pipe;
mod signal;
mod stdio;
mod turn;
#[cfg(unix)]
mod unix;

// The public interface is:
pub use error::Error;
pub use host::Tokio;
pub use lines::{Limits, memory, serve};
pub use log::{Stderr, stderr};
pub use stdio::{Stdio, stdio};
#[cfg(unix)]
pub use unix::unix;
