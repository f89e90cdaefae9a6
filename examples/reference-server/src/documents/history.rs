//! The versions of a document, and the differences between two of them.

use std::time::Duration;

use rusqlite::Connection;
use schemars::JsonSchema;
use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use super::error::DocumentError;
use super::request::{CompareRequest, DEFAULT_BYTES, MAX_BYTES};
use super::store::{Stored, not_found};
use super::uri::DocumentUri;
use crate::schema::brief;
use crate::text::floor_char_boundary;

/// The versions of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&[]))]
#[non_exhaustive]
pub struct History {
    /// The document's URI.
    pub uri: String,
    /// The versions, the latest first.
    pub versions: Vec<Version>,
}

/// A version of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&["message", "bytes"]))]
#[non_exhaustive]
pub struct Version {
    /// The version's number, counted from 1.
    pub version: u32,
    /// The author.
    pub author: String,
    /// The description of its change.
    pub message: String,
    /// The time of its creation.
    pub created_at: String,
    /// Size of its source.
    pub bytes: u64,
    /// The SHA-256 digest of its source.
    pub sha256: String,
}

/// The difference between two versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&["added", "removed", "truncated"]))]
#[non_exhaustive]
pub struct Difference {
    /// The document's URI.
    pub uri: String,
    /// The earlier version.
    pub from: u32,
    /// The later version.
    pub to: u32,
    /// Number of added lines.
    pub added: u64,
    /// Number of removed lines.
    pub removed: u64,
    /// The unified diff; empty if the versions are equal.
    pub diff: String,
    /// True if the diff was cut off.
    pub truncated: bool,
}

/// Time limit of the diff algorithm, after which it returns a coarser diff.
const DIFF_TIMEOUT: Duration = Duration::from_millis(500);

/// Returns the versions of a document.
pub(super) fn history(
    connection: &Connection,
    uri: &DocumentUri,
) -> rusqlite::Result<Result<History, DocumentError>> {
    let sql = "SELECT version, author, message, version.created_at, octet_length(body), sha256
               FROM document_versions AS version JOIN documents AS document ON document.id = version.document_id
               WHERE document.path = ? ORDER BY version DESC";
    let mut statement = connection.prepare_cached(sql)?;
    let versions = statement.query_map([&uri.path], |row| {
        Ok(Version {
            version: row.get(0)?,
            author: row.get(1)?,
            message: row.get(2)?,
            created_at: row.get(3)?,
            bytes: row.get::<_, i64>(4)?.unsigned_abs(),
            sha256: row.get(5)?,
        })
    })?;
    let versions = versions.collect::<rusqlite::Result<Vec<_>>>()?;
    if versions.is_empty() {
        return not_found(connection, uri).map(Err);
    }
    Ok(Ok(History { uri: DocumentUri::latest(&uri.path).to_string(), versions }))
}

/// Compares two versions.
pub(super) fn difference(from: &Stored, to: &Stored, request: &CompareRequest) -> Difference {
    let (old, new) = (from.text(request.form), to.text(request.form));
    let (earlier, later) = (from.document(), to.document());
    let changes = TextDiff::configure().timeout(DIFF_TIMEOUT).diff_lines(&*old, &*new);
    let count = |tag| changes.iter_all_changes().filter(|change| change.tag() == tag).count() as u64;
    let mut diff = match old == new {
        true => String::new(),
        false => changes.unified_diff().context_radius(3).header(&earlier.uri, &later.uri).to_string(),
    };
    let limit = request.max_bytes.unwrap_or(DEFAULT_BYTES).clamp(1, MAX_BYTES) as usize;
    let truncated = diff.len() > limit;
    if truncated {
        // The diff is cut after a complete line, since a partial line would look like another change.
        let end = diff[..floor_char_boundary(&diff, limit)].rfind('\n').map_or(0, |line| line + 1);
        diff.truncate(end);
    }
    Difference {
        uri: DocumentUri::latest(&request.uri.path).to_string(),
        from: earlier.version,
        to: later.version,
        added: count(ChangeTag::Insert),
        removed: count(ChangeTag::Delete),
        diff,
        truncated,
    }
}
