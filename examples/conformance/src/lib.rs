//! The server that the official conformance suite drives: what its scenarios call, by the names that they call it by.
//!
//! What it says is of no use to anybody else. How it says it is: each tool, resource and prompt is written as any server
//! would write one that returns such content.

mod asking;
mod changes;
mod fixture;
mod media;
mod prompts;
mod reports;
mod resources;
mod schema;
mod tasks;

// The public interface is:
pub use fixture::server;
