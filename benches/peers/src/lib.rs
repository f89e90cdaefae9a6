//! What the load driver, the comparison and the hand-written servers are made of.
//!
//! Every measured server is a program that speaks the protocol on its standard input and output or over Streamable
//! HTTP, and offers the workload described in this package's README. [`drive`] starts one, sends it requests, and
//! checks every answer; [`compare`] does so for several servers by turns; [`callgrind`] counts the instructions that
//! a call costs, and [`http::footprint`] what a server takes that does nothing.

mod answer;
mod arguments;
pub mod callgrind;
pub mod compare;
mod cpu;
pub mod drive;
pub mod http;
pub mod limit;
mod lines;
mod probe;
mod process;
mod request;
mod server;
mod stdio;

use std::error::Error;
use std::process::ExitCode;

// The public interface is:
pub use arguments::Arguments;
pub use lines::Lines;
pub use request::{Era, Workload};

/// The 100 tools that no call uses: they make `tools/list` as long as a large server's.
pub const DUMMY_TOOLS: &str = include_str!("../dummy_tools.json");

/// How many tools a measured server lists: the dummy tools, `echo`, `add` and `blob`.
pub const TOOL_COUNT: usize = 103;

/// What a run ends with; the message of the error is for the person who started it.
pub type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

/// Ends a program: the error goes to stderr, since stdout holds reports only.
pub fn exit(program: &str, result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{program}: {error}");
            ExitCode::FAILURE
        }
    }
}
