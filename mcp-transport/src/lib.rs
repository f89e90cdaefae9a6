//! How messages travel: standard input and output, sockets, any byte stream, and memory.

mod error;
mod host;
mod lines;
mod output;
mod pipe;
mod signal;
mod stdio;

// The public interface is:
pub use error::Error;
pub use host::Tokio;
pub use lines::{Limits, memory, serve};
#[cfg(unix)]
pub use lines::unix;
pub use stdio::{Stdio, stdio};
