//! What a statement may touch, decided by SQLite's own parser through the authorizer.
//!
//! Invariant: nothing here or elsewhere looks at the text of a statement to find out what it does.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use super::DatabaseError;
use super::cancel::Stop;
use super::space::Space;

/// Watches one connection. All that is not allowed by name is denied.
pub(super) struct Guard {
    tables: HashSet<String>,
    /// Tables, indexes and virtual tables that exist and are not for statements.
    hidden: HashSet<String>,
    state: Mutex<State>,
}

struct State {
    /// Whether the statement being prepared is one of our own.
    trusted: bool,
    stop: Option<Stop>,
    space: Space,
    /// Why the running statement was stopped.
    stopped: Option<DatabaseError>,
    denied: Option<DatabaseError>,
    volatile: bool,
}

/// What the authorizer noticed about a statement.
pub(super) struct Noticed {
    /// The first thing that was denied.
    pub(super) denied: Option<DatabaseError>,
    /// Whether running it again may give something else.
    pub(super) volatile: bool,
}

impl Guard {
    pub(super) fn new(tables: HashSet<String>, hidden: HashSet<String>, temporary: u64) -> Arc<Self> {
        let state = State {
            trusted: false,
            stop: None,
            space: Space::new(temporary),
            stopped: None,
            denied: None,
            volatile: false,
        };
        Arc::new(Self { tables, hidden, state: Mutex::new(state) })
    }

    /// Lets our own statements through until the result is dropped.
    pub(super) fn trust(self: &Arc<Self>) -> Trust {
        self.state().trusted = true;
        Trust(Arc::clone(self))
    }

    /// From here on, running statements obey this.
    pub(super) fn obey(&self, stop: Option<Stop>) {
        self.state().stop = stop;
    }

    /// Whether a running statement has to stop.
    pub(super) fn must_stop(&self) -> bool {
        self.state().must_stop()
    }

    /// Fails as an interrupted statement fails, if it has to stop.
    pub(super) fn check(&self) -> rusqlite::Result<()> {
        let interrupted = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_INTERRUPT);
        if self.must_stop() { Err(rusqlite::Error::SqliteFailure(interrupted, None)) } else { Ok(()) }
    }

    /// Why the last statement was stopped, if it was.
    pub(super) fn stopped(&self) -> Option<DatabaseError> {
        self.state().stopped.take()
    }

    /// Forgets what was noticed before, for a new statement.
    pub(super) fn forget(&self) {
        let mut state = self.state();
        (state.denied, state.stopped, state.volatile) = (None, None, false);
        state.space.forget();
    }

    pub(super) fn noticed(&self) -> Noticed {
        let mut state = self.state();
        Noticed { denied: state.denied.take(), volatile: state.volatile }
    }

    /// The authorizer's answer.
    pub(super) fn decide(&self, context: &AuthContext<'_>) -> Authorization {
        let mut state = self.state();
        if state.trusted {
            return Authorization::Allow;
        }
        // Writing the columns of one SELECT into the next can double a statement many times before it runs.
        if state.must_stop() {
            return Authorization::Deny;
        }
        match self.judge(context) {
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

    fn judge(&self, context: &AuthContext<'_>) -> Result<bool, DatabaseError> {
        match context.action {
            AuthAction::Select | AuthAction::Recursive => Ok(false),
            AuthAction::Read { table_name, column_name } => {
                self.read(context.database_name, table_name, column_name).map(|()| false)
            }
            AuthAction::Function { function_name } => function(function_name),
            ref other => Err(DatabaseError::denied(
                name(other),
                "Only SELECT statements over the listed tables run here",
            )),
        }
    }

    /// SQLite names the table of a read by its name in the schema, except that it asks with an empty column for
    /// everything in a FROM clause of which no column is used, under the name that the statement uses: that may be
    /// a common table expression, which is no table.
    fn read(&self, database: Option<&str>, table: &str, column: &str) -> Result<(), DatabaseError> {
        let table = table.to_lowercase();
        let main = database.is_none_or(|name| name == "main");
        if main && self.tables.contains(&table) {
            return Ok(());
        }
        let expression = column.is_empty() && database.is_none() && !self.hidden.contains(&table);
        if expression && !RESERVED.iter().any(|prefix| table.starts_with(prefix)) {
            return Ok(());
        }
        Err(DatabaseError::denied(
            format!("reading {table}"),
            "It is not among the tables that may be read; search the catalogue for those that may",
        ))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn must_stop(&mut self) -> bool {
        let reason = self.stop.as_ref().and_then(Stop::reason);
        let used_up =
            || DatabaseError::limit("temporary files have grown too large", "Sort, group or join fewer rows");
        let reason = reason.or_else(|| self.space.is_used_up().then(used_up));
        let stop = reason.is_some();
        self.stopped = reason.or(self.stopped.take());
        stop
    }
}

/// While it lives, the connection runs our own statements.
pub(super) struct Trust(Arc<Guard>);

impl Drop for Trust {
    fn drop(&mut self) {
        self.0.state().trusted = false;
    }
}

/// Beginnings of the names of SQLite's own tables and of those that are functions.
const RESERVED: [&str; 6] = ["sqlite_", "pragma_", "json_", "jsonb_", "fts", "dbstat"];

/// Functions that compute from their arguments, or from the moment. Sorted.
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

/// Whether a function may be called, and if so whether it gives something else each time.
fn function(name: &str) -> Result<bool, DatabaseError> {
    let name = name.to_lowercase();
    if FUNCTIONS.contains(&name.as_str()) {
        return Ok(name == "random");
    }
    Err(DatabaseError::denied(
        format!("the function {name}()"),
        "Only functions that compute from their arguments may be called",
    ))
}

/// An action as a reader of SQL would call it.
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
        AuthAction::Update { table_name, .. } => format!("changing {table_name}"),
        AuthAction::Delete { table_name } => format!("deleting from {table_name}"),
        AuthAction::Attach { .. } | AuthAction::Detach { .. } => "attaching other databases".to_owned(),
        AuthAction::Transaction { .. } | AuthAction::Savepoint { .. } => {
            "controlling transactions".to_owned()
        }
        AuthAction::Analyze { .. } | AuthAction::Reindex { .. } => "maintenance".to_owned(),
        _ => "creating, altering or dropping anything".to_owned(),
    }
}
