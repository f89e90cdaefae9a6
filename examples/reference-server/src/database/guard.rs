//! Access control of statements through SQLite's authorizer, and the conditions that stop a running statement.
//!
//! Invariant: access is never decided by the text of a statement, only by the actions that SQLite's parser reports.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use super::cancel::StopCondition;
use super::error::DatabaseError;
use super::temp_space::TempSpace;

/// Guard of one connection. Denies every action that is not explicitly allowed.
pub(super) struct Guard {
    tables: HashSet<String>,
    /// Tables, indexes and virtual tables that exist but that statements must not read.
    hidden: HashSet<String>,
    state: Mutex<GuardState>,
}

struct GuardState {
    /// `true` while the connection runs statements of this program.
    trusted: bool,
    stop: Option<StopCondition>,
    space: TempSpace,
    /// The reason for stopping the running statement.
    stopped: Option<DatabaseError>,
    denied: Option<DatabaseError>,
    volatile: bool,
}

/// The authorizer's observations about a statement.
pub(super) struct Observed {
    /// The first action that was denied.
    pub(super) denied: Option<DatabaseError>,
    /// `true` if the statement may return other rows when it runs again.
    pub(super) volatile: bool,
}

impl Guard {
    pub(super) fn new(tables: HashSet<String>, hidden: HashSet<String>, temporary: u64) -> Arc<Self> {
        let state = GuardState {
            trusted: false,
            stop: None,
            space: TempSpace::new(temporary),
            stopped: None,
            denied: None,
            volatile: false,
        };
        Arc::new(Self { tables, hidden, state: Mutex::new(state) })
    }

    /// Allows all actions until the returned scope is dropped.
    pub(super) fn trust(self: &Arc<Self>) -> TrustedScope {
        self.state().trusted = true;
        TrustedScope(Arc::clone(self))
    }

    /// Sets the conditions that stop running statements.
    pub(super) fn set_stop(&self, stop: Option<StopCondition>) {
        self.state().stop = stop;
    }

    /// Returns `true` if the running statement must stop.
    pub(super) fn must_stop(&self) -> bool {
        self.state().must_stop()
    }

    /// Returns SQLite's error for interrupted statements if the running statement must stop.
    pub(super) fn check(&self) -> rusqlite::Result<()> {
        let interrupted = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_INTERRUPT);
        if self.must_stop() { Err(rusqlite::Error::SqliteFailure(interrupted, None)) } else { Ok(()) }
    }

    /// Takes the reason for which the last statement was stopped, if it was stopped.
    pub(super) fn take_stopped(&self) -> Option<DatabaseError> {
        self.state().stopped.take()
    }

    /// Clears the observations, for a new statement.
    pub(super) fn reset(&self) {
        let mut state = self.state();
        (state.denied, state.stopped, state.volatile) = (None, None, false);
        state.space.reset();
    }

    /// Takes the observations about the last statement.
    pub(super) fn take_observed(&self) -> Observed {
        let mut state = self.state();
        Observed { denied: state.denied.take(), volatile: state.volatile }
    }

    /// The authorizer's callback.
    pub(super) fn authorize(&self, context: &AuthContext<'_>) -> Authorization {
        let mut state = self.state();
        if state.trusted {
            return Authorization::Allow;
        }
        // Flattening nested SELECTs can double a statement many times while it is prepared.
        if state.must_stop() {
            return Authorization::Deny;
        }
        match self.check_action(context) {
            Ok(volatile) => {
                state.volatile |= volatile;
                Authorization::Allow
            }
            Err(denied) => {
                state.denied.get_or_insert(denied);
                Authorization::Deny
            }
        }
    }

    fn check_action(&self, context: &AuthContext<'_>) -> Result<bool, DatabaseError> {
        match context.action {
            AuthAction::Select | AuthAction::Recursive => Ok(false),
            AuthAction::Read { table_name, column_name } => {
                self.read(context.database_name, table_name, column_name).map(|()| false)
            }
            AuthAction::Function { function_name } => function(function_name),
            ref other => Err(DatabaseError::denied(
                name(other),
                "Only SELECT statements on the tables of the catalog are allowed",
            )),
        }
    }

    /// Checks a read. SQLite reports the table by its name in the schema, with one exception: for an entry of a FROM
    /// clause of which no column is used, it reports the name in the statement with an empty column. That name may be a
    /// common table expression, which is not a table.
    fn read(&self, database: Option<&str>, table: &str, column: &str) -> Result<(), DatabaseError> {
        let table = table.to_lowercase();
        let is_main = database.is_none_or(|name| name == "main");
        if is_main && self.tables.contains(&table) {
            return Ok(());
        }
        let may_be_expression = column.is_empty() && database.is_none() && !self.hidden.contains(&table);
        if may_be_expression && !RESERVED_PREFIXES.iter().any(|prefix| table.starts_with(prefix)) {
            return Ok(());
        }
        Err(DatabaseError::denied(
            format!("reading {table}"),
            "This table cannot be read; use search_catalog to find the tables that can be read",
        ))
    }

    fn state(&self) -> MutexGuard<'_, GuardState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl GuardState {
    fn must_stop(&mut self) -> bool {
        let reason = self.stop.as_ref().and_then(StopCondition::reason);
        let exceeded =
            || DatabaseError::limit("temporary files are too large", "Sort, group or join fewer rows");
        let reason = reason.or_else(|| self.space.is_exceeded().then(exceeded));
        let stop = reason.is_some();
        self.stopped = reason.or(self.stopped.take());
        stop
    }
}

/// Scope in which a connection runs statements of this program, without access control.
pub(super) struct TrustedScope(Arc<Guard>);

impl Drop for TrustedScope {
    fn drop(&mut self) {
        self.0.state().trusted = false;
    }
}

/// Prefixes of the names of SQLite's internal tables and table-valued functions.
const RESERVED_PREFIXES: [&str; 6] = ["sqlite_", "pragma_", "json_", "jsonb_", "fts", "dbstat"];

/// Allowed functions: those that compute from their arguments or from the current time. Sorted.
#[rustfmt::skip]
const FUNCTIONS: [&str; 82] = [
    "->", "->>", "abs", "avg", "char", "coalesce", "concat", "concat_ws", "count", "cume_dist",
    "current_date", "current_time", "current_timestamp", "date", "datetime", "dense_rank", "first_value",
    "format", "glob", "group_concat", "hex", "if", "ifnull", "iif", "instr", "json", "json_array",
    "json_array_length", "json_extract", "json_group_array", "json_group_object", "json_insert",
    "json_object", "json_quote", "json_remove", "json_replace", "json_set", "json_type", "json_valid",
    "julianday", "lag", "last_value", "lead", "length", "like", "likelihood", "likely", "lower", "ltrim",
    "max", "min", "nth_value", "ntile", "nullif", "octet_length", "percent_rank", "printf", "quote",
    "random", "rank", "replace", "round", "row_number", "rtrim", "sign", "soundex", "strftime",
    "string_agg", "substr", "substring", "sum", "time", "timediff", "total", "trim", "typeof", "unhex",
    "unicode", "unistr", "unixepoch", "unlikely", "upper",
];

/// Checks a function call. Returns `true` if the function returns another value each time.
fn function(name: &str) -> Result<bool, DatabaseError> {
    let name = name.to_lowercase();
    if FUNCTIONS.contains(&name.as_str()) {
        return Ok(name == "random");
    }
    Err(DatabaseError::denied(
        format!("the function {name}()"),
        "Only functions that compute from their arguments can be called",
    ))
}

/// Returns a description of an action for error messages.
fn name(action: &AuthAction<'_>) -> String {
    match action {
        AuthAction::Pragma { pragma_name, .. } => format!("PRAGMA {pragma_name}"),
        AuthAction::Insert { table_name }
        | AuthAction::Update { table_name, .. }
        | AuthAction::Delete { table_name }
            if table_name.ends_with("_master") =>
        {
            name(&AuthAction::DropTable { table_name })
        }
        AuthAction::Insert { table_name } => format!("writing to {table_name}"),
        AuthAction::Update { table_name, .. } => format!("updating {table_name}"),
        AuthAction::Delete { table_name } => format!("deleting from {table_name}"),
        AuthAction::Attach { .. } | AuthAction::Detach { .. } => "attaching other databases".to_owned(),
        AuthAction::Transaction { .. } | AuthAction::Savepoint { .. } => {
            "controlling transactions".to_owned()
        }
        AuthAction::Analyze { .. } | AuthAction::Reindex { .. } => "ANALYZE and REINDEX".to_owned(),
        _ => "creating, altering or dropping schema objects".to_owned(),
    }
}
