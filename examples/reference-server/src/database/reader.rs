//! A connection that can only read, and only what it is told to.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::cancel::Stop;
use super::guard::Guard;
use super::{Catalog, DatabaseError, functions};

/// What it takes to open a reader.
pub(super) struct Opening {
    pub(super) file: PathBuf,
    pub(super) memory: u64,
    pub(super) temporary: u64,
    pub(super) catalogue: Arc<Catalog>,
}

/// One connection, its guard, and what it needs to know of the tables.
pub(crate) struct Reader {
    pub(super) connection: Connection,
    pub(super) guard: Arc<Guard>,
    pub(super) catalogue: Arc<Catalog>,
}

/// Instructions of SQLite's machine between two looks at the clock and the flags. Expensive functions look
/// themselves, see `functions.rs`.
const INSTRUCTIONS: i32 = 1_000;

/// The longest text or blob that a statement can make or read.
///
/// SQLite asks the progress handler, and looks for an interrupt, at the jumps of a program only: a row whose columns
/// are a thousand calls over long texts is one stretch without a look. How long that takes is this length times the number
/// of [`OPERATIONS`], so both are low.
pub(super) const LENGTH: i32 = 16 << 10;

/// The instructions of a statement's program. SQLite doubles the room for them from 42 on, so 2,688 pass: a list of 880
/// values behind IN, or a sum over CASE for each of 200 columns.
const OPERATIONS: i32 = 2_700;

/// The longest statement, in bytes.
pub(super) const STATEMENT: i32 = 32 << 10;

/// The longest text or blob for our own statements, which read whole documents.
const TRUSTED_LENGTH: i32 = 64 << 20;

impl Reader {
    pub(super) fn open(opening: &Opening) -> Result<Self, DatabaseError> {
        let mut connection = read_only(&opening.file, opening.memory).map_err(DatabaseError::internal)?;
        let hidden = hidden(&connection, &opening.catalogue).map_err(DatabaseError::internal)?;
        let tables = opening.catalogue.names().map(str::to_lowercase).collect();
        let guard = Guard::new(tables, hidden, opening.temporary);
        harden(&mut connection, &guard).map_err(DatabaseError::internal)?;
        let catalogue = Arc::clone(&opening.catalogue);
        Ok(Self { connection, guard, catalogue })
    }

    /// Runs our own statements, which may read everything, until `stop` says otherwise.
    pub(crate) fn trusted<T>(
        &mut self,
        stop: &Stop,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, DatabaseError> {
        let _trust = self.guard.trust();
        self.guard.forget();
        self.guard.obey(Some(stop.clone()));
        self.limit_length(TRUSTED_LENGTH)?;
        let done = work(&self.connection);
        self.limit_length(LENGTH)?;
        self.guard.obey(None);
        done.map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => self.guard.stopped().unwrap_or(DatabaseError::Cancelled),
            Some(ErrorCode::OutOfMemory) => DatabaseError::Busy("memory is used up".to_owned()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                DatabaseError::Busy("the data is being written".to_owned())
            }
            _ => DatabaseError::internal(error),
        })
    }

    fn limit_length(&self, length: i32) -> Result<(), DatabaseError> {
        self.connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, length).map_err(DatabaseError::internal)?;
        Ok(())
    }
}

/// A connection on which nothing can be written, for our own statements.
pub(super) fn read_only(file: &std::path::Path, memory: u64) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    // Sorts that are larger than the cache go to temporary files. In memory they would be sorted in one go, which
    // nothing can stop; in files they are sorted in parts of the size of the cache.
    connection.execute_batch(&format!(
        "PRAGMA query_only = ON;
         PRAGMA cell_size_check = ON;
         PRAGMA temp_store = FILE;
         PRAGMA cache_size = -4096;
         PRAGMA mmap_size = 0;
         PRAGMA hard_heap_limit = {memory};
         PRAGMA busy_timeout = 2000;"
    ))?;
    Ok(connection)
}

fn harden(connection: &mut Connection, guard: &Arc<Guard>) -> rusqlite::Result<()> {
    use DbConfig as Config;
    for (setting, on) in [
        (Config::SQLITE_DBCONFIG_DEFENSIVE, true),
        (Config::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (Config::SQLITE_DBCONFIG_WRITABLE_SCHEMA, false),
        (Config::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (Config::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (Config::SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, false),
        (Config::SQLITE_DBCONFIG_ENABLE_ATTACH_CREATE, false),
        (Config::SQLITE_DBCONFIG_ENABLE_ATTACH_WRITE, false),
        // A misspelt column in double quotes is an error, not a text.
        (Config::SQLITE_DBCONFIG_DQS_DML, false),
        (Config::SQLITE_DBCONFIG_DQS_DDL, false),
    ] {
        connection.set_db_config(setting, on)?;
    }
    for (limit, value) in [
        (Limit::SQLITE_LIMIT_LENGTH, LENGTH),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, STATEMENT),
        (Limit::SQLITE_LIMIT_COLUMN, 200),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
        (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 50),
        (Limit::SQLITE_LIMIT_VDBE_OP, OPERATIONS),
        (Limit::SQLITE_LIMIT_FUNCTION_ARG, 40),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000),
        (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 250),
        (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 0),
        (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
        (Limit::SQLITE_LIMIT_PARSER_DEPTH, 200),
    ] {
        connection.set_limit(limit, value)?;
    }
    functions::replace(connection, guard)?;
    let watching = Arc::clone(guard);
    connection.progress_handler(INSTRUCTIONS, Some(move || watching.must_stop()))?;
    let judging = Arc::clone(guard);
    connection.authorizer(Some(move |context: rusqlite::hooks::AuthContext<'_>| judging.decide(&context)))
}

/// Everything that has a name in the schema or is a virtual table, and is not in the catalogue.
fn hidden(connection: &Connection, catalogue: &Catalog) -> rusqlite::Result<HashSet<String>> {
    let sql = "SELECT lower(name) FROM sqlite_schema UNION SELECT lower(name) FROM pragma_module_list";
    let mut statement = connection.prepare(sql)?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?;
    names.filter(|name| !matches!(name, Ok(name) if catalogue.table(name).is_some())).collect()
}
