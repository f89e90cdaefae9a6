//! The load driver, the comparison and the handwritten servers.
//!
//! A measured server is a program that speaks the protocol over standard input and output or Streamable HTTP, and
//! provides the workload that the README describes. [`drive`] starts a server, sends requests, and checks every response;
//! [`compare`] does so with several servers in turn; [`callgrind`] counts the instructions of a call; and
//! [`http::footprint`] measures the startup time and the memory of idle servers.

mod arguments;
pub mod callgrind;
mod check;
pub mod compare;
mod contender;
mod cpu;
pub mod drive;
mod dummy_tools;
mod error;
pub mod http;
pub mod limit;
mod lines;
mod median;
mod probe;
mod process;
mod run_options;
mod stdio;
mod target;
mod workload;

// The public interface is:
pub use arguments::Arguments;
pub use contender::Contender;
pub use dummy_tools::{DUMMY_TOOLS, TOOL_COUNT};
pub use error::{Result, exit};
pub use lines::Lines;
pub use run_options::RunOptions;
pub use target::Target;
pub use workload::{Era, Workload};
