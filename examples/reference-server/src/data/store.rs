//! The file that the data is kept in: made once, found again, never half made.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::digest::digest;
use super::making;
use super::{DIGEST, DataError, SCHEMA_VERSION};

/// The name of the file inside the data directory.
pub const FILE_NAME: &str = "northlight.sqlite3";

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
/// It is safe to call this in several processes at once: one makes the file, the others wait for it.
pub fn ensure(directory: &Path, report: &mut dyn FnMut(u64, u64)) -> Result<Store, DataError> {
    fs::create_dir_all(directory).map_err(|error| DataError::file(directory, error))?;
    // An absolute path cannot be taken for a URI, whatever the directory is called.
    let directory = std::path::absolute(directory).map_err(|error| DataError::file(directory, error))?;
    let file = directory.join(FILE_NAME);
    if inspect(&file)? == State::Ready {
        return Ok(Store { file, made: false });
    }
    let _lock = lock(&directory.join("northlight.lock"))?;
    match inspect(&file)? {
        State::Ready => return Ok(Store { file, made: false }),
        State::Missing => {}
        State::Unfinished => remove(&file)?,
        State::Different => set_aside(&file)?,
    }
    remove_leftovers(&directory)?;
    let unfinished = directory.join(format!(".northlight-{}.making", std::process::id()));
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
    let made = digest(&read(file)?)?;
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
    Ok(match marker(file) {
        Ok((SCHEMA_VERSION, digest)) if digest == DIGEST => State::Ready,
        Ok(_) => State::Different,
        Err(_) => State::Unfinished,
    })
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

/// Held until the guard is dropped; the system lets go of it when the process ends, however it ends.
fn lock(path: &Path) -> Result<File, DataError> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path);
    let file = file.map_err(|error| DataError::file(path, error))?;
    match file.lock() {
        Ok(()) => Ok(file),
        // Some network file systems have no locks. Two makers then make the same file, and the last rename wins.
        Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(file),
        Err(error) => Err(DataError::file(path, error)),
    }
}

/// Someone may have changed data that another version made: it is kept under another name.
fn set_aside(file: &Path) -> Result<(), DataError> {
    let aside = file.with_extension("previous.sqlite3");
    fs::rename(file, &aside).map_err(|error| DataError::file(file, error))
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
        if name.starts_with(".northlight-") && name.contains(".making") {
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
