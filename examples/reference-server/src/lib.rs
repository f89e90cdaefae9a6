//! The reference server: an MCP server for the database and documents of a sample company.
//!
//! [`data`] generates the sample data on the first start, [`database`] runs read-only SQL on its tables, and [`documents`]
//! searches and reads its documents.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a failed unwrap fails the test"))]

mod completion;
pub mod data;
pub mod database;
pub mod documents;
mod hex;
mod options;
mod progress_bar;
mod schema;
mod server;
mod text;

// The public interface is:
pub use self::completion::Completion;
pub use self::options::Options;
pub use self::progress_bar::progress_bar;
pub use self::server::{DocumentList, ReferenceServer, banner};
