//! Conversion of SQLite's errors to errors with a remedy.

use rusqlite::{Error, ErrorCode};

use super::error::DatabaseError;
use super::reader::{MAX_SQL_LEN, MAX_VALUE_LEN, Reader};

/// Converts the error of a statement that SQLite rejected or stopped.
pub(super) fn explain_failure(error: &Error, reader: &Reader, sql: &str) -> DatabaseError {
    // The guard's reason is more specific than SQLite's error code.
    if let Some(reason) = reader.guard.take_observed().denied.or_else(|| reader.guard.take_stopped()) {
        return reason;
    }
    if matches!(error, Error::MultipleStatement) {
        return DatabaseError::denied("more than one statement", "Send one SELECT statement at a time");
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => DatabaseError::Cancelled,
        Some(ErrorCode::DiskFull) => {
            DatabaseError::limit("there is no space for temporary files", "Sort, group or join fewer rows")
        }
        Some(ErrorCode::AuthorizationForStatementDenied | ErrorCode::ReadOnly) => DatabaseError::denied(
            "this statement",
            "Only SELECT statements on the tables of the catalog are allowed",
        ),
        Some(ErrorCode::TooBig) => DatabaseError::limit(
            format!(
                "a text or blob is longer than {} KiB, or the statement is longer than {} KiB",
                MAX_VALUE_LEN >> 10,
                MAX_SQL_LEN >> 10
            ),
            "Return rows instead of one long text, or shorten the statement",
        ),
        Some(ErrorCode::OutOfMemory) => DatabaseError::limit(
            "the statement is too complex, or the statements together need more memory than allowed",
            "Simplify the statement, shorten lists of values, or sort, group or join fewer rows",
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            DatabaseError::Busy("the data is being written".to_owned())
        }
        Some(ErrorCode::Unknown | ErrorCode::TypeMismatch | ErrorCode::ParameterOutOfRange) => {
            statement(error, reader, sql)
        }
        Some(_) => DatabaseError::internal(error),
        None => statement(error, reader, sql),
    }
}

fn statement(error: &Error, reader: &Reader, sql: &str) -> DatabaseError {
    let (message, position) = match error {
        Error::SqlInputError { msg, offset, .. } => (msg.clone(), position(sql, *offset)),
        Error::SqliteFailure(code, message) => (message.clone().unwrap_or_else(|| code.to_string()), None),
        other => (other.to_string(), None),
    };
    let hint = missing(&message).and_then(|missing| suggestion(reader, missing));
    let message = sanitize(&message);
    let message = position
        .map_or(message.clone(), |(line, column)| format!("{message} (line {line}, column {column})"));
    DatabaseError::Statement { message, hint }
}

/// Returns the line and the column of a byte of the statement, both counted from 1.
fn position(sql: &str, offset: i32) -> Option<(usize, usize)> {
    let before = sql.get(..usize::try_from(offset).ok()?)?;
    let line = before.rsplit('\n').next().unwrap_or_default();
    Some((before.matches('\n').count() + 1, line.chars().count() + 1))
}

/// Replaces control characters and truncates the message, since SQLite quotes the statement in it.
fn sanitize(message: &str) -> String {
    let clean = message.chars().map(|character| if character.is_control() { ' ' } else { character });
    let mut text: String = clean.take(300).collect();
    if message.chars().count() > 300 {
        text.push('…');
    }
    text
}

#[derive(Clone, Copy)]
enum Missing<'a> {
    Table(&'a str),
    Column(&'a str),
}

fn missing(message: &str) -> Option<Missing<'_>> {
    let last =
        |name: &'static str| message.strip_prefix(name).map(|name| name.rsplit('.').next().unwrap_or(name));
    last("no such table: ").map(Missing::Table).or_else(|| last("no such column: ").map(Missing::Column))
}

/// Suggests the name that is most similar to a missing one.
fn suggestion(reader: &Reader, missing: Missing<'_>) -> Option<String> {
    match missing {
        Missing::Table(name) => {
            let near = reader.catalog.names().max_by_key(|known| similarity(known, name))?;
            (similarity(near, name) > 500).then(|| format!("Did you mean the table {near}?"))
        }
        Missing::Column(name) => {
            let tables = reader.catalog.tables().iter();
            let columns =
                tables.flat_map(|table| table.columns.iter().map(move |column| (&table.name, &column.name)));
            let (table, near) = columns.max_by_key(|(_, known)| similarity(known, name))?;
            (similarity(near, name) > 600).then(|| format!("Did you mean {table}.{near}?"))
        }
    }
}

/// Returns the similarity of two names, from 0 to 1000.
fn similarity(one: &str, other: &str) -> u32 {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().take(100).collect());
    let ratio = similar::capture_diff_slices(similar::Algorithm::Myers, &one, &other);
    let equal: usize =
        ratio.iter().filter(|op| op.tag() == similar::DiffTag::Equal).map(|op| op.old_range().len()).sum();
    (2_000 * equal / (one.len() + other.len()).max(1)) as u32
}
