//! Shared test helpers: the data directory, and functions to run statements.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use reference_server::data;
use reference_server::database::{CancellationToken, Database, DatabaseError, Query, Rows, Settings};

/// Returns the database file, which is generated once, kept between runs, and generated again if the generator changes.
pub(crate) fn file() -> PathBuf {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    let generate = || {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("northlight");
        data::ensure(&directory, &mut |_, _| {}).unwrap().file
    };
    FILE.get_or_init(generate).clone()
}

pub(crate) fn database() -> Database {
    database_with(|_| {})
}

pub(crate) fn database_with(change: impl FnOnce(&mut Settings)) -> Database {
    let mut settings = Settings::default();
    settings.readers = 2;
    change(&mut settings);
    Database::open(file(), settings).unwrap()
}

pub(crate) async fn run(database: &Database, query: Query) -> Result<Rows, DatabaseError> {
    database.query(query, CancellationToken::new()).await
}

pub(crate) async fn rows(database: &Database, sql: &str) -> Rows {
    run(database, Query::new(sql)).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
}
