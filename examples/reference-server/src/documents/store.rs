//! Documents and their versions, out of the database.

use std::borrow::Cow;

use rusqlite::{Connection, OptionalExtension, Row};

use super::read::{Document, Form};
use super::readable::{Format, readable};
use super::{Address, DocumentError};

/// One version of a document.
pub(super) struct Stored {
    path: String,
    pub(super) format: Format,
    latest: u32,
    version: u32,
    title: String,
    created_at: String,
    pub(super) body: String,
}

impl Stored {
    pub(super) fn document(&self) -> Document {
        Document {
            uri: Address::latest(&self.path).at(self.version).to_string(),
            title: self.title.clone(),
            format: self.format,
            version: self.version,
            latest_version: self.latest,
            created_at: self.created_at.clone(),
        }
    }

    pub(super) fn text(&self, form: Form) -> Cow<'_, str> {
        match form {
            Form::Readable => readable(self.format, &self.body),
            Form::Source => Cow::Borrowed(&self.body),
        }
    }
}

const LOAD: &str = "
    SELECT document.path, document.format, document.latest_version, version.version, version.title,
           version.created_at, version.body
    FROM documents AS document
    JOIN document_versions AS version ON version.document_id = document.id
    WHERE document.path = ?1 AND version.version = ifnull(?2, document.latest_version)";

/// What an address leads to; otherwise what is known about the place.
pub(super) fn load(
    connection: &Connection,
    address: &Address,
) -> rusqlite::Result<Result<Stored, DocumentError>> {
    let mut statement = connection.prepare_cached(LOAD)?;
    let stored = statement.query_row((&address.path, address.version), stored).optional()?;
    match stored {
        Some(stored) => Ok(Ok(stored)),
        None => missing(connection, address).map(Err),
    }
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        path: row.get(0)?,
        format: Format::named(&row.get::<_, String>(1)?),
        latest: row.get(2)?,
        version: row.get(3)?,
        title: row.get(4)?,
        created_at: row.get(5)?,
        body: row.get(6)?,
    })
}

/// Why there is nothing at an address.
pub(super) fn missing(connection: &Connection, address: &Address) -> rusqlite::Result<DocumentError> {
    let latest: Option<u32> = connection
        .prepare_cached("SELECT latest_version FROM documents WHERE path = ?")?
        .query_row([&address.path], |row| row.get(0))
        .optional()?;
    Ok(match latest {
        Some(latest) => DocumentError::not_found(
            address.to_string(),
            format!("The document has the versions 1 to {latest}"),
        ),
        None => DocumentError::not_found(address.to_string(), "Search for the document to get its address"),
    })
}
