//! The database file of the sample data, which is generated once and published atomically.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::digest::digest;
use super::error::DataError;
use super::generate::generate;
use super::identity::{APPLICATION_ID, DIGEST, FILE_NAME, SCHEMA_VERSION, STEPS};

/// Suffix of the name of an unfinished file.
const UNFINISHED_SUFFIX: &str = ".making";

/// The result of [`ensure`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Store {
    /// The absolute path of the database file.
    pub file: PathBuf,
    /// `true` if this call generated the file.
    pub generated: bool,
}

/// Finds the data in `directory`, or generates it if it does not exist. Calls `report` with the number of completed steps
/// and the total.
///
/// Several processes can call this function at once: one generates the file, and the others wait for it. For those,
/// `report` is called at the start and at the end of the wait.
pub fn ensure(directory: &Path, report: &mut dyn FnMut(u64, u64)) -> Result<Store, DataError> {
    fs::create_dir_all(directory).map_err(|error| DataError::directory(directory, error))?;
    // An absolute path cannot be taken for a URI, whatever the directory is called.
    let directory = std::path::absolute(directory).map_err(|error| DataError::directory(directory, error))?;
    let file = directory.join(FILE_NAME);
    // Without the lock, another process may be renaming the file, so any other state is checked again under the lock.
    let found = inspect(&file);
    if matches!(found, Ok(FileState::Ready)) {
        return Ok(Store { file, generated: false });
    }
    // If the directory is not writable, an error of the existing file is more specific.
    let (_lock, waited) = lock(&directory, report).map_err(|error| found.err().unwrap_or(error))?;
    match inspect(&file)? {
        FileState::Ready => {
            if waited {
                report(STEPS, STEPS);
            }
            return Ok(Store { file, generated: false });
        }
        FileState::Missing => {}
        FileState::Unfinished => remove(&file)?,
        FileState::Different => set_aside(&file)?,
    }
    remove_leftovers(&directory)?;
    let unfinished = directory.join(format!("{FILE_NAME}.{}{UNFINISHED_SUFFIX}", std::process::id()));
    if let Err(error) = generate(&unfinished, report) {
        // If this fails, the next start removes the file.
        let _ = fs::remove_file(&unfinished);
        return Err(error);
    }
    publish(&unfinished, &file)?;
    Ok(Store { file, generated: true })
}

/// Reads all of the data, and compares its digest with the expected one.
pub fn verify(file: &Path) -> Result<(), DataError> {
    let found = open_read_only(file).and_then(|connection| digest(&connection));
    let found = found.map_err(|error| DataError::unreadable(file, error))?;
    if found == DIGEST { Ok(()) } else { Err(DataError::Changed { file: file.to_owned(), found }) }
}

/// State of the database file.
#[derive(Debug, PartialEq, Eq)]
enum FileState {
    /// Complete data of this version.
    Ready,
    /// The file does not exist.
    Missing,
    /// A file of this program whose generation was interrupted.
    Unfinished,
    /// Complete data of another version of this program.
    Different,
}

fn inspect(file: &Path) -> Result<FileState, DataError> {
    let mut header = [0; 72];
    let mut opened = match File::open(file) {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(FileState::Missing),
        Err(error) => return Err(DataError::file(file, error)),
    };
    if opened.metadata().map_err(|error| DataError::file(file, error))?.len() == 0 {
        return Ok(FileState::Unfinished);
    }
    let read = opened.read_exact(&mut header);
    if read.is_err()
        || !header.starts_with(b"SQLite format 3\0")
        || header[68..] != APPLICATION_ID.to_be_bytes()
    {
        return Err(DataError::Foreign(file.to_owned()));
    }
    match marker(file) {
        Ok((SCHEMA_VERSION, digest)) if digest == DIGEST => Ok(FileState::Ready),
        Ok(_) => Ok(FileState::Different),
        // The table with the digest does not exist, or it is empty.
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok(FileState::Unfinished),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::Unknown) => Ok(FileState::Unfinished),
        // Other errors may be temporary, so the file is not replaced.
        Err(error) => Err(DataError::unreadable(file, error)),
    }
}

/// Reads the schema version and the digest, which is written last.
fn marker(file: &Path) -> rusqlite::Result<(u32, String)> {
    let connection = open_read_only(file)?;
    let version = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let digest =
        connection.query_row("SELECT value FROM northlight WHERE key = 'digest'", [], |row| row.get(0))?;
    Ok((version, digest))
}

fn open_read_only(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(file, flags)
}

/// Takes the lock, which is held until the returned file is dropped; the system releases it when the process ends. Also
/// returns `true` if the lock was held by another process.
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
        // Some network file systems do not support locks. Then two processes may generate the same file, and the last
        // rename wins.
        Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok((file, waited)),
        Err(error) => Err(DataError::directory(directory, error)),
    }
}

/// Renames data of another version instead of deleting it, since it may contain changes.
fn set_aside(file: &Path) -> Result<(), DataError> {
    let aside = file.with_extension("previous.sqlite3");
    fs::rename(file, &aside).map_err(|error| DataError::file(file, error))?;
    tracing::warn!("data of another version of this program was moved to {}", aside.display());
    Ok(())
}

fn remove(file: &Path) -> Result<(), DataError> {
    fs::remove_file(file).map_err(|error| DataError::file(file, error))
}

/// Removes unfinished files of processes that were killed.
fn remove_leftovers(directory: &Path) -> Result<(), DataError> {
    let entries = fs::read_dir(directory).map_err(|error| DataError::file(directory, error))?;
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(FILE_NAME) && name.ends_with(UNFINISHED_SUFFIX) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Renames the file after its contents have been written to disk.
fn publish(unfinished: &Path, file: &Path) -> Result<(), DataError> {
    let written = File::open(unfinished).and_then(|opened| opened.sync_all());
    let renamed = written.and_then(|()| fs::rename(unfinished, file));
    renamed.map_err(|error| DataError::file(file, error))?;
    if let Some(directory) = file.parent() {
        // Not all systems can sync directories. There, the durability of the rename depends on the file system.
        let _ = File::open(directory).and_then(|opened| opened.sync_all());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rusqlite::Connection;

    use super::{APPLICATION_ID, DIGEST, DataError, FILE_NAME, FileState, SCHEMA_VERSION, inspect};

    #[test]
    fn inspect_returns_the_state() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join(FILE_NAME);
        let state = || inspect(&file).map_err(|error| matches!(error, DataError::Foreign(_)));
        assert_eq!(state(), Ok(FileState::Missing));
        fs::write(&file, "").unwrap();
        assert_eq!(state(), Ok(FileState::Unfinished), "empty file");
        fs::write(&file, "x".repeat(100)).unwrap();
        assert_eq!(state(), Err(true), "not a database");
        fs::remove_file(&file).unwrap();
        let run = |sql: &str| Connection::open(&file).unwrap().execute_batch(sql).unwrap();
        run("CREATE TABLE x (y)");
        assert_eq!(state(), Err(true), "database of another program");
        run(&format!("PRAGMA application_id = {APPLICATION_ID}"));
        assert_eq!(state(), Ok(FileState::Unfinished), "no table");
        run("CREATE TABLE northlight (key, value)");
        assert_eq!(state(), Ok(FileState::Unfinished), "no digest");
        run(&format!("INSERT INTO northlight VALUES ('digest', '{DIGEST}')"));
        assert_eq!(state(), Ok(FileState::Different), "another schema");
        run(&format!("PRAGMA user_version = {SCHEMA_VERSION}"));
        assert_eq!(state(), Ok(FileState::Ready));
        run("UPDATE northlight SET value = 'x'");
        assert_eq!(state(), Ok(FileState::Different), "other data");
    }
}
