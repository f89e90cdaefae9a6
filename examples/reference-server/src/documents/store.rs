//! Documents and their versions in the database.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Row};
use schemars::JsonSchema;
use serde::Serialize;

use super::error::DocumentError;
use super::request::Form;
use super::uri::DocumentUri;
use crate::schema::brief;
use crate::text::readable::{Format, readable};

/// Metadata of a document and of the version that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&[]))]
#[non_exhaustive]
pub struct Document {
    /// The URI of the version.
    pub uri: String,
    /// The title.
    pub title: String,
    /// The format of the source. Not serialized, since the path's extension shows it.
    #[serde(skip)]
    pub format: Format,
    /// The version that was read.
    pub version: u32,
    /// The latest version.
    pub latest_version: u32,
    /// The time at which the version was created.
    pub created_at: String,
}

/// A stored version of a document.
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
            uri: DocumentUri::latest(&self.path).with_version(self.version).to_string(),
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

/// Loads the version at a URI. Returns an error with a hint if it does not exist.
pub(super) fn load(
    connection: &Connection,
    uri: &DocumentUri,
) -> rusqlite::Result<Result<Stored, DocumentError>> {
    let mut statement = connection.prepare_cached(LOAD)?;
    let stored = statement.query_row((&uri.path, uri.version), stored).optional()?;
    match stored {
        Some(stored) => Ok(Ok(stored)),
        None => not_found(connection, uri).map(Err),
    }
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        path: row.get(0)?,
        format: Format::parse(&row.get::<_, String>(1)?),
        latest: row.get(2)?,
        version: row.get(3)?,
        title: row.get(4)?,
        created_at: row.get(5)?,
        body: row.get(6)?,
    })
}

/// Returns the numbers of a document's versions, or an empty set if the document does not exist.
pub(super) fn versions(connection: &Connection, path: &str) -> rusqlite::Result<BTreeSet<u32>> {
    let sql = "SELECT version FROM document_versions AS version
               JOIN documents AS document ON document.id = version.document_id WHERE document.path = ?";
    connection.prepare_cached(sql)?.query_map([path], |row| row.get(0))?.collect()
}

/// Returns the error for a document or version that does not exist.
pub(super) fn not_found(connection: &Connection, uri: &DocumentUri) -> rusqlite::Result<DocumentError> {
    let versions = versions(connection, &uri.path)?;
    let hint = match versions.is_empty() {
        false => format!("The document has the versions {}", ranges(&versions)),
        true => "Use search_documents to find the document's URI".to_owned(),
    };
    Ok(DocumentError::not_found(uri.to_string(), hint))
}

/// Formats numbers as ranges, such as `1 to 4, 6`, since versions in between may have been deleted.
fn ranges(numbers: &BTreeSet<u32>) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*number) => *last = *number,
            _ => ranges.push((*number, *number)),
        }
    }
    let words = ranges.into_iter().map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first} to {last}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn ranges_have_gaps() {
        for (numbers, expected) in [
            (&[3][..], "3"),
            (&[1, 2, 3], "1 to 3"),
            (&[1, 2, 4, 6, 7, u32::MAX], "1 to 2, 4, 6 to 7, 4294967295"),
        ] {
            assert_eq!(ranges(&numbers.iter().copied().collect()), expected);
        }
    }
}
