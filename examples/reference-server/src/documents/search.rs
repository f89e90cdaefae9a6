//! Full-text search for sections of documents.

use rusqlite::{Connection, Row, named_params};
use schemars::JsonSchema;
use serde::Serialize;

use super::error::DocumentError;
use super::terms::Terms;
use super::uri::DocumentUri;
use crate::schema::brief;
use crate::text::index::HEADING_SEPARATOR;
use crate::text::readable::Format;

/// A full-text search.
#[derive(Clone, Debug, Default)]
pub struct SearchRequest {
    /// Words to find. Text in double quotes is a phrase.
    pub text: String,
    /// The collection to search. Default: all collections.
    pub collection: Option<String>,
    /// The format of documents to search. Default: all formats.
    pub format: Option<Format>,
    /// The earliest date of the last change, such as 2024-05-17.
    pub since: Option<String>,
    /// Maximum number of hits to return, up to 50. Default: 10.
    pub limit: Option<u32>,
    /// Number of hits to skip.
    pub skip: u32,
}

/// The sections found by a search.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&[]))]
#[non_exhaustive]
pub struct Hits {
    /// The hits, the best first.
    pub hits: Vec<Hit>,
    /// `true` if and only if there are more hits.
    pub more: bool,
    /// Remarks on this search.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notices: Vec<String>,
}

/// A section found by a search.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&["section", "snippet", "score"]))]
#[non_exhaustive]
pub struct Hit {
    /// The URI of the document version that was searched.
    pub uri: String,
    /// The title of the document.
    pub title: String,
    /// The time at which the version was created.
    pub updated_at: String,
    /// The id of the section.
    pub section: String,
    /// The headings that lead to the section.
    pub heading_path: Vec<String>,
    /// An excerpt, with matches between « and ».
    pub snippet: String,
    /// Relevance, comparable within one search.
    pub score: f64,
}

/// Maximum number of hits of one search.
const MAX_HITS: u32 = 50;

impl SearchRequest {
    /// Creates a search for a text in all documents.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Checks the filters.
    pub(super) fn check(&self) -> Result<(), DocumentError> {
        let day = |text: &str| {
            let parts: Vec<&str> = text.split('-').collect();
            let digits = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
            digits && matches!(parts.iter().map(|part| part.len()).collect::<Vec<_>>()[..], [4, 2, 2])
        };
        match &self.since {
            Some(since) if !day(since) => {
                Err(DocumentError::Request(format!("since must be a date such as 2024-05-17, not {since:?}")))
            }
            _ => Ok(()),
        }
    }
}

/// Runs a search. If no section contains all of the words, finds sections with any of them.
pub(super) fn run(connection: &Connection, search: &SearchRequest) -> rusqlite::Result<Hits> {
    let terms = Terms::parse(&search.text);
    let mut hits = Hits { hits: Vec::new(), more: false, notices: Vec::new() };
    if terms.is_empty() {
        hits.notices.push("The text contains no word to search for.".to_owned());
        return Ok(hits);
    }
    if terms.truncated {
        hits.notices.push("The search used only the first words of the text.".to_owned());
    }
    hits.notices.extend(unknown_collection(connection, search)?);
    find(connection, search, &terms.all(), &mut hits)?;
    if hits.hits.is_empty()
        && search.skip == 0
        && let Some(any) = terms.any()
    {
        find(connection, search, &any, &mut hits)?;
        if !hits.hits.is_empty() {
            hits.notices.push("No section contains all of the words; these contain some of them.".to_owned());
        }
    }
    Ok(hits)
}

/// Returns a note if the collection does not exist.
fn unknown_collection(connection: &Connection, search: &SearchRequest) -> rusqlite::Result<Option<String>> {
    let Some(collection) = &search.collection else { return Ok(None) };
    let sql = "SELECT DISTINCT collection FROM documents ORDER BY collection";
    let mut statement = connection.prepare_cached(sql)?;
    let names = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    let is_unknown = !names.contains(collection);
    Ok(is_unknown.then(|| format!("There is no such collection. The collections are {}.", names.join(", "))))
}

/// The search. The row of every section contains the title, so that `returns policy refund` finds the section on refunds
/// in the returns policy.
const FIND: &str = "
    SELECT document.path, document.latest_version, document.title, document.updated_at, chunk.section, chunk.path,
           snippet(document_index, 2, char(2), char(3), '…', 28),
           -bm25(document_index, 1.0, 4.0, 1.5) AS score
    FROM document_index
    JOIN document_chunks AS chunk ON chunk.id = document_index.rowid
    JOIN documents AS document ON document.id = chunk.document_id
    WHERE document_index MATCH :terms
      AND (:collection IS NULL OR document.collection = :collection)
      AND (:format IS NULL OR document.format = :format)
      AND (:since IS NULL OR document.updated_at >= :since)
    ORDER BY score DESC, chunk.id
    LIMIT :limit OFFSET :skip";

fn find(
    connection: &Connection,
    search: &SearchRequest,
    terms: &str,
    hits: &mut Hits,
) -> rusqlite::Result<()> {
    let limit = search.limit.unwrap_or(10).clamp(1, MAX_HITS);
    let mut statement = connection.prepare_cached(FIND)?;
    let found = statement.query_map(
        named_params! {
            ":terms": terms,
            ":collection": search.collection,
            ":format": search.format.map(Format::name),
            ":since": search.since,
            // One more than the limit, to determine whether there are more.
            ":limit": limit + 1,
            ":skip": search.skip,
        },
        hit,
    )?;
    hits.hits = found.collect::<rusqlite::Result<_>>()?;
    hits.more = hits.hits.len() > limit as usize;
    hits.hits.truncate(limit as usize);
    Ok(())
}

fn hit(row: &Row<'_>) -> rusqlite::Result<Hit> {
    let path: String = row.get(5)?;
    let snippet: String = row.get(6)?;
    Ok(Hit {
        uri: DocumentUri::latest(row.get::<_, String>(0)?).with_version(row.get(1)?).to_string(),
        title: row.get(2)?,
        updated_at: row.get(3)?,
        section: row.get(4)?,
        heading_path: path
            .split(HEADING_SEPARATOR)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect(),
        snippet: mark(&snippet),
        score: (row.get::<_, f64>(7)? * 1_000.0).round() / 1_000.0,
    })
}

/// Replaces SQLite's markers of matches by « and », which are removed from the text itself, so that a text cannot contain
/// false marks.
fn mark(snippet: &str) -> String {
    let plain = snippet.replace(['«', '»'], "\"").replace('\u{2}', "«").replace('\u{3}', "»");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
