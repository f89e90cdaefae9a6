//! Descriptions of the tables and columns, loaded from `catalog.txt` into the database.

use rusqlite::{Connection, params};

use super::error::DataError;

pub(super) fn fill(connection: &Connection) -> Result<(), DataError> {
    let mut table = String::new();
    for (line, position) in include_str!("catalog.txt").lines().zip(0_i64..) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let parts: Vec<&str> = line.splitn(4, '|').map(str::trim).collect();
        if let [name, kind, personal, description] = parts[..] {
            connection
                .prepare_cached("INSERT INTO catalog_columns VALUES (?, ?, ?, ?, ?)")?
                .execute(params![table, name, kind, personal == "personal", description])?;
        } else if let Some((name, description)) = line.split_once(": ") {
            name.clone_into(&mut table);
            let rows: i64 =
                connection.query_row(&format!("SELECT count(*) FROM {name}"), [], |row| row.get(0))?;
            connection.prepare_cached("INSERT INTO catalog_tables VALUES (?, ?, ?, ?)")?.execute(params![
                name,
                position,
                description,
                rows
            ])?;
        }
    }
    Ok(())
}
