//! A test server for the official conformance suite, with the tools, resources and prompts that its scenarios expect.
//!
//! The contents are of no other use, but the code is an example: each tool, resource and prompt is written as an ordinary
//! server would write it.

mod changes;
mod fixture;
mod forms;
mod input_required;
mod media;
mod prompts;
mod reports;
mod resources;
mod schema;
mod tasks;

// The public interface is:
pub use fixture::server;
