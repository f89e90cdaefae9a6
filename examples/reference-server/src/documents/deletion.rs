//! Deleting a version of a document: what would be lost, and losing it.

use rusqlite::{Connection, OptionalExtension, params};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::index::replace_sections;
use super::readable::readable;
use super::store::{self, missing};
use super::{Address, DocumentError};
use crate::data::hexadecimal;
use crate::schema::brief;

/// A version that may be deleted, as it is when somebody is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Candidate {
    path: String,
    version: u32,
    /// The title of the document in this version.
    pub title: String,
    /// Who wrote it.
    pub author: String,
    /// What was changed in it.
    pub message: String,
    /// When it was written.
    pub created_at: String,
    /// The SHA-256 of the source that would be lost.
    pub sha256: String,
    /// The version that would be the latest one then, if this one is.
    pub becomes_latest: Option<u32>,
}

impl Candidate {
    /// The version.
    pub fn address(&self) -> Address {
        Address::latest(&self.path).at(self.version)
    }
}

/// A version that was deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&[]))]
#[non_exhaustive]
pub struct Deleted {
    /// The version that is gone.
    pub uri: String,
    /// The latest version there is now.
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

/// What is at an address, if it may be deleted.
pub(super) fn candidate(
    connection: &Connection,
    address: &Address,
) -> rusqlite::Result<Result<Candidate, DocumentError>> {
    let Some(version) = address.version else {
        return Ok(Err(DocumentError::Request("say which version is to be deleted".to_owned())));
    };
    let mut find = connection.prepare_cached(FIND)?;
    let found = find.query_row(params![address.path, version], |row| {
        let (body, is_latest, other): (String, bool, Option<u32>) = (row.get(4)?, row.get(5)?, row.get(6)?);
        let candidate = Candidate {
            path: address.path.clone(),
            version,
            title: row.get(0)?,
            author: row.get(1)?,
            message: row.get(2)?,
            created_at: row.get(3)?,
            sha256: hexadecimal(&Sha256::digest(body)),
            becomes_latest: other.filter(|_| is_latest),
        };
        Ok((candidate, other.is_none()))
    });
    match found.optional()? {
        None => missing(connection, address).map(Err),
        Some((_, true)) => Ok(Err(DocumentError::OnlyVersion(address.to_string()))),
        Some((candidate, false)) => Ok(Ok(candidate)),
    }
}

/// Deletes a version if it is still what it was. The numbers of the others stay.
pub(super) fn delete(
    connection: &Connection,
    agreed: &Candidate,
) -> rusqlite::Result<Result<Deleted, DocumentError>> {
    let address = agreed.address();
    if candidate(connection, &address)?.as_ref() != Ok(agreed) {
        return Ok(Err(DocumentError::Changed(address.to_string())));
    }
    let (document, latest): (i64, u32) = connection.query_row(
        "SELECT id, latest_version FROM documents WHERE path = ?",
        [&agreed.path],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    connection.execute(
        "DELETE FROM document_versions WHERE document_id = ? AND version = ?",
        params![document, agreed.version],
    )?;
    if let Some(version) = agreed.becomes_latest {
        let made_latest = make_latest(connection, document, &Address::latest(&agreed.path).at(version))?;
        if let Err(error) = made_latest {
            return Ok(Err(error));
        }
    }
    let latest_version = agreed.becomes_latest.unwrap_or(latest);
    Ok(Ok(Deleted { uri: address.to_string(), latest_version }))
}

/// A document's title, its date and what it is found by are those of its latest version.
fn make_latest(
    connection: &Connection,
    document: i64,
    address: &Address,
) -> rusqlite::Result<Result<(), DocumentError>> {
    let stored = match store::load(connection, address)? {
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
