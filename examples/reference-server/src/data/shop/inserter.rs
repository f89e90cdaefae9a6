//! Insertion of rows with progress.

use rusqlite::{Connection, Params};

/// Inserts rows, and reports each one as a step of the progress.
pub(super) struct Inserter<'a> {
    pub(super) connection: &'a Connection,
    pub(super) step: &'a mut dyn FnMut(),
}

impl Inserter<'_> {
    pub(super) fn insert(&mut self, sql: &str, row: impl Params) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute(row)?;
        (self.step)();
        Ok(())
    }
}
