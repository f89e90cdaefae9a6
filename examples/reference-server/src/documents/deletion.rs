//! Deletion of a version of a document.

use rusqlite::{Connection, OptionalExtension, params};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::DocumentError;
use super::store::{self, not_found};
use super::uri::DocumentUri;
use crate::hex;
use crate::schema::brief;
use crate::text::index::replace_sections;
use crate::text::readable::readable;

/// A version that can be deleted, in the state that is shown to the user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Candidate {
    path: String,
    version: u32,
    /// The title of the document in this version.
    pub title: String,
    /// The author of the version.
    pub author: String,
    /// The description of its change.
    pub message: String,
    /// The time of its creation.
    pub created_at: String,
    /// The SHA-256 digest of its source.
    pub sha256: String,
    /// The version that becomes the latest one, if this version is the latest.
    pub becomes_latest: Option<u32>,
}

impl Candidate {
    /// Returns the URI of the version.
    pub fn uri(&self) -> DocumentUri {
        DocumentUri::latest(&self.path).with_version(self.version)
    }
}

/// The result of a deletion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&[]))]
#[non_exhaustive]
pub struct Deleted {
    /// The URI of the deleted version.
    pub uri: String,
    /// The latest version after the deletion.
    pub latest_version: u32,
}

const FIND: &str = "
    SELECT version.title, version.author, version.message, version.created_at, version.body,
           version.version = document.latest_version,
           (SELECT max(other.version) FROM document_versions AS other
            WHERE other.document_id = document.id AND other.version <> version.version)
    FROM documents AS document
    JOIN document_versions AS version ON version.document_id = document.id
    WHERE document.path = ? AND version.version = ?";

/// Returns the version at a URI, if it can be deleted.
pub(super) fn candidate(
    connection: &Connection,
    uri: &DocumentUri,
) -> rusqlite::Result<Result<Candidate, DocumentError>> {
    let Some(version) = uri.version else {
        return Ok(Err(DocumentError::Request("the URI must have the version to delete".to_owned())));
    };
    let mut find = connection.prepare_cached(FIND)?;
    let found = find.query_row(params![uri.path, version], |row| {
        let (body, is_latest, other): (String, bool, Option<u32>) = (row.get(4)?, row.get(5)?, row.get(6)?);
        let candidate = Candidate {
            path: uri.path.clone(),
            version,
            title: row.get(0)?,
            author: row.get(1)?,
            message: row.get(2)?,
            created_at: row.get(3)?,
            sha256: hex::encode(&Sha256::digest(body)),
            becomes_latest: other.filter(|_| is_latest),
        };
        Ok((candidate, other.is_none()))
    });
    match found.optional()? {
        None => not_found(connection, uri).map(Err),
        Some((_, true)) => Ok(Err(DocumentError::OnlyVersion(uri.to_string()))),
        Some((candidate, false)) => Ok(Ok(candidate)),
    }
}

/// Deletes a version if it is unchanged since the user approved it. The other versions keep their numbers.
pub(super) fn delete(
    connection: &Connection,
    approved: &Candidate,
) -> rusqlite::Result<Result<Deleted, DocumentError>> {
    let uri = approved.uri();
    if candidate(connection, &uri)?.as_ref() != Ok(approved) {
        return Ok(Err(DocumentError::Changed(uri.to_string())));
    }
    let (document, latest): (i64, u32) = connection.query_row(
        "SELECT id, latest_version FROM documents WHERE path = ?",
        [&approved.path],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    connection.execute(
        "DELETE FROM document_versions WHERE document_id = ? AND version = ?",
        params![document, approved.version],
    )?;
    if let Some(version) = approved.becomes_latest {
        let latest = DocumentUri::latest(&approved.path).with_version(version);
        if let Err(error) = set_latest(connection, document, &latest)? {
            return Ok(Err(error));
        }
    }
    let latest_version = approved.becomes_latest.unwrap_or(latest);
    Ok(Ok(Deleted { uri: uri.to_string(), latest_version }))
}

/// Sets the title, the date and the index of a document to those of its new latest version.
fn set_latest(
    connection: &Connection,
    document: i64,
    uri: &DocumentUri,
) -> rusqlite::Result<Result<(), DocumentError>> {
    let stored = match store::load(connection, uri)? {
        Ok(stored) => stored,
        Err(error) => return Ok(Err(error)),
    };
    let latest = stored.document();
    connection.execute(
        "UPDATE documents SET latest_version = ?, title = ?, updated_at = ? WHERE id = ?",
        params![latest.version, latest.title, latest.created_at, document],
    )?;
    replace_sections(connection, document, &latest.title, &readable(stored.format, &stored.body))?;
    Ok(Ok(()))
}
