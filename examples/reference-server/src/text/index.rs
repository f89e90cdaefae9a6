//! The full-text index over the sections of the documents' latest versions.

use rusqlite::{Connection, params};

use super::outline::sections;

/// Separator of the headings in a section's path.
pub(crate) const HEADING_SEPARATOR: &str = " › ";

/// Inserts a row for each section of a document. Does not update the full-text index.
pub(crate) fn add_sections(
    connection: &Connection,
    document: i64,
    title: &str,
    text: &str,
) -> rusqlite::Result<()> {
    let insert = "INSERT INTO document_chunks (document_id, section, path, title, heading, body) VALUES (?, ?, ?, ?, ?, ?)";
    for section in sections(text) {
        let whole = &text[section.start..section.own_end];
        // The heading has its own column.
        let body =
            if section.level == 0 { whole } else { whole.split_once('\n').map_or("", |(_, body)| body) };
        let path = section.path.join(HEADING_SEPARATOR);
        let row = params![document, section.id, path, title, section.title(), body.trim()];
        connection.prepare_cached(insert)?.execute(row)?;
    }
    Ok(())
}

/// Replaces the sections of a document, and updates the full-text index.
pub(crate) fn replace_sections(
    connection: &Connection,
    document: i64,
    title: &str,
    text: &str,
) -> rusqlite::Result<()> {
    // The index does not store the texts: it needs the old ones to delete its entries.
    let delete = "INSERT INTO document_index (document_index, rowid, title, heading, body)
                  SELECT 'delete', id, title, heading, body FROM document_chunks WHERE document_id = ?";
    let insert = "INSERT INTO document_index (rowid, title, heading, body)
                 SELECT id, title, heading, body FROM document_chunks WHERE document_id = ?";
    connection.execute(delete, [document])?;
    connection.execute("DELETE FROM document_chunks WHERE document_id = ?", [document])?;
    add_sections(connection, document, title, text)?;
    connection.execute(insert, [document])?;
    Ok(())
}
