//! Making the data: schema, rows, documents, index, catalogue, and last the mark that says it is whole.

use std::path::Path;

use rusqlite::{Connection, params};

use super::digest::digest;
use super::progress::Progress;
use super::store::APPLICATION_ID;
use super::{DIGEST, DataError, SCHEMA_VERSION, STEPS, catalogue, corpus, shop};

/// Writes a whole database to a file that does not exist yet.
pub(super) fn make(file: &Path, report: &mut dyn FnMut(u64, u64)) -> Result<(), DataError> {
    let connection = Connection::open(file)?;
    // Nobody sees the file before it is finished, so nothing needs to survive a crash.
    connection.execute_batch(&format!(
        "PRAGMA page_size = 4096;
         PRAGMA journal_mode = OFF;
         PRAGMA synchronous = OFF;
         PRAGMA locking_mode = EXCLUSIVE;
         PRAGMA application_id = {APPLICATION_ID};
         PRAGMA user_version = {SCHEMA_VERSION};"
    ))?;
    connection.set_prepared_statement_cache_capacity(64);
    let mut progress = Progress::new(STEPS, report);
    connection.execute_batch("BEGIN")?;
    fill(&connection, &mut || progress.step())?;
    let made = mark(&connection)?;
    connection.execute_batch("COMMIT; PRAGMA journal_mode = DELETE;")?;
    let steps = progress.finish();
    if made != DIGEST || steps != STEPS {
        return Err(DataError::Digest { made, steps });
    }
    connection.close().map_err(|(_, error)| error.into())
}

fn fill(connection: &Connection, step: &mut dyn FnMut()) -> Result<(), DataError> {
    connection.execute_batch(include_str!("schema.sql"))?;
    shop::fill(connection, step)?;
    connection.execute_batch(include_str!("indexes.sql"))?;
    corpus::fill(connection, step)?;
    catalogue::fill(connection)?;
    connection.execute_batch("ANALYZE")?;
    Ok(())
}

fn mark(connection: &Connection) -> Result<String, DataError> {
    let made = digest(connection)?;
    let mut insert = connection.prepare("INSERT INTO northlight VALUES (?, ?)")?;
    // Every later write counts it up: what was read of one version is not continued in another.
    insert.execute(params!["data_version", "1"])?;
    insert.execute(params!["digest", made])?;
    Ok(made)
}
