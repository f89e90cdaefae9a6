//! The file that the data is kept in: made once, found again, never half made.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::digest::digest;
use super::making;
use super::{DIGEST, DataError, SCHEMA_VERSION, STEPS};

/// The name of the file inside the data directory.
pub const FILE_NAME: &str = "northlight.sqlite3";

/// How the name of a file ends that is being made.
const MAKING: &str = ".making";

/// Marks the files of this program among those of SQLite: `NLT1`.
pub(super) const APPLICATION_ID: u32 = 0x4e4c_5431;

/// Where the data is, and whether it had to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Store {
    /// The database file, as an absolute path.
    pub file: PathBuf,
    /// Whether this call made it.
    pub made: bool,
}

/// Finds the data in `directory`, and makes it if it is not there. `report` is told how many steps of how many are done.
///
/// It is safe to call this in several processes at once: one makes the file, the others wait for it, and `report` is told
/// when they begin to and when it is there.
pub fn ensure(directory: &Path, report: &mut dyn FnMut(u64, u64)) -> Result<Store, DataError> {
    fs::create_dir_all(directory).map_err(|error| DataError::directory(directory, error))?;
    // An absolute path cannot be taken for a URI, whatever the directory is called.
    let directory = std::path::absolute(directory).map_err(|error| DataError::directory(directory, error))?;
    let file = directory.join(FILE_NAME);
    // Without the lock, another start may be moving the file just now: whatever this finds is looked at again under it.
    let found = inspect(&file);
    if matches!(found, Ok(State::Ready)) {
        return Ok(Store { file, made: false });
    }
    // Where nothing can be written, what is wrong with the data that is there says more.
    let (_lock, waited) = lock(&directory, report).map_err(|error| found.err().unwrap_or(error))?;
    match inspect(&file)? {
        State::Ready => {
            if waited {
                report(STEPS, STEPS);
            }
            return Ok(Store { file, made: false });
        }
        State::Missing => {}
        State::Unfinished => remove(&file)?,
        State::Different => set_aside(&file)?,
    }
    remove_leftovers(&directory)?;
    let unfinished = directory.join(format!("{FILE_NAME}.{}{MAKING}", std::process::id()));
    if let Err(error) = making::make(&unfinished, report) {
        // What is left of it is removed by the next start at the latest.
        let _ = fs::remove_file(&unfinished);
        return Err(error);
    }
    publish(&unfinished, &file)?;
    Ok(Store { file, made: true })
}

/// Reads all of the data and compares its digest with the one in the source.
pub fn verify(file: &Path) -> Result<(), DataError> {
    let made = read(file).and_then(|connection| digest(&connection));
    let made = made.map_err(|error| DataError::unreadable(file, error))?;
    if made == DIGEST { Ok(()) } else { Err(DataError::Changed { file: file.to_owned(), found: made }) }
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Ready,
    Missing,
    /// Ours, but its maker was stopped.
    Unfinished,
    /// Ours and finished, by another version of this program.
    Different,
}

fn inspect(file: &Path) -> Result<State, DataError> {
    let mut header = [0; 72];
    let mut opened = match File::open(file) {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(State::Missing),
        Err(error) => return Err(DataError::file(file, error)),
    };
    if opened.metadata().map_err(|error| DataError::file(file, error))?.len() == 0 {
        return Ok(State::Unfinished);
    }
    let read = opened.read_exact(&mut header);
    if read.is_err()
        || !header.starts_with(b"SQLite format 3\0")
        || header[68..] != APPLICATION_ID.to_be_bytes()
    {
        return Err(DataError::Foreign(file.to_owned()));
    }
    match marker(file) {
        Ok((SCHEMA_VERSION, digest)) if digest == DIGEST => Ok(State::Ready),
        Ok(_) => Ok(State::Different),
        // There is no table of marks, or no mark in it.
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok(State::Unfinished),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::Unknown) => Ok(State::Unfinished),
        // Anything else may pass: nothing is made over data that cannot be read just now.
        Err(error) => Err(DataError::unreadable(file, error)),
    }
}

/// The schema version and the digest, the last things written to a file.
fn marker(file: &Path) -> rusqlite::Result<(u32, String)> {
    let connection = read(file)?;
    let version = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let digest =
        connection.query_row("SELECT value FROM northlight WHERE key = 'digest'", [], |row| row.get(0))?;
    Ok((version, digest))
}

fn read(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(file, flags)
}

/// Held until the guard is dropped; the system lets go of it when the process ends, however it ends. Also tells whether
/// somebody else had it.
fn lock(directory: &Path, report: &mut dyn FnMut(u64, u64)) -> Result<(File, bool), DataError> {
    let path = directory.join(format!("{FILE_NAME}.lock"));
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path);
    let file = file.map_err(|error| DataError::directory(directory, error))?;
    let mut waited = false;
    let locked = match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            waited = true;
            report(0, STEPS);
            file.lock()
        }
        Err(TryLockError::Error(error)) => Err(error),
    };
    match locked {
        Ok(()) => Ok((file, waited)),
        // Some network file systems have no locks. Two makers then make the same file, and the last rename wins.
        Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok((file, waited)),
        Err(error) => Err(DataError::directory(directory, error)),
    }
}

/// Someone may have changed data that another version made: it is kept under another name.
fn set_aside(file: &Path) -> Result<(), DataError> {
    let aside = file.with_extension("previous.sqlite3");
    fs::rename(file, &aside).map_err(|error| DataError::file(file, error))?;
    tracing::warn!("the data of another version of this program is now {}", aside.display());
    Ok(())
}

fn remove(file: &Path) -> Result<(), DataError> {
    fs::remove_file(file).map_err(|error| DataError::file(file, error))
}

/// What makers that were killed left behind.
fn remove_leftovers(directory: &Path) -> Result<(), DataError> {
    let entries = fs::read_dir(directory).map_err(|error| DataError::file(directory, error))?;
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(FILE_NAME) && name.ends_with(MAKING) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// The name appears only once all bytes are on the disk.
fn publish(unfinished: &Path, file: &Path) -> Result<(), DataError> {
    let written = File::open(unfinished).and_then(|opened| opened.sync_all());
    let renamed = written.and_then(|()| fs::rename(unfinished, file));
    renamed.map_err(|error| DataError::file(file, error))?;
    if let Some(directory) = file.parent() {
        // Directories cannot be synced everywhere; where they cannot, the rename is as safe as the system makes it.
        let _ = File::open(directory).and_then(|opened| opened.sync_all());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rusqlite::Connection;

    use super::{APPLICATION_ID, DIGEST, DataError, FILE_NAME, SCHEMA_VERSION, State, inspect};

    #[test]
    fn the_state_of_a_file_is_seen() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join(FILE_NAME);
        let state = || inspect(&file).map_err(|error| matches!(error, DataError::Foreign(_)));
        assert_eq!(state(), Ok(State::Missing));
        fs::write(&file, "").unwrap();
        assert_eq!(state(), Ok(State::Unfinished), "made and never written");
        fs::write(&file, "x".repeat(100)).unwrap();
        assert_eq!(state(), Err(true), "no database");
        fs::remove_file(&file).unwrap();
        let run = |sql: &str| Connection::open(&file).unwrap().execute_batch(sql).unwrap();
        run("CREATE TABLE x (y)");
        assert_eq!(state(), Err(true), "somebody else's");
        run(&format!("PRAGMA application_id = {APPLICATION_ID}"));
        assert_eq!(state(), Ok(State::Unfinished), "no table");
        run("CREATE TABLE northlight (key, value)");
        assert_eq!(state(), Ok(State::Unfinished), "no mark");
        run(&format!("INSERT INTO northlight VALUES ('digest', '{DIGEST}')"));
        assert_eq!(state(), Ok(State::Different), "another schema");
        run(&format!("PRAGMA user_version = {SCHEMA_VERSION}"));
        assert_eq!(state(), Ok(State::Ready));
        run("UPDATE northlight SET value = 'x'");
        assert_eq!(state(), Ok(State::Different), "other data");
    }
}
