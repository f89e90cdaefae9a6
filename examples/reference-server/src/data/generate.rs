//! Generation of the data: schema, rows, documents, index, catalog, and finally the digest, which marks the file as
//! complete.

use std::path::Path;

use rusqlite::{Connection, params};

use super::digest::digest;
use super::error::DataError;
use super::identity::{APPLICATION_ID, DIGEST, SCHEMA_VERSION, STEPS};
use super::progress::Progress;
use super::{catalog, corpus, shop};

/// Generates the database in a new file.
pub(super) fn generate(file: &Path, report: &mut dyn FnMut(u64, u64)) -> Result<(), DataError> {
    let connection = Connection::open(file)?;
    // The file is renamed only after it is complete, so it need not be consistent after a crash.
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
    let generated = write_digest(&connection)?;
    connection.execute_batch("COMMIT; PRAGMA journal_mode = DELETE;")?;
    let steps = progress.finish();
    if generated != DIGEST || steps != STEPS {
        return Err(DataError::Digest { generated, steps });
    }
    connection.close().map_err(|(_, error)| error.into())
}

fn fill(connection: &Connection, step: &mut dyn FnMut()) -> Result<(), DataError> {
    connection.execute_batch(include_str!("schema.sql"))?;
    shop::fill(connection, step)?;
    connection.execute_batch(include_str!("indexes.sql"))?;
    corpus::fill(connection, step)?;
    catalog::fill(connection)?;
    connection.execute_batch("ANALYZE")?;
    Ok(())
}

fn write_digest(connection: &Connection) -> Result<String, DataError> {
    let digest = digest(connection)?;
    let mut insert = connection.prepare("INSERT INTO northlight VALUES (?, ?)")?;
    // Each change increments the version, which invalidates cursors.
    insert.execute(params!["data_version", "1"])?;
    insert.execute(params!["digest", digest])?;
    Ok(digest)
}
