//! The sample data: a shop called Northlight with its documents, generated on the first start.
//!
//! The data is generated from a seeded random number generator with integers only, so that it is the same on every
//! machine. A digest over all rows and versions, kept in the source, verifies this. Money is INTEGER cents, and rates are
//! decimal TEXT: SQLite has no decimal type, and sums of cents are exact in SQL.

mod calendar;
mod catalog;
mod corpus;
mod digest;
mod error;
mod generate;
mod identity;
mod progress;
mod random;
mod shop;
mod store;

// The public interface is:
pub use self::digest::digest;
pub use self::error::DataError;
pub use self::identity::{DIGEST, FILE_NAME};
pub use self::store::{Store, ensure, verify};
