//! Running one statement of a caller: prepared under the guard, stepped until a limit, and never trusted.

use std::time::Duration;

use rusqlite::{Connection, Statement};

use super::cancel::Stop;
use super::cursor::{self, Cursors};
use super::failure::explain_failure;
use super::reader::Reader;
use super::result::{Column, ColumnType, Rows};
use super::{Cell, DatabaseError, Params, Settings};

/// A statement with its parameters and limits.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// One SELECT statement.
    pub sql: String,
    /// Values for its parameters.
    pub params: Params,
    /// Rows to return at most.
    pub max_rows: Option<u32>,
    /// Bytes that the rows may have at most, as compact JSON.
    pub max_bytes: Option<u32>,
    /// How long it may run, if less than the server allows.
    pub timeout: Option<Duration>,
    /// The `next_cursor` of the result before.
    pub cursor: Option<String>,
    /// Who asks: a cursor is good for its owner only. Empty where there is one caller.
    pub owner: String,
}

impl Query {
    /// A statement with the default limits.
    pub fn new(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), ..Self::default() }
    }
}

/// How much of the result is returned.
struct Limits {
    rows: usize,
    bytes: usize,
}

pub(super) fn run(
    reader: &mut Reader,
    stop: &Stop,
    query: &Query,
    settings: &Settings,
    cursors: &Cursors,
) -> Result<Rows, DatabaseError> {
    let limits = limits(query, settings);
    let stop = stop.within(query.timeout.map_or(settings.timeout, |asked| asked.min(settings.timeout)));
    let request = cursor::request(&[
        &query.sql,
        &query.params.canonical(),
        &limits.rows.to_string(),
        &limits.bytes.to_string(),
        &query.owner,
        // Another version of the engine may return unordered rows in another order.
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
        let volatile = reader.guard.noticed().volatile;
        if rows.truncated {
            let next = offset + rows.row_count;
            rows.next_cursor = (!volatile).then(|| cursors.seal(next, data_version, &request));
            rows.notices.push(cut_notice(&rows, volatile));
        }
        Ok(rows)
    })
}

fn limits(query: &Query, settings: &Settings) -> Limits {
    let rows = query.max_rows.unwrap_or(settings.rows).clamp(1, settings.max_rows);
    let bytes = query.max_bytes.unwrap_or(settings.bytes).clamp(2, settings.max_bytes);
    Limits { rows: rows as usize, bytes: bytes as usize }
}

impl Reader {
    /// Everything within it sees the same state of the database, whose version it is told.
    fn snapshot<T>(
        &mut self,
        stop: &Stop,
        work: impl FnOnce(&mut Self, i64) -> Result<T, DatabaseError>,
    ) -> Result<T, DatabaseError> {
        let version = self.trusted(stop, |connection| {
            connection.prepare_cached("BEGIN")?.execute([])?;
            data_version(connection)
        });
        let done = version.and_then(|version| work(self, version));
        let trust = self.guard.trust();
        if !self.connection.is_autocommit() {
            let ended = self.connection.prepare_cached("ROLLBACK").and_then(|mut end| end.execute([]));
            ended.map_err(DatabaseError::internal)?;
        }
        drop(trust);
        done
    }

    /// Prepares a statement of a caller and works with it, under the guard.
    pub(super) fn statement<T>(
        &mut self,
        stop: &Stop,
        sql: &str,
        work: impl FnOnce(&mut Statement<'_>, &Self) -> Result<T, Failure>,
    ) -> Result<T, DatabaseError> {
        self.guarded(stop, sql, |reader| work(&mut prepare(&reader.connection, sql)?, reader))
    }

    /// Prepares and runs what a caller wrote, under the guard.
    fn guarded<T>(
        &mut self,
        stop: &Stop,
        sql: &str,
        work: impl FnOnce(&Self) -> Result<T, Failure>,
    ) -> Result<T, DatabaseError> {
        if sql.contains('\0') {
            // SQLite would stop reading there, and the rest would seem to have been run.
            return Err(DatabaseError::Statement {
                message: "it has a NUL character".to_owned(),
                hint: None,
            });
        }
        self.guard.forget();
        self.guard.obey(Some(stop.clone()));
        let done = work(self);
        self.guard.obey(None);
        done.map_err(|failure| match failure {
            Failure::Ours(error) => error,
            Failure::Sqlite(error) => explain_failure(&error, self, sql),
        })
    }

    /// The rows of EXPLAIN QUERY PLAN. The statement after these words has already passed by itself.
    pub(super) fn plan(
        &mut self,
        stop: &Stop,
        explained: &str,
        params: &Params,
    ) -> Result<Vec<(i64, i64, String)>, DatabaseError> {
        self.guarded(stop, explained, |reader| {
            let mut statement = reader.connection.prepare(explained)?;
            if statement.is_explain() != 2 {
                return Err(DatabaseError::internal("EXPLAIN QUERY PLAN gave something else").into());
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

/// What stopped a statement: we, or SQLite.
pub(super) enum Failure {
    Ours(DatabaseError),
    Sqlite(rusqlite::Error),
}

impl From<DatabaseError> for Failure {
    fn from(error: DatabaseError) -> Self {
        Self::Ours(error)
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

/// The second line behind the authorizer: what the engine says of the finished statement.
fn prepare<'a>(connection: &'a Connection, sql: &str) -> Result<Statement<'a>, Failure> {
    let statement = connection.prepare(sql)?;
    if statement.is_explain() != 0 {
        return Err(
            DatabaseError::denied("EXPLAIN within a query", "Pass the statement itself to explain").into()
        );
    }
    if !statement.readonly() {
        return Err(
            DatabaseError::denied("a statement that writes", "Only SELECT statements run here").into()
        );
    }
    if statement.column_count() == 0 {
        let message = "there is no statement that returns rows".to_owned();
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
    // The brackets around the rows count too.
    let mut bytes = 2;
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut truncated = false;
    for _ in 0..offset {
        if fetched.next()?.is_none() {
            break;
        }
    }
    while let Some(row) = fetched.next()? {
        // This row shows that there are more, whether or not it would fit.
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
                return Err(too_wide(size, limits, offset).into());
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
        let known =
            known.and_then(|(table, name)| Some((table, reader.catalogue.table(table)?.column(name)?)));
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
    // Cells always serialise; a failure would only make the row seem to have no size.
    serde_json::to_vec(cells).map_or(0, |json| json.len())
}

fn too_wide(size: usize, limits: &Limits, offset: u64) -> DatabaseError {
    DatabaseError::limit(
        format!("row {} has {size} bytes, and {} are allowed", offset + 1, limits.bytes),
        "Select fewer columns, or shorten long ones with substr()",
    )
}

fn cut_notice(rows: &Rows, volatile: bool) -> String {
    let how = match volatile {
        true => "the statement uses random(), so it cannot be continued: ask for more rows at once",
        false => "pass nextCursor to go on, or aggregate and filter in SQL",
    };
    format!("There are more rows than these {}; {how}.", rows.row_count)
}

fn notices(columns: &[Column], rows: &[Vec<Cell>], replaced: bool) -> Vec<String> {
    let mut notices = Vec::new();
    let mut note = |what: &str, applies: fn(&Cell) -> bool| {
        let concerned = columns.iter().enumerate();
        let concerned =
            concerned.filter(|(index, _)| rows.iter().any(|row| row.get(*index).is_some_and(applies)));
        let names: Vec<&str> = concerned.map(|(_, column)| column.name.as_str()).collect();
        if !names.is_empty() {
            notices.push(format!("{what}: {}.", names.join(", ")));
        }
    };
    note("Integers beyond 2^53 are strings of digits, exact, in", |cell| {
        matches!(cell, Cell::Integer(_)) && cell.is_shown_as_text()
    });
    note("Blobs are hexadecimal digits (write x'…' in SQL) in", |cell| matches!(cell, Cell::Blob(_)));
    note("Infinite numbers are strings in", |cell| matches!(cell, Cell::Real(real) if real.is_infinite()));
    if replaced {
        notices.push("Bytes that are no UTF-8 have been replaced in a text.".to_owned());
    }
    notices
}
