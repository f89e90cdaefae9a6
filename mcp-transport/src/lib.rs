//! How messages travel: HTTP, standard input and output, sockets, any byte stream, and memory.

mod bus;
mod channel;
mod error;
mod frames;
mod host;
#[cfg(feature = "http")]
pub mod http;
mod lines;
mod log;
mod output;
mod pipe;
mod questions;
mod signal;
mod stdio;
#[cfg(feature = "tls")]
mod tls;
#[cfg(all(feature = "http", not(feature = "tls")))]
#[path = "tls_off.rs"]
mod tls;
mod turn;
#[cfg(unix)]
mod unix;

// The public interface is:
pub use bus::MemoryBus;
pub use error::Error;
pub use host::Tokio;
#[cfg(feature = "http")]
pub use http::http;
pub use lines::{Limits, memory, serve};
pub use log::{Stderr, stderr};
pub use mcpwright_server::MemoryStore;
pub use stdio::{Stdio, stdio};
#[cfg(unix)]
pub use unix::unix;
