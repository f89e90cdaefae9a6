//! The versions of a document, and what differs between two of them.

use std::time::Duration;

use rusqlite::Connection;
use schemars::JsonSchema;
use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use super::read::{Form, floor};
use super::store::{Stored, missing};
use super::{Address, DocumentError};
use crate::schema::brief;

/// The versions of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&[]))]
#[non_exhaustive]
pub struct History {
    /// The document.
    pub uri: String,
    /// Its versions, the latest first.
    pub versions: Vec<Version>,
}

/// A version of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&["message", "bytes"]))]
#[non_exhaustive]
pub struct Version {
    /// Its number, from 1.
    pub version: u32,
    /// Who wrote it.
    pub author: String,
    /// What was changed in it.
    pub message: String,
    /// When it was written.
    pub created_at: String,
    /// Bytes of its source.
    pub bytes: u64,
    /// The SHA-256 of its source.
    pub sha256: String,
}

/// Two versions of a document to be compared.
#[derive(Clone, Debug)]
pub struct Compare {
    /// The document; a version in the address is not looked at.
    pub address: Address,
    /// The earlier version; the one before `to` if not given.
    pub from: Option<u32>,
    /// The later version; the latest if not given.
    pub to: Option<u32>,
    /// Which text is compared.
    pub form: Form,
    /// Bytes that the difference may have at most; 32 KiB if not given.
    pub max_bytes: Option<u32>,
}

impl Compare {
    /// The last change of a document.
    pub fn new(address: Address) -> Self {
        Self { address, from: None, to: None, form: Form::Readable, max_bytes: None }
    }
}

/// What differs between two versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&["added", "removed", "truncated"]))]
#[non_exhaustive]
pub struct Difference {
    /// The document.
    pub uri: String,
    /// The earlier version.
    pub from: u32,
    /// The later version.
    pub to: u32,
    /// Lines that only the later version has.
    pub added: u64,
    /// Lines that only the earlier version has.
    pub removed: u64,
    /// The difference in unified format; empty if there is none.
    pub diff: String,
    /// Whether the difference goes on after these lines.
    pub truncated: bool,
}

const DEFAULT_BYTES: u32 = 32 << 10;
const MOST_BYTES: u32 = 1 << 20;

/// After this, the difference becomes coarser rather than later.
const PATIENCE: Duration = Duration::from_millis(500);

pub(super) fn history(
    connection: &Connection,
    address: &Address,
) -> rusqlite::Result<Result<History, DocumentError>> {
    let sql = "SELECT version, author, message, version.created_at, octet_length(body), sha256
               FROM document_versions AS version JOIN documents AS document ON document.id = version.document_id
               WHERE document.path = ? ORDER BY version DESC";
    let mut statement = connection.prepare_cached(sql)?;
    let versions = statement.query_map([&address.path], |row| {
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
        return missing(connection, address).map(Err);
    }
    Ok(Ok(History { uri: Address::latest(&address.path).to_string(), versions }))
}

pub(super) fn difference(from: &Stored, to: &Stored, request: &Compare) -> Difference {
    let (old, new) = (from.text(request.form), to.text(request.form));
    let (earlier, later) = (from.document(), to.document());
    let compared = TextDiff::configure().timeout(PATIENCE).diff_lines(&*old, &*new);
    let count = |tag| compared.iter_all_changes().filter(|change| change.tag() == tag).count() as u64;
    let mut diff = match old == new {
        true => String::new(),
        false => compared.unified_diff().context_radius(3).header(&earlier.uri, &later.uri).to_string(),
    };
    let limit = request.max_bytes.unwrap_or(DEFAULT_BYTES).clamp(1, MOST_BYTES) as usize;
    let truncated = diff.len() > limit;
    if truncated {
        // Only whole lines: half a line would look like another change.
        let end = diff[..floor(&diff, limit)].rfind('\n').map_or(0, |line| line + 1);
        diff.truncate(end);
    }
    Difference {
        uri: Address::latest(&request.address.path).to_string(),
        from: earlier.version,
        to: later.version,
        added: count(ChangeTag::Insert),
        removed: count(ChangeTag::Delete),
        diff,
        truncated,
    }
}
