//! The database and document server of the examples: a sample company that a model may read.
//!
//! [`data`] makes the company on the first start, [`database`] lets statements read its tables, and [`documents`] finds and
//! reads what the company has written down.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that panics has said what it found"))]

mod bar;
mod completion;
pub mod data;
pub mod database;
pub mod documents;
mod options;
mod schema;
mod server;

// The public interface is:
pub use self::bar::bar;
pub use self::completion::Completion;
pub use self::options::Options;
pub use self::server::{DocumentList, ReferenceServer, guide};
