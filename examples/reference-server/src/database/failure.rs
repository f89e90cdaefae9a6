//! SQLite's errors in the words of whoever can do something about them.

use rusqlite::{Error, ErrorCode};

use super::DatabaseError;
use super::reader::{LENGTH, Reader, STATEMENT};

/// What to tell the caller about a statement that SQLite refused or stopped.
pub(super) fn explain_failure(error: &Error, reader: &Reader, sql: &str) -> DatabaseError {
    // What the guard said is more exact than what SQLite makes of it.
    if let Some(reason) = reader.guard.noticed().denied.or_else(|| reader.guard.stopped()) {
        return reason;
    }
    if matches!(error, Error::MultipleStatement) {
        return DatabaseError::denied("more than one statement", "Send one SELECT statement at a time");
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => DatabaseError::Cancelled,
        Some(ErrorCode::DiskFull) => {
            DatabaseError::limit("there is no room for temporary files", "Sort, group or join fewer rows")
        }
        Some(ErrorCode::AuthorizationForStatementDenied | ErrorCode::ReadOnly) => {
            DatabaseError::denied("this statement", "Only SELECT statements over the listed tables run here")
        }
        Some(ErrorCode::TooBig) => DatabaseError::limit(
            format!(
                "a text or blob has more than {} KiB, or the statement more than {} KiB",
                LENGTH >> 10,
                STATEMENT >> 10
            ),
            "Return rows rather than one long text, or shorten the statement",
        ),
        Some(ErrorCode::OutOfMemory) => DatabaseError::limit(
            "the statement is too complex, or needs more memory than all statements may use together",
            "Make it simpler, with shorter lists of values; sort, group or join fewer rows",
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
    let (message, place) = match error {
        Error::SqlInputError { msg, offset, .. } => (msg.clone(), place(sql, *offset)),
        Error::SqliteFailure(code, message) => (message.clone().unwrap_or_else(|| code.to_string()), None),
        other => (other.to_string(), None),
    };
    let hint = missing(&message).and_then(|missing| suggestion(reader, missing));
    let message = readable(&message);
    let message =
        place.map_or(message.clone(), |(line, column)| format!("{message} (line {line}, column {column})"));
    DatabaseError::Statement { message, hint }
}

/// Line and column of a byte of the statement, both from 1.
fn place(sql: &str, offset: i32) -> Option<(usize, usize)> {
    let before = sql.get(..usize::try_from(offset).ok()?)?;
    let line = before.rsplit('\n').next().unwrap_or_default();
    Some((before.matches('\n').count() + 1, line.chars().count() + 1))
}

/// SQLite quotes the statement, which may hold anything: no control characters, and no endless text.
fn readable(message: &str) -> String {
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

/// The names that come nearest to one that does not exist.
fn suggestion(reader: &Reader, missing: Missing<'_>) -> Option<String> {
    match missing {
        Missing::Table(name) => {
            let near = reader.catalogue.names().max_by_key(|known| likeness(known, name))?;
            (likeness(near, name) > 500).then(|| format!("Did you mean the table {near}?"))
        }
        Missing::Column(name) => {
            let tables = reader.catalogue.tables().iter();
            let columns =
                tables.flat_map(|table| table.columns.iter().map(move |column| (&table.name, &column.name)));
            let (table, near) = columns.max_by_key(|(_, known)| likeness(known, name))?;
            (likeness(near, name) > 600).then(|| format!("Did you mean {table}.{near}?"))
        }
    }
}

/// How much of two names is the same, in thousandths.
fn likeness(one: &str, other: &str) -> u32 {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().take(100).collect());
    let ratio = similar::capture_diff_slices(similar::Algorithm::Myers, &one, &other);
    let equal: usize =
        ratio.iter().filter(|op| op.tag() == similar::DiffTag::Equal).map(|op| op.old_range().len()).sum();
    (2_000 * equal / (one.len() + other.len()).max(1)) as u32
}
