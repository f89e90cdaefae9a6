//! Read-only connections with access control and limits.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::cancel::StopCondition;
use super::catalog::Catalog;
use super::error::DatabaseError;
use super::functions;
use super::guard::Guard;

/// Configuration of readers.
pub(super) struct ReaderConfig {
    pub(super) file: PathBuf,
    pub(super) max_memory: u64,
    pub(super) max_temp_bytes: u64,
    pub(super) catalog: Arc<Catalog>,
}

/// A connection with its guard and the catalog of its tables.
pub(crate) struct Reader {
    pub(super) connection: Connection,
    pub(super) guard: Arc<Guard>,
    pub(super) catalog: Arc<Catalog>,
}

/// Number of virtual machine instructions between two calls of the progress handler. Expensive functions check by
/// themselves, see `functions.rs`.
const PROGRESS_INTERVAL: i32 = 1_000;

/// Maximum length of a text or blob that a statement can create or read, in bytes.
///
/// SQLite calls the progress handler, and checks for interrupts, only at jumps of the program. A row with a thousand
/// calls over long texts is evaluated without a check. The time that this takes is bounded by this length times
/// [`MAX_INSTRUCTIONS`], so both are low.
pub(super) const MAX_VALUE_LEN: i32 = 16 << 10;

/// Maximum number of instructions of a statement's program. SQLite doubles the allocation from 42 on, so 2,688
/// instructions are possible: a list of 880 values after IN, or a sum over CASE for each of 200 columns.
const MAX_INSTRUCTIONS: i32 = 2_700;

/// Maximum length of a statement, in bytes.
pub(super) const MAX_SQL_LEN: i32 = 32 << 10;

/// Maximum length of a text or blob in statements of this program, which read whole documents. In bytes.
const MAX_TRUSTED_VALUE_LEN: i32 = 64 << 20;

impl Reader {
    pub(super) fn open(config: &ReaderConfig) -> Result<Self, DatabaseError> {
        let mut connection = read_only(&config.file, config.max_memory).map_err(DatabaseError::internal)?;
        let hidden = hidden(&connection, &config.catalog).map_err(DatabaseError::internal)?;
        let tables = config.catalog.names().map(str::to_lowercase).collect();
        let guard = Guard::new(tables, hidden, config.max_temp_bytes);
        harden(&mut connection, &guard).map_err(DatabaseError::internal)?;
        let catalog = Arc::clone(&config.catalog);
        Ok(Self { connection, guard, catalog })
    }

    /// Runs statements of this program, which may read everything, until a condition of `stop` is met.
    pub(crate) fn trusted<T>(
        &mut self,
        stop: &StopCondition,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, DatabaseError> {
        let _trusted = self.guard.trust();
        self.guard.reset();
        self.guard.set_stop(Some(stop.clone()));
        self.set_max_value_len(MAX_TRUSTED_VALUE_LEN)?;
        let result = work(&self.connection);
        self.set_max_value_len(MAX_VALUE_LEN)?;
        self.guard.set_stop(None);
        result.map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => {
                self.guard.take_stopped().unwrap_or(DatabaseError::Cancelled)
            }
            Some(ErrorCode::OutOfMemory) => DatabaseError::Busy("the memory limit is reached".to_owned()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                DatabaseError::Busy("the data is being written".to_owned())
            }
            _ => DatabaseError::internal(error),
        })
    }

    fn set_max_value_len(&self, length: i32) -> Result<(), DatabaseError> {
        self.connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, length).map_err(DatabaseError::internal)?;
        Ok(())
    }
}

/// Opens a read-only connection without access control, for statements of this program.
pub(super) fn read_only(file: &std::path::Path, max_memory: u64) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    // Sorts larger than the cache use temporary files, which are sorted in parts of the size of the cache. A sort in
    // memory would run in one step that cannot be interrupted.
    connection.execute_batch(&format!(
        "PRAGMA query_only = ON;
         PRAGMA cell_size_check = ON;
         PRAGMA temp_store = FILE;
         PRAGMA cache_size = -4096;
         PRAGMA mmap_size = 0;
         PRAGMA hard_heap_limit = {max_memory};
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
        // A misspelled column in double quotes is an error, not a string.
        (Config::SQLITE_DBCONFIG_DQS_DML, false),
        (Config::SQLITE_DBCONFIG_DQS_DDL, false),
    ] {
        connection.set_db_config(setting, on)?;
    }
    for (limit, value) in [
        (Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE_LEN),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, MAX_SQL_LEN),
        (Limit::SQLITE_LIMIT_COLUMN, 200),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
        (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 50),
        (Limit::SQLITE_LIMIT_VDBE_OP, MAX_INSTRUCTIONS),
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
    let progress_guard = Arc::clone(guard);
    connection.progress_handler(PROGRESS_INTERVAL, Some(move || progress_guard.must_stop()))?;
    let guard = Arc::clone(guard);
    connection.authorizer(Some(move |context: rusqlite::hooks::AuthContext<'_>| guard.authorize(&context)))
}

/// Returns the lower-case names of all objects of the schema and virtual table modules that are not in the catalog.
fn hidden(connection: &Connection, catalog: &Catalog) -> rusqlite::Result<HashSet<String>> {
    let sql = "SELECT lower(name) FROM sqlite_schema UNION SELECT lower(name) FROM pragma_module_list";
    let mut statement = connection.prepare(sql)?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?;
    names.filter(|name| !matches!(name, Ok(name) if catalog.table(name).is_some())).collect()
}
