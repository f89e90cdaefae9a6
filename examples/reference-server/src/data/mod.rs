//! The sample data: a shop called Northlight, with its documents, made on the first start.
//!
//! Everything is drawn from seeded chance with integers only, so that every machine makes the same data; a digest
//! over all rows and versions, kept in the source, says so. Money is INTEGER cents, and rates are decimal TEXT:
//! SQLite has no decimal type, and a sum of cents stays exact inside the engine.

mod calendar;
mod catalogue;
mod corpus;
mod digest;
mod making;
mod progress;
mod random;
mod shop;
mod store;

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

pub(crate) use self::digest::hexadecimal;

// The public interface is:
pub use self::digest::digest;
pub use self::store::{FILE_NAME, Store, ensure, verify};

/// The digest of the data that this version makes.
pub const DIGEST: &str = "8a4773360bd454a27f5a4da769ef04630715401f5892dc70f0f8eb0a204ae62b";

/// Counts up with every change of the tables.
const SCHEMA_VERSION: u32 = 2;

/// Rows and document versions that are made.
const STEPS: u64 = 164_177;

/// Why there is no data to serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// A file or directory could not be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// There can be no data in a directory.
    #[error("{} cannot be the data directory: {error}. Choose another with --data", path.display())]
    Directory {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// SQLite could not read the data.
    #[error("{} cannot be read: {error}{}", file.display(), advice(.error))]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// What SQLite said.
        error: rusqlite::Error,
    },
    /// A file of somebody else has our name.
    #[error("{} is not a file of this program; choose another data directory with --data", .0.display())]
    Foreign(PathBuf),
    /// SQLite could not write the data.
    #[error("the sample data cannot be made: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The program made other data than its source says: a change of the generator without a change of the digest.
    #[error("the sample data has the digest {made} after {steps} steps, which is not what the source says")]
    Digest {
        /// The digest of what was made.
        made: String,
        /// How many rows and versions were made.
        steps: u64,
    },
    /// The data is no longer what was made.
    #[error("{} has changed: its digest is {found}. {REMEDY}", file.display())]
    Changed {
        /// Which file.
        file: PathBuf,
        /// The digest of what is in it.
        found: String,
    },
    /// A document of the corpus is not written as it should be.
    #[error("the document template {0}")]
    Template(String),
}

/// What to do about data that is not as it was made.
const REMEDY: &str = "Delete it, and the next start makes it again";

/// Other errors than damage may pass by themselves.
fn advice(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => format!(". {REMEDY}"),
        _ => String::new(),
    }
}

impl DataError {
    fn file(path: &Path, error: io::Error) -> Self {
        Self::File { path: path.to_owned(), error }
    }

    fn directory(path: &Path, error: io::Error) -> Self {
        // The system says that it exists.
        let error = if path.is_file() { io::Error::other("it is a file") } else { error };
        Self::Directory { path: path.to_owned(), error }
    }

    fn unreadable(file: &Path, error: rusqlite::Error) -> Self {
        Self::Unreadable { file: file.to_owned(), error }
    }
}
