//! Transports: HTTP, standard input and output, sockets, any byte stream, and memory.

// docs.rs shows the feature that each item needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod calls;
mod error;
#[cfg(feature = "http")]
pub mod http;
mod lines;
mod log;
mod memory_bus;
mod runtime;
mod signal;
mod stdio;
mod sync;
mod terminal;
pub mod testing;
#[cfg(unix)]
mod unix;

// The public interface is:
pub use error::Error;
#[cfg(feature = "http")]
pub use http::http;
pub use lines::end::End;
pub use lines::limits::LineLimits;
pub use lines::{memory, serve, serve_until};
pub use log::{Stderr, stderr};
pub use mcpwright_server::MemoryStore;
pub use memory_bus::MemoryBus;
pub use runtime::TokioRuntime;
pub use stdio::{Stdio, stdio};
#[cfg(unix)]
pub use unix::{Unix, unix};
