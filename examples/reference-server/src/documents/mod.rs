//! The documents of the company: search, reading, comparison, history, and deletion.

mod deletion;
mod error;
mod history;
mod read;
mod request;
mod search;
mod store;
mod terms;
mod uri;

use rusqlite::Connection;
use schemars::JsonSchema;
use serde::Serialize;

use crate::completion::Completion;
use crate::database::{CancellationToken, Database};

// The public interface is:
pub use self::deletion::{Candidate, Deleted};
pub use self::error::DocumentError;
pub use self::history::{Difference, History, Version};
pub use self::read::{Characters, Outline, OutlineEntry, Reading};
pub use self::request::{CompareRequest, Form, Part, ReadRequest};
pub use self::search::{Hit, Hits, SearchRequest};
pub use self::store::Document;
pub use self::uri::{DocumentUri, DocumentUriError};
pub use crate::text::readable::Format;

/// The documents. They are stored in the database of the shop, in tables that SQL statements of clients cannot read.
#[derive(Clone)]
pub struct Documents {
    database: Database,
}

/// A document in the list of all documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Entry {
    /// The document's URI.
    pub uri: String,
    /// The title.
    pub title: String,
    /// The collection.
    pub collection: String,
    /// The format of the source.
    pub format: Format,
    /// The latest version.
    pub version: u32,
    /// The time at which the latest version was created.
    pub updated_at: String,
}

impl Documents {
    /// Returns the documents of a database.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// Finds sections by words.
    pub async fn search(
        &self,
        request: SearchRequest,
        cancel: CancellationToken,
    ) -> Result<Hits, DocumentError> {
        request.check()?;
        self.run(&cancel, move |connection| search::run(connection, &request).map(Ok)).await
    }

    /// Reads a document or part of it.
    pub async fn read(
        &self,
        request: ReadRequest,
        cancel: CancellationToken,
    ) -> Result<Reading, DocumentError> {
        self.run(&cancel, move |connection| {
            let stored = store::load(connection, &request.uri)?;
            Ok(stored.and_then(|stored| read::read(&stored, &request)))
        })
        .await
    }

    /// Returns the sections of a document.
    pub async fn outline(
        &self,
        uri: DocumentUri,
        cancel: CancellationToken,
    ) -> Result<Outline, DocumentError> {
        self.run(&cancel, move |connection| {
            Ok(store::load(connection, &uri)?.map(|stored| read::outline(&stored)))
        })
        .await
    }

    /// Returns the versions of a document.
    pub async fn history(
        &self,
        uri: DocumentUri,
        cancel: CancellationToken,
    ) -> Result<History, DocumentError> {
        self.run(&cancel, move |connection| history::history(connection, &uri)).await
    }

    /// Returns the difference between two versions of a document.
    pub async fn compare(
        &self,
        request: CompareRequest,
        cancel: CancellationToken,
    ) -> Result<Difference, DocumentError> {
        self.run(&cancel, move |connection| compare(connection, &request)).await
    }

    /// Returns a version for the user's approval of its deletion. Fails if it is the only version of its document.
    pub async fn candidate(
        &self,
        uri: DocumentUri,
        cancel: CancellationToken,
    ) -> Result<Candidate, DocumentError> {
        self.run(&cancel, move |connection| deletion::candidate(connection, &uri)).await
    }

    /// Deletes a version, if it is unchanged since the user approved its deletion. Cannot be cancelled once it has started.
    pub async fn delete(&self, approved: Candidate) -> Result<Deleted, DocumentError> {
        self.database.change(move |connection| deletion::delete(connection, &approved)).await?
    }

    /// Lists all documents, or those of one collection, ordered by path.
    pub async fn list(
        &self,
        collection: Option<String>,
        cancel: CancellationToken,
    ) -> Result<Vec<Entry>, DocumentError> {
        self.run(&cancel, move |connection| list(connection, collection.as_deref()).map(Ok)).await
    }

    /// Completes the prefix of a document's path.
    pub async fn complete_path(
        &self,
        prefix: String,
        cancel: CancellationToken,
    ) -> Result<Completion, DocumentError> {
        self.run(&cancel, move |connection| {
            let mut statement = connection.prepare_cached("SELECT path FROM documents ORDER BY path")?;
            let paths =
                statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
            Ok(Ok(Completion::new(paths.into_iter(), &prefix)))
        })
        .await
    }

    /// Completes the prefix of a version's number, the latest version first. Returns no values if the document does not
    /// exist.
    pub async fn complete_version(
        &self,
        path: String,
        prefix: String,
        cancel: CancellationToken,
    ) -> Result<Completion, DocumentError> {
        self.run(&cancel, move |connection| {
            let versions = match history::history(connection, &DocumentUri::latest(path))? {
                Ok(history) => history.versions,
                Err(_) => Vec::new(),
            };
            Ok(Ok(Completion::new(versions.iter().map(|version| version.version.to_string()), &prefix)))
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        cancel: &CancellationToken,
        work: impl FnOnce(&Connection) -> rusqlite::Result<Result<T, DocumentError>> + Send + 'static,
    ) -> Result<T, DocumentError> {
        self.database.run(cancel, move |reader, stop| reader.trusted(stop, work)).await?
    }
}

fn compare(
    connection: &Connection,
    request: &CompareRequest,
) -> rusqlite::Result<Result<Difference, DocumentError>> {
    let version = |version| DocumentUri { path: request.uri.path.clone(), version };
    let later = match store::load(connection, &version(request.to))? {
        Ok(later) => later,
        Err(error) => return Ok(Err(error)),
    };
    let to = later.document().version;
    let from = match request.from {
        Some(from) => from,
        None => match store::versions(connection, &request.uri.path)?.range(..to).next_back() {
            Some(previous) => *previous,
            None => {
                let reason =
                    format!("version {to} is the first version: there is no earlier one to compare with");
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
            uri: DocumentUri::latest(row.get::<_, String>(0)?).to_string(),
            title: row.get(1)?,
            collection: row.get(2)?,
            format: Format::parse(&row.get::<_, String>(3)?),
            version: row.get(4)?,
            updated_at: row.get(5)?,
        })
    })?;
    entries.collect()
}
