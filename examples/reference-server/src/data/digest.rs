//! One number for all of the sample data: equal data, equal digest, on every machine.

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use sha2::{Digest, Sha256};

/// The tables that make up the data, each with its key. What is derived from them (indexes, chunks, statistics,
/// the catalogue) may differ between versions of SQLite and of this program, and is left out.
const CONTENT: [(&str, &str); 16] = [
    ("categories", "id"),
    ("suppliers", "id"),
    ("warehouses", "id"),
    ("employees", "id"),
    ("products", "id"),
    ("price_changes", "id"),
    ("inventory", "product_id, warehouse_id"),
    ("customers", "id"),
    ("orders", "id"),
    ("order_items", "order_id, line"),
    ("payments", "id"),
    ("shipments", "id"),
    ("returns", "id"),
    ("tickets", "id"),
    ("documents", "id"),
    ("document_versions", "document_id, version"),
];

/// The digest of every row in key order, as hexadecimal text.
pub fn digest(connection: &Connection) -> rusqlite::Result<String> {
    let mut sha = Sha256::new();
    for (table, key) in CONTENT {
        sha.update(table);
        let mut statement = connection.prepare(&format!("SELECT * FROM {table} ORDER BY {key}"))?;
        let width = statement.column_count();
        let mut rows = statement.query([])?;
        let mut bytes = Vec::new();
        while let Some(row) = rows.next()? {
            bytes.clear();
            bytes.push(b'\n');
            for column in 0..width {
                encode(row.get_ref(column)?, &mut bytes);
            }
            sha.update(&bytes);
        }
    }
    Ok(hexadecimal(&sha.finalize()))
}

/// The kind and the length come first, so that no two different rows give the same bytes.
fn encode(value: ValueRef<'_>, bytes: &mut Vec<u8>) {
    let mut tagged = |tag: u8, content: &[u8]| {
        bytes.push(tag);
        bytes.extend((content.len() as u64).to_be_bytes());
        bytes.extend(content);
    };
    match value {
        ValueRef::Null => tagged(b'n', &[]),
        ValueRef::Integer(integer) => tagged(b'i', &integer.to_be_bytes()),
        ValueRef::Real(real) => tagged(b'r', &real.to_bits().to_be_bytes()),
        ValueRef::Text(text) => tagged(b't', text),
        ValueRef::Blob(blob) => tagged(b'b', blob),
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    text
}
