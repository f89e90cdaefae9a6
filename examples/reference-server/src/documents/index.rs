//! The index that documents are found by: the sections of their latest versions.

use rusqlite::{Connection, params};

use super::SEPARATOR;
use super::outline::sections;

/// Every section is found by itself, under the headings that it stands under. The index itself is not written here.
pub(crate) fn add_sections(
    connection: &Connection,
    document: i64,
    title: &str,
    text: &str,
) -> rusqlite::Result<()> {
    let insert = "INSERT INTO document_chunks (document_id, section, path, title, heading, body) VALUES (?, ?, ?, ?, ?, ?)";
    for section in sections(text) {
        let whole = &text[section.start..section.own_end];
        // The heading is in a column of its own.
        let body =
            if section.level == 0 { whole } else { whole.split_once('\n').map_or("", |(_, body)| body) };
        let path = section.path.join(SEPARATOR);
        let row = params![document, section.id, path, title, section.title(), body.trim()];
        connection.prepare_cached(insert)?.execute(row)?;
    }
    Ok(())
}

/// Puts the sections of a text in the place of those that a document had.
pub(super) fn replace_sections(
    connection: &Connection,
    document: i64,
    title: &str,
    text: &str,
) -> rusqlite::Result<()> {
    // The index has no texts of its own: it is told what to forget while they are still there.
    let forget = "INSERT INTO document_index (document_index, rowid, title, heading, body)
                  SELECT 'delete', id, title, heading, body FROM document_chunks WHERE document_id = ?";
    let learn = "INSERT INTO document_index (rowid, title, heading, body)
                 SELECT id, title, heading, body FROM document_chunks WHERE document_id = ?";
    connection.execute(forget, [document])?;
    connection.execute("DELETE FROM document_chunks WHERE document_id = ?", [document])?;
    add_sections(connection, document, title, text)?;
    connection.execute(learn, [document])?;
    Ok(())
}
