//! Changes of the data: atomic transactions on a separate connection.
//!
//! Only statements of this program run here. Statements of clients run on readers, which cannot write.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::error::DatabaseError;

/// Busy timeout of one attempt. While a transaction waits to commit, no reader can start. The busy timeout of readers is
/// longer, so that no change makes a reader fail.
const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(500);

/// Pause between two attempts, in which waiting readers can start.
const RETRY_DELAY: Duration = Duration::from_millis(20);

/// The result of a change, or the reason for not changing anything.
type Changed<T, E> = Result<T, E>;

/// Runs `work` in a transaction, which is committed if `work` succeeds. While the database is busy, retries for up to
/// `timeout`.
pub(super) fn change<T, E>(
    file: &Path,
    timeout: Duration,
    work: impl Fn(&Connection) -> rusqlite::Result<Changed<T, E>>,
) -> Result<Changed<T, E>, DatabaseError> {
    let start = Instant::now();
    loop {
        match attempt(file, ATTEMPT_TIMEOUT.min(timeout), &work) {
            Err(error) if is_busy(&error) && start.elapsed() < timeout => thread::sleep(RETRY_DELAY),
            result => return result.map_err(|error| to_database_error(&error)),
        }
    }
}

fn attempt<T, E>(
    file: &Path,
    busy_timeout: Duration,
    work: impl Fn(&Connection) -> rusqlite::Result<Changed<T, E>>,
) -> rusqlite::Result<Changed<T, E>> {
    let mut connection = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(busy_timeout)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.execute_batch("PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON")?;
    // An immediate transaction locks out other writers, so what `work` reads stays valid until the commit.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let changed = work(&transaction)?;
    if changed.is_ok() {
        // Cursors are bound to the data version, so that a result is not continued over changed data.
        let increment = "UPDATE northlight SET value = CAST(value AS INTEGER) + 1 WHERE key = 'data_version'";
        transaction.execute(increment, [])?;
        transaction.commit()?;
    }
    Ok(changed)
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

fn to_database_error(error: &rusqlite::Error) -> DatabaseError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => DatabaseError::Busy(
            "it is locked by other readers or writers, and nothing was changed".to_owned(),
        ),
        Some(ErrorCode::OutOfMemory) => {
            DatabaseError::Busy("the memory limit is reached, and nothing was changed".to_owned())
        }
        _ => DatabaseError::Unwritable(error.to_string()),
    }
}

/// Returns `true` if the process has permission to write the file and its directory, where SQLite creates the journal.
///
/// The check does not open the file: closing it would release the locks that SQLite holds on it in this process.
pub(super) fn is_writable(file: &Path) -> bool {
    file.parent().is_some_and(has_write_permission) && has_write_permission(file)
}

#[cfg(unix)]
fn has_write_permission(path: &Path) -> bool {
    rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok()
}

#[cfg(not(unix))]
fn has_write_permission(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_dir() || !metadata.permissions().readonly())
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::{Duration, Instant};

    use rusqlite::{Connection, ErrorCode};

    use super::{change, is_writable, to_database_error};
    use crate::database::error::{DatabaseError, Fault};

    fn create(file: &Path) -> Connection {
        let connection = Connection::open(file).unwrap();
        let schema = "CREATE TABLE x (y); CREATE TABLE northlight (key TEXT, value TEXT);
                      INSERT INTO northlight VALUES ('data_version', '9')";
        connection.execute_batch(schema).unwrap();
        connection
    }

    fn insert(connection: &Connection) -> rusqlite::Result<Result<(), &'static str>> {
        connection.execute("INSERT INTO x VALUES (1)", []).map(|_| Ok(()))
    }

    #[test]
    fn changes_are_atomic() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("x");
        let connection = create(&file);
        let state = || {
            let sql = "SELECT count(*), (SELECT value FROM northlight) FROM x";
            connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
        };
        let timeout = Duration::from_millis(50);
        assert_eq!(change(&file, timeout, insert), Ok(Ok(())));
        assert_eq!(state(), (1, "10".to_owned()));
        let rejected = change(&file, timeout, |connection| insert(connection).map(|_| Err::<(), _>("no")));
        assert_eq!(rejected, Ok(Err("no")));
        let wrong = |connection: &Connection| {
            let inserted = insert(connection)?;
            connection.execute("INSERT INTO z VALUES (1)", []).map(|_| inserted)
        };
        assert!(matches!(change(&file, timeout, wrong), Err(DatabaseError::Unwritable(_))));
        let panics = std::panic::catch_unwind(|| {
            change::<(), ()>(&file, timeout, |connection| {
                let _ = insert(connection)?;
                panic!("after the insert")
            })
        });
        assert!(panics.is_err());
        assert_eq!(state(), (1, "10".to_owned()));
    }

    #[test]
    fn a_busy_database_is_retried_until_the_timeout() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("x");
        let other = create(&file);
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let start = Instant::now();
        let busy = change(&file, Duration::from_millis(100), insert).unwrap_err();
        assert!(matches!(busy, DatabaseError::Busy(_)) && busy.fault() == Fault::Load, "{busy}");
        assert!(start.elapsed() < Duration::from_secs(5));
        let waiting = std::thread::spawn({
            let file = file.clone();
            move || change(&file, Duration::from_secs(20), insert)
        });
        std::thread::sleep(Duration::from_millis(700));
        assert!(!waiting.is_finished());
        other.execute_batch("COMMIT").unwrap();
        assert_eq!(waiting.join().unwrap(), Ok(Ok(())));
    }

    #[test]
    fn readers_succeed_while_a_change_waits_for_a_reader() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("x");
        let slow = create(&file);
        let count = |connection: &Connection| {
            connection.query_row("SELECT count(*) FROM x", [], |row| row.get::<_, u32>(0)).unwrap()
        };
        slow.execute_batch("BEGIN").unwrap();
        assert_eq!(count(&slow), 0);
        let waiting = std::thread::spawn({
            let file = file.clone();
            move || change(&file, Duration::from_secs(20), insert)
        });
        for _ in 0..4 {
            std::thread::sleep(Duration::from_millis(150));
            let other = crate::database::reader::read_only(&file, 1 << 30).unwrap();
            assert_eq!(count(&other), 0);
        }
        assert!(!waiting.is_finished());
        slow.execute_batch("COMMIT").unwrap();
        assert_eq!(waiting.join().unwrap(), Ok(Ok(())));
        assert_eq!(count(&slow), 1);
    }

    #[test]
    fn a_missing_file_is_not_created() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("missing");
        let error = change(&file, Duration::ZERO, insert).unwrap_err();
        assert!(matches!(error, DatabaseError::Unwritable(_)) && error.fault() == Fault::Operator, "{error}");
        assert!(!file.exists() && !is_writable(&file));
        drop(create(&file));
        assert!(is_writable(&file));
        let code = rusqlite::ffi::Error { code: ErrorCode::ReadOnly, extended_code: 8 };
        let error = to_database_error(&rusqlite::Error::SqliteFailure(code, None));
        assert!(matches!(error, DatabaseError::Unwritable(_)));
    }
}
