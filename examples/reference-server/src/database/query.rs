//! Execution of a client's statement: prepared under the guard, and stepped up to the limits.

use std::time::Duration;

use rusqlite::{Connection, Statement};

use super::cancel::StopCondition;
use super::cell::Cell;
use super::cursor::{self, Cursors};
use super::error::DatabaseError;
use super::failure::explain_failure;
use super::params::Params;
use super::reader::Reader;
use super::result::{Column, ColumnType, Rows};
use super::settings::Settings;

/// A statement with its parameters and limits.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// One SELECT statement.
    pub sql: String,
    /// Values of the parameters.
    pub params: Params,
    /// Maximum number of rows to return.
    pub max_rows: Option<u32>,
    /// Maximum size of the rows as compact JSON, in bytes.
    pub max_bytes: Option<u32>,
    /// Timeout, if shorter than the server's.
    pub timeout: Option<Duration>,
    /// The `next_cursor` of the previous result.
    pub cursor: Option<String>,
    /// The caller. A cursor is valid for its owner only. Empty if there is only one caller.
    pub owner: String,
}

impl Query {
    /// Creates a query with the default limits.
    pub fn new(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), ..Self::default() }
    }
}

/// Limits of a result.
struct Limits {
    rows: usize,
    bytes: usize,
}

pub(super) fn run(
    reader: &mut Reader,
    stop: &StopCondition,
    query: &Query,
    settings: &Settings,
    cursors: &Cursors,
) -> Result<Rows, DatabaseError> {
    let limits = limits(query, settings);
    let stop = stop
        .with_timeout(query.timeout.map_or(settings.timeout, |requested| requested.min(settings.timeout)));
    let request = cursor::request_digest(&[
        &query.sql,
        &query.params.canonical(),
        &limits.rows.to_string(),
        &limits.bytes.to_string(),
        &query.owner,
        // Another version of SQLite may return unordered rows in another order.
        rusqlite::version(),
    ]);
    reader.snapshot(&stop, |reader, data_version| {
        let offset = match &query.cursor {
            Some(cursor) => cursors.open(cursor, data_version, &request)?,
            None => 0,
        };
        let mut rows = reader.statement(&stop, &query.sql, |statement, reader| {
            query.params.bind(statement)?;
            fetch(statement, reader, offset, &limits)
        })?;
        let volatile = reader.guard.take_observed().volatile;
        if rows.truncated {
            let next = offset + rows.row_count;
            rows.next_cursor = (!volatile).then(|| cursors.seal(next, data_version, &request));
            rows.notices.push(truncation_notice(&rows, volatile));
        }
        Ok(rows)
    })
}

fn limits(query: &Query, settings: &Settings) -> Limits {
    let rows = query.max_rows.unwrap_or(settings.default_rows).clamp(1, settings.max_rows);
    let bytes = query.max_bytes.unwrap_or(settings.default_bytes).clamp(2, settings.max_bytes);
    Limits { rows: rows as usize, bytes: bytes as usize }
}

impl Reader {
    /// Runs `work` in a read transaction, and passes it the version of the data.
    fn snapshot<T>(
        &mut self,
        stop: &StopCondition,
        work: impl FnOnce(&mut Self, i64) -> Result<T, DatabaseError>,
    ) -> Result<T, DatabaseError> {
        let version = self.trusted(stop, |connection| {
            connection.prepare_cached("BEGIN")?.execute([])?;
            data_version(connection)
        });
        let result = version.and_then(|version| work(self, version));
        let trusted = self.guard.trust();
        if !self.connection.is_autocommit() {
            let rolled_back =
                self.connection.prepare_cached("ROLLBACK").and_then(|mut rollback| rollback.execute([]));
            rolled_back.map_err(DatabaseError::internal)?;
        }
        drop(trusted);
        result
    }

    /// Prepares a client's statement, and runs `work` with it, under the guard.
    pub(super) fn statement<T>(
        &mut self,
        stop: &StopCondition,
        sql: &str,
        work: impl FnOnce(&mut Statement<'_>, &Self) -> Result<T, Failure>,
    ) -> Result<T, DatabaseError> {
        self.guarded(stop, sql, |reader| work(&mut prepare(&reader.connection, sql)?, reader))
    }

    /// Runs `work`, which prepares and runs a client's SQL, under the guard.
    fn guarded<T>(
        &mut self,
        stop: &StopCondition,
        sql: &str,
        work: impl FnOnce(&Self) -> Result<T, Failure>,
    ) -> Result<T, DatabaseError> {
        if sql.contains('\0') {
            // SQLite would ignore the rest of the text without an error.
            return Err(DatabaseError::Statement {
                message: "it contains a NUL character".to_owned(),
                hint: None,
            });
        }
        self.guard.reset();
        self.guard.set_stop(Some(stop.clone()));
        let result = work(self);
        self.guard.set_stop(None);
        result.map_err(|failure| match failure {
            Failure::Database(error) => error,
            Failure::Sqlite(error) => explain_failure(&error, self, sql),
        })
    }

    /// Runs EXPLAIN QUERY PLAN, and returns its rows. The explained statement must have been checked by
    /// [`statement`](Self::statement) before.
    pub(super) fn plan(
        &mut self,
        stop: &StopCondition,
        explained: &str,
        params: &Params,
    ) -> Result<Vec<(i64, i64, String)>, DatabaseError> {
        self.guarded(stop, explained, |reader| {
            let mut statement = reader.connection.prepare(explained)?;
            if statement.is_explain() != 2 {
                return Err(
                    DatabaseError::internal("EXPLAIN QUERY PLAN was parsed as another statement").into()
                );
            }
            params.bind_known(&mut statement)?;
            let mut rows = statement.raw_query();
            let mut plan = Vec::new();
            while let Some(row) = rows.next()? {
                plan.push((row.get(0)?, row.get(1)?, row.get(3)?));
            }
            Ok(plan)
        })
    }
}

/// Error while a statement is prepared or run, from this program or from SQLite.
pub(super) enum Failure {
    Database(DatabaseError),
    Sqlite(rusqlite::Error),
}

impl From<DatabaseError> for Failure {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

fn data_version(connection: &Connection) -> rusqlite::Result<i64> {
    let sql = "SELECT CAST(value AS INTEGER) FROM northlight WHERE key = 'data_version'";
    connection.prepare_cached(sql)?.query_row([], |row| row.get(0))
}

/// Prepares a statement, and checks its properties. This is a second check in addition to the authorizer.
fn prepare<'a>(connection: &'a Connection, sql: &str) -> Result<Statement<'a>, Failure> {
    let statement = connection.prepare(sql)?;
    if statement.is_explain() != 0 {
        return Err(
            DatabaseError::denied("EXPLAIN", "Call the tool explain with the statement itself").into()
        );
    }
    if !statement.readonly() {
        return Err(
            DatabaseError::denied("a statement that writes", "Only SELECT statements are allowed").into()
        );
    }
    if statement.column_count() == 0 {
        let message = "it is not a statement that returns rows".to_owned();
        return Err(DatabaseError::Statement { message, hint: None }.into());
    }
    Ok(statement)
}

fn fetch(
    statement: &mut Statement<'_>,
    reader: &Reader,
    offset: u64,
    limits: &Limits,
) -> Result<Rows, Failure> {
    let mut columns = columns(statement, reader);
    let mut fetched = statement.raw_query();
    let mut replaced = false;
    // The brackets around the rows.
    let mut bytes = 2;
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut truncated = false;
    for _ in 0..offset {
        if fetched.next()?.is_none() {
            break;
        }
    }
    while let Some(row) = fetched.next()? {
        // There are more rows, whether or not this one would fit.
        if rows.len() == limits.rows {
            truncated = true;
            break;
        }
        let mut cells = Vec::with_capacity(columns.len());
        for index in 0..columns.len() {
            let value = row.get_ref(index)?;
            replaced |= value.as_str().is_err() && matches!(value, rusqlite::types::ValueRef::Text(_));
            cells.push(Cell::of(value));
        }
        let size = size(&cells) + usize::from(!rows.is_empty());
        if bytes + size > limits.bytes {
            if rows.is_empty() {
                return Err(row_too_large(size, limits, offset).into());
            }
            truncated = true;
            break;
        }
        bytes += size;
        rows.push(cells);
    }
    drop(fetched);
    for (index, column) in columns.iter_mut().enumerate().filter(|(_, column)| column.origin.is_none()) {
        column.kind = ColumnType::of(rows.iter().filter_map(|row| row.get(index)));
    }
    let notices = notices(&columns, &rows, replaced);
    Ok(Rows { columns, row_count: rows.len() as u64, rows, truncated, next_cursor: None, notices })
}

fn columns(statement: &Statement<'_>, reader: &Reader) -> Vec<Column> {
    let described = statement.columns_with_metadata();
    let columns = described.map(|column| {
        let known = column.table_name().zip(column.origin_name());
        let known = known.and_then(|(table, name)| Some((table, reader.catalog.table(table)?.column(name)?)));
        Column {
            name: column.name().to_owned(),
            kind: known.map_or(ColumnType::Any, |(_, column)| column.kind),
            origin: known.map(|(table, column)| format!("{table}.{}", column.name)),
            personal: known.is_some_and(|(_, column)| column.personal),
        }
    });
    columns.collect()
}

fn size(cells: &[Cell]) -> usize {
    // Serializing cells does not fail.
    serde_json::to_vec(cells).map_or(0, |json| json.len())
}

fn row_too_large(size: usize, limits: &Limits, offset: u64) -> DatabaseError {
    DatabaseError::limit(
        format!("row {} has {size} bytes, the maximum is {}", offset + 1, limits.bytes),
        "Select fewer columns, or shorten long ones with substr()",
    )
}

fn truncation_notice(rows: &Rows, volatile: bool) -> String {
    let hint = match volatile {
        true => "the statement uses random(), so it has no nextCursor: raise max_rows instead",
        false => "pass nextCursor as cursor for the next rows, or aggregate and filter in SQL",
    };
    format!("There are more rows than these {}; {hint}.", rows.row_count)
}

fn notices(columns: &[Column], rows: &[Vec<Cell>], replaced: bool) -> Vec<String> {
    let mut notices = Vec::new();
    let mut add = |text: &str, applies: fn(&Cell) -> bool| {
        let affected = columns.iter().enumerate();
        let affected =
            affected.filter(|(index, _)| rows.iter().any(|row| row.get(*index).is_some_and(applies)));
        let names: Vec<&str> = affected.map(|(_, column)| column.name.as_str()).collect();
        if !names.is_empty() {
            notices.push(format!("{text}: {}.", names.join(", ")));
        }
    };
    add("Integers beyond 2^53 are exact strings of digits in these columns", |cell| {
        matches!(cell, Cell::Integer(_)) && cell.is_string_in_json()
    });
    add("Blobs are hexadecimal digits (x'…' in SQL) in these columns", |cell| {
        matches!(cell, Cell::Blob(_))
    });
    add(
        "Infinite numbers are strings in these columns",
        |cell| matches!(cell, Cell::Real(real) if real.is_infinite()),
    );
    if replaced {
        notices.push("A text contains bytes that are not UTF-8; they were replaced.".to_owned());
    }
    notices
}
