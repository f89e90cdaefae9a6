//! Lines over memory, and over the standard streams of a real process.

#[path = "../../../mcp-server/tests/engine/demo.rs"]
mod demo;
mod memory;
#[cfg(unix)]
mod process;
