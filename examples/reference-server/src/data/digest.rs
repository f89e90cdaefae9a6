//! The digest of the sample data, which is the same on every machine.

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use sha2::{Digest, Sha256};

use crate::hex;

/// The tables of the data, each with its key. Derived data (indexes, chunks, statistics, the catalog) may differ between
/// versions of SQLite and of this program, and is excluded.
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

/// Computes the SHA-256 digest over all rows in key order, in hexadecimal.
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
    Ok(hex::encode(&sha.finalize()))
}

/// Encodes a value with its type and length as a prefix, so that the encoding of rows is injective.
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
