//! The first hour of a new user, step by step, and the probes by which SDKs are compared: each test has the name of its step
//! or probe.

mod client;
mod http;
mod process;
mod scoreboard;
mod servers;
mod steps;

use std::path::Path;

/// Reads a file of the repository.
fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
