//! The documents of the company: search, reading, history, and deletion.

mod address;
mod deletion;
mod error;
mod history;
pub(crate) mod index;
mod outline;
mod read;
pub(crate) mod readable;
mod search;
mod store;
mod terms;

use rusqlite::Connection;
use schemars::JsonSchema;
use serde::Serialize;

use crate::completion::Completion;
use crate::database::{Cancel, Database};

use self::search::SEPARATOR;

// The public interface is:
pub use self::address::{Address, AddressError};
pub use self::deletion::{Candidate, Deleted};
pub use self::error::DocumentError;
pub use self::history::{Compare, Difference, History, Version};
pub use self::read::{Characters, Document, Form, Outline, OutlineEntry, Part, Read, Reading};
pub use self::readable::Format;
pub use self::search::{Hit, Hits, Search};

/// The documents. They live in the same database as the shop, out of the reach of SQL.
#[derive(Clone)]
pub struct Documents {
    database: Database,
}

/// A document in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Entry {
    /// The document.
    pub uri: String,
    /// Its title.
    pub title: String,
    /// Its collection.
    pub collection: String,
    /// How it is written.
    pub format: Format,
    /// Its latest version.
    pub version: u32,
    /// When that version was written.
    pub updated_at: String,
}

impl Documents {
    /// The documents of a database.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// Finds sections by words.
    pub async fn search(&self, request: Search, cancel: Cancel) -> Result<Hits, DocumentError> {
        request.check()?;
        self.run(&cancel, move |connection| search::run(connection, &request).map(Ok)).await
    }

    /// Reads a document or part of it.
    pub async fn read(&self, request: Read, cancel: Cancel) -> Result<Reading, DocumentError> {
        self.run(&cancel, move |connection| {
            let stored = store::load(connection, &request.address)?;
            Ok(stored.and_then(|stored| read::read(&stored, &request)))
        })
        .await
    }

    /// The headings of a document.
    pub async fn outline(&self, address: Address, cancel: Cancel) -> Result<Outline, DocumentError> {
        self.run(&cancel, move |connection| {
            Ok(store::load(connection, &address)?.map(|stored| read::outline(&stored)))
        })
        .await
    }

    /// The versions of a document.
    pub async fn history(&self, address: Address, cancel: Cancel) -> Result<History, DocumentError> {
        self.run(&cancel, move |connection| history::history(connection, &address)).await
    }

    /// What differs between two versions of a document.
    pub async fn compare(&self, request: Compare, cancel: Cancel) -> Result<Difference, DocumentError> {
        self.run(&cancel, move |connection| compare(connection, &request)).await
    }

    /// What is to be said of a version before it is deleted, if it may be: another one has to stay.
    pub async fn candidate(&self, address: Address, cancel: Cancel) -> Result<Candidate, DocumentError> {
        self.run(&cancel, move |connection| deletion::candidate(connection, &address)).await
    }

    /// Deletes a version, if it is still what it was when somebody agreed. It cannot be stopped once it has begun.
    pub async fn delete(&self, agreed: Candidate) -> Result<Deleted, DocumentError> {
        self.database.change(move |connection| deletion::delete(connection, &agreed)).await?
    }

    /// All documents, or those of one collection, by path.
    pub async fn list(
        &self,
        collection: Option<String>,
        cancel: Cancel,
    ) -> Result<Vec<Entry>, DocumentError> {
        self.run(&cancel, move |connection| list(connection, collection.as_deref()).map(Ok)).await
    }

    /// Paths that begin with a text.
    pub async fn complete_path(&self, prefix: String, cancel: Cancel) -> Result<Completion, DocumentError> {
        self.run(&cancel, move |connection| {
            let mut statement = connection.prepare_cached("SELECT path FROM documents ORDER BY path")?;
            let paths =
                statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
            Ok(Ok(Completion::of(paths.into_iter(), &prefix)))
        })
        .await
    }

    /// Versions of a document whose number begins with a text, the latest first. None for a path that does not exist.
    pub async fn complete_version(
        &self,
        path: String,
        prefix: String,
        cancel: Cancel,
    ) -> Result<Completion, DocumentError> {
        self.run(&cancel, move |connection| {
            let versions = match history::history(connection, &Address::latest(path))? {
                Ok(history) => history.versions,
                Err(_) => Vec::new(),
            };
            Ok(Ok(Completion::of(versions.iter().map(|version| version.version.to_string()), &prefix)))
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        cancel: &Cancel,
        work: impl FnOnce(&Connection) -> rusqlite::Result<Result<T, DocumentError>> + Send + 'static,
    ) -> Result<T, DocumentError> {
        self.database.run(cancel, move |reader, stop| reader.trusted(stop, work)).await?
    }
}

fn compare(
    connection: &Connection,
    request: &Compare,
) -> rusqlite::Result<Result<Difference, DocumentError>> {
    let version = |version| Address { path: request.address.path.clone(), version };
    let later = match store::load(connection, &version(request.to))? {
        Ok(later) => later,
        Err(error) => return Ok(Err(error)),
    };
    let to = later.document().version;
    let from = match request.from {
        Some(from) => from,
        None => match store::versions(connection, &request.address.path)?.range(..to).next_back() {
            Some(before) => *before,
            None => {
                let reason = format!("version {to} has no version before it to compare with");
                return Ok(Err(DocumentError::Request(reason)));
            }
        },
    };
    let earlier = store::load(connection, &version(Some(from)))?;
    Ok(earlier.map(|earlier| history::difference(&earlier, &later, request)))
}

fn list(connection: &Connection, collection: Option<&str>) -> rusqlite::Result<Vec<Entry>> {
    let sql = "SELECT path, title, collection, format, latest_version, updated_at FROM documents
               WHERE ?1 IS NULL OR collection = ?1 ORDER BY path";
    let mut statement = connection.prepare_cached(sql)?;
    let entries = statement.query_map([collection], |row| {
        Ok(Entry {
            uri: Address::latest(row.get::<_, String>(0)?).to_string(),
            title: row.get(1)?,
            collection: row.get(2)?,
            format: Format::named(&row.get::<_, String>(3)?),
            version: row.get(4)?,
            updated_at: row.get(5)?,
        })
    })?;
    entries.collect()
}
