//! Changing the data: all of a change or nothing of it, on a connection of its own.
//!
//! Only work of this program comes here. What clients write runs on readers, which cannot write.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::DatabaseError;

/// How long one attempt waits for others. While it waits to finish, no reader can begin: readers wait longer than this
/// before they give up, so that no change makes one fail.
const ATTEMPT: Duration = Duration::from_millis(500);

/// Between two attempts, readers that waited get their turn.
const PAUSE: Duration = Duration::from_millis(20);

/// What a change brings, or why there is nothing to change.
type Changed<T, E> = Result<T, E>;

/// Runs `work` in a transaction, which is kept if it succeeds. It is run again where the database is busy, for as long as
/// this.
pub(super) fn change<T, E>(
    file: &Path,
    wait: Duration,
    work: impl Fn(&Connection) -> rusqlite::Result<Changed<T, E>>,
) -> Result<Changed<T, E>, DatabaseError> {
    let start = Instant::now();
    loop {
        match attempt(file, ATTEMPT.min(wait), &work) {
            Err(error) if is_busy(&error) && start.elapsed() < wait => thread::sleep(PAUSE),
            done => return done.map_err(|error| failure(&error)),
        }
    }
}

fn attempt<T, E>(
    file: &Path,
    wait: Duration,
    work: impl Fn(&Connection) -> rusqlite::Result<Changed<T, E>>,
) -> rusqlite::Result<Changed<T, E>> {
    let mut connection = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(wait)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.execute_batch("PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON")?;
    // What is read here stays so until the end: nobody else can begin to write.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let changed = work(&transaction)?;
    if changed.is_ok() {
        // What was read of one version is not continued in another.
        let count = "UPDATE northlight SET value = CAST(value AS INTEGER) + 1 WHERE key = 'data_version'";
        transaction.execute(count, [])?;
        transaction.commit()?;
    }
    Ok(changed)
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

fn failure(error: &rusqlite::Error) -> DatabaseError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            DatabaseError::Busy("others read or write it, so nothing was changed".to_owned())
        }
        Some(ErrorCode::OutOfMemory) => {
            DatabaseError::Busy("memory is used up, so nothing was changed".to_owned())
        }
        _ => DatabaseError::Unwritable(error.to_string()),
    }
}

/// Whether the system lets the file be changed. SQLite keeps a journal beside it, so its directory matters too.
///
/// Nothing is opened to find out: closing a file gives up the locks that SQLite has on it in this process.
pub(super) fn is_possible(file: &Path) -> bool {
    file.parent().is_some_and(may_write) && may_write(file)
}

#[cfg(unix)]
fn may_write(path: &Path) -> bool {
    rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok()
}

#[cfg(not(unix))]
fn may_write(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_dir() || !metadata.permissions().readonly())
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::{Duration, Instant};

    use rusqlite::{Connection, ErrorCode};

    use super::{change, failure, is_possible};
    use crate::database::{DatabaseError, Fault};

    fn made(file: &Path) -> Connection {
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
    fn a_change_is_kept_whole_or_not_at_all() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("x");
        let elsewhere = made(&file);
        let state = || {
            let sql = "SELECT count(*), (SELECT value FROM northlight) FROM x";
            elsewhere.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
        };
        let wait = Duration::from_millis(50);
        assert_eq!(change(&file, wait, insert), Ok(Ok(())));
        assert_eq!(state(), (1, "10".to_owned()));
        let refused = change(&file, wait, |connection| insert(connection).map(|_| Err::<(), _>("no")));
        assert_eq!(refused, Ok(Err("no")));
        let wrong = |connection: &Connection| {
            let inserted = insert(connection)?;
            connection.execute("INSERT INTO z VALUES (1)", []).map(|_| inserted)
        };
        assert!(matches!(change(&file, wait, wrong), Err(DatabaseError::Unwritable(_))));
        let panics = std::panic::catch_unwind(|| {
            change::<(), ()>(&file, wait, |connection| {
                let _ = insert(connection)?;
                panic!("in the middle")
            })
        });
        assert!(panics.is_err());
        assert_eq!(state(), (1, "10".to_owned()));
    }

    #[test]
    fn others_are_waited_for_but_not_forever() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("x");
        let elsewhere = made(&file);
        elsewhere.execute_batch("BEGIN IMMEDIATE").unwrap();
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
        elsewhere.execute_batch("COMMIT").unwrap();
        assert_eq!(waiting.join().unwrap(), Ok(Ok(())));
    }

    #[test]
    fn a_change_that_waits_for_a_reader_makes_no_other_reader_fail() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("x");
        let slow = made(&file);
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
    fn what_cannot_be_written_is_not_made() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("gone");
        let gone = change(&file, Duration::ZERO, insert).unwrap_err();
        assert!(matches!(gone, DatabaseError::Unwritable(_)) && gone.fault() == Fault::Server, "{gone}");
        assert!(!file.exists() && !is_possible(&file));
        drop(made(&file));
        assert!(is_possible(&file));
        let code = rusqlite::ffi::Error { code: ErrorCode::ReadOnly, extended_code: 8 };
        let failed = failure(&rusqlite::Error::SqliteFailure(code, None));
        assert!(matches!(failed, DatabaseError::Unwritable(_)));
    }
}
