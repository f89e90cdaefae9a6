//! Errors of the sample data.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Error of finding, generating or verifying the sample data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// A file or directory could not be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// The path of the file or directory.
        path: PathBuf,
        /// The system's error.
        error: io::Error,
    },
    /// A directory cannot contain the data.
    #[error("{} cannot be the data directory: {error}. Choose another with --data", path.display())]
    Directory {
        /// The path of the directory.
        path: PathBuf,
        /// The system's error.
        error: io::Error,
    },
    /// SQLite could not read the data.
    #[error("{} cannot be read: {error}{}", file.display(), advice(.error))]
    Unreadable {
        /// The path of the database file.
        file: PathBuf,
        /// SQLite's error.
        error: rusqlite::Error,
    },
    /// A file of another program has the name of the database file.
    #[error("{} is not a file of this program; choose another data directory with --data", .0.display())]
    Foreign(PathBuf),
    /// SQLite could not write the data.
    #[error("the sample data cannot be generated: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The generated data differs from the expected data: the generator was changed without its digest.
    #[error(
        "the sample data has the digest {generated} after {steps} steps, which differs from the expected digest"
    )]
    Digest {
        /// The digest of the generated data.
        generated: String,
        /// Number of generated rows and document versions.
        steps: u64,
    },
    /// The data was changed after it was generated.
    #[error("{} has changed: its digest is {found}. {REMEDY}", file.display())]
    Changed {
        /// The path of the database file.
        file: PathBuf,
        /// The digest of its data.
        found: String,
    },
    /// A document template of the corpus is invalid.
    #[error("invalid document template: {0}")]
    Template(String),
}

/// Advice for damaged or changed data.
const REMEDY: &str = "Delete it; the next start generates it again";

/// Returns the advice for damaged data. Other errors may be temporary.
fn advice(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => format!(". {REMEDY}"),
        _ => String::new(),
    }
}

impl DataError {
    pub(super) fn file(path: &Path, error: io::Error) -> Self {
        Self::File { path: path.to_owned(), error }
    }

    pub(super) fn directory(path: &Path, error: io::Error) -> Self {
        // The system's error would be that the path exists.
        let error = if path.is_file() { io::Error::other("it is a file") } else { error };
        Self::Directory { path: path.to_owned(), error }
    }

    pub(super) fn unreadable(file: &Path, error: rusqlite::Error) -> Self {
        Self::Unreadable { file: file.to_owned(), error }
    }
}
