//! The database and document server of the examples: a sample company that a model may read.
//!
//! [`data`] makes the company on the first start, [`database`] lets statements read its tables, and [`documents`] finds and
//! reads what the company has written down.

mod completion;
pub mod data;
pub mod database;
pub mod documents;

// The public interface is:
pub use self::completion::Completion;
