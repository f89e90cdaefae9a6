//! Finding sections of documents by words.

use rusqlite::{Connection, Row, named_params};
use schemars::JsonSchema;
use serde::Serialize;

use super::readable::Format;
use super::terms::Terms;
use super::{Address, DocumentError};
use crate::schema::brief;

/// What to look for.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Any text. A part in double quotes is looked for as a phrase.
    pub text: String,
    /// Only in this collection.
    pub collection: Option<String>,
    /// Only documents of this format.
    pub format: Option<Format>,
    /// Only documents changed on this day or later, such as 2024-05-17.
    pub since: Option<String>,
    /// Hits to return at most; 10 if not given, 50 at most.
    pub limit: Option<u32>,
    /// Hits to leave out at the beginning, to go on after an earlier search.
    pub skip: u32,
}

/// The sections that were found.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&[]))]
#[non_exhaustive]
pub struct Hits {
    /// The best first.
    pub hits: Vec<Hit>,
    /// Whether there are more than these. It is exact.
    pub more: bool,
    /// What to know about this search.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notices: Vec<String>,
}

/// A section that was found.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&["section", "snippet", "score"]))]
#[non_exhaustive]
pub struct Hit {
    /// The document, in the version that was searched.
    pub uri: String,
    /// Its title.
    pub title: String,
    /// When that version was written.
    pub updated_at: String,
    /// The id of the section.
    pub section: String,
    /// The headings that lead to the section.
    pub heading_path: Vec<String>,
    /// Part of the section, with what was found between « and ».
    pub snippet: String,
    /// How well it fits; comparable within one search.
    pub score: f64,
}

const MOST_HITS: u32 = 50;

/// What stands between the headings of a path.
pub(crate) const SEPARATOR: &str = " › ";

impl Search {
    /// A search for a text, everywhere.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Says what is wrong with the filters.
    pub(super) fn check(&self) -> Result<(), DocumentError> {
        let day = |text: &str| {
            let parts: Vec<&str> = text.split('-').collect();
            let digits = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
            digits && matches!(parts.iter().map(|part| part.len()).collect::<Vec<_>>()[..], [4, 2, 2])
        };
        match &self.since {
            Some(since) if !day(since) => {
                Err(DocumentError::Request(format!("since is a day such as 2024-05-17, not {since:?}")))
            }
            _ => Ok(()),
        }
    }
}

pub(super) fn run(connection: &Connection, search: &Search) -> rusqlite::Result<Hits> {
    let terms = Terms::of(&search.text);
    let mut hits = Hits { hits: Vec::new(), more: false, notices: Vec::new() };
    if terms.is_empty() {
        hits.notices.push("There is no word to look for.".to_owned());
        return Ok(hits);
    }
    if terms.shortened {
        hits.notices.push("Only the first words were looked for.".to_owned());
    }
    hits.notices.extend(unknown_collection(connection, search)?);
    find(connection, search, &terms.all(), &mut hits)?;
    if hits.hits.is_empty()
        && search.skip == 0
        && let Some(any) = terms.any()
    {
        find(connection, search, &any, &mut hits)?;
        if !hits.hits.is_empty() {
            hits.notices.push("No section has all of the words; these have some of them.".to_owned());
        }
    }
    Ok(hits)
}

/// Nothing is found in a collection that does not exist, and that is not for want of words.
fn unknown_collection(connection: &Connection, search: &Search) -> rusqlite::Result<Option<String>> {
    let Some(named) = &search.collection else { return Ok(None) };
    let sql = "SELECT DISTINCT collection FROM documents ORDER BY collection";
    let mut statement = connection.prepare_cached(sql)?;
    let names = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    let unknown = !names.contains(named);
    Ok(unknown.then(|| format!("There is no such collection. The collections are {}.", names.join(", "))))
}

/// The title is in every section's row, so that `returns policy refund` finds the section on refunds in that document.
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

fn find(connection: &Connection, search: &Search, terms: &str, hits: &mut Hits) -> rusqlite::Result<()> {
    let limit = search.limit.unwrap_or(10).clamp(1, MOST_HITS);
    let mut statement = connection.prepare_cached(FIND)?;
    let found = statement.query_map(
        named_params! {
            ":terms": terms,
            ":collection": search.collection,
            ":format": search.format.map(Format::name),
            ":since": search.since,
            // One more than asked for says whether there are more.
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
        uri: Address::latest(row.get::<_, String>(0)?).at(row.get(1)?).to_string(),
        title: row.get(2)?,
        updated_at: row.get(3)?,
        section: row.get(4)?,
        heading_path: path.split(SEPARATOR).filter(|part| !part.is_empty()).map(str::to_owned).collect(),
        snippet: marked(&snippet),
        score: (row.get::<_, f64>(7)? * 1_000.0).round() / 1_000.0,
    })
}

/// The marks come in only here, so that a text cannot pretend to have been found.
fn marked(snippet: &str) -> String {
    let plain = snippet.replace(['«', '»'], "\"").replace('\u{2}', "«").replace('\u{3}', "»");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
