//! SQL for a model: statements that can only read, and only so much. The program's own changes take another way.
//!
//! The boundary is SQLite itself. A connection is opened read-only, its authorizer denies what is not allowed by name, its
//! limits are low, and its progress handler stops it at the deadline or when nobody waits any more. The text of a
//! statement decides nothing. Whoever stops waiting gives the place to the next at once, whether SQLite has looked or not.

mod cancel;
mod catalogue;
mod cells;
mod change;
mod cursor;
mod error;
mod explain;
mod failure;
mod functions;
mod guard;
mod params;
mod patterns;
mod pool;
mod query;
mod queue;
mod reader;
mod result;
mod settings;
mod space;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::Connection;

use self::cursor::Cursors;
use self::pool::Pool;
use self::reader::Opening;
use self::writer::Writer;
use crate::data::{self, DataError};

pub(crate) use self::cancel::Stop;
pub(crate) use self::reader::Reader;

// The public interface is:
pub use self::cancel::{Cancel, Cancelled};
pub use self::catalogue::{
    Catalog, CatalogueSearch, Detail, FoundTable, FoundTables, Index, Table, TableColumn,
};
pub use self::cells::Cell;
pub use self::error::{CursorError, DatabaseError, Fault};
pub use self::explain::{FullScan, Plan};
pub use self::params::{Param, Params};
pub use self::query::Query;
pub use self::result::{Column, ColumnType, Rows};
pub use self::settings::Settings;

/// The database: clones share its threads.
#[derive(Clone)]
pub struct Database(Arc<Shared>);

struct Shared {
    writer: Writer,
    opened: Opened,
}

/// What there is once the file has been opened.
struct Opened {
    file: PathBuf,
    pool: Pool,
    cursors: Cursors,
    settings: Settings,
    catalogue: Arc<Catalog>,
    is_writable: bool,
}

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The data is not there and cannot be made, or is not what it was.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The data cannot be read.
    #[error("{}. If the data is damaged, delete it, and the next start makes it again", .0.detail())]
    Database(#[from] DatabaseError),
}

impl Database {
    /// Finds or makes the data in a directory, and opens it. `report` is told how many steps of how many are done.
    ///
    /// All of the work is done on threads of the database.
    pub async fn start(
        directory: PathBuf,
        settings: Settings,
        mut report: impl FnMut(u64, u64) + Send + 'static,
    ) -> Result<Self, StartError> {
        let writer = Writer::start()?;
        let prepare = move || -> Result<Opened, StartError> {
            let file = data::ensure(&directory, &mut report)?.file;
            Ok(Opened::new(file, settings)?)
        };
        let opened = writer.run(prepare).await??;
        Ok(Self(Arc::new(Shared { writer, opened })))
    }

    /// Opens a file that [`data::ensure`] has made. It blocks for some milliseconds.
    pub fn open(file: PathBuf, settings: Settings) -> Result<Self, DatabaseError> {
        let (writer, opened) = (Writer::start()?, Opened::new(file, settings)?);
        Ok(Self(Arc::new(Shared { writer, opened })))
    }

    /// Reads all of the data on the writer's thread and compares its digest with the one in the source.
    pub async fn verify(&self) -> Result<(), StartError> {
        let file = self.0.opened.file.clone();
        Ok(self.0.writer.run(move || data::verify(&file)).await??)
    }

    /// Runs a statement. Dropping the future stops it.
    pub async fn query(&self, request: Query, cancel: Cancel) -> Result<Rows, DatabaseError> {
        let Opened { settings, cursors, .. } = &self.0.opened;
        let (settings, cursors) = (settings.clone(), cursors.clone());
        self.run(&cancel, move |reader, stop| query::run(reader, stop, &request, &settings, &cursors)).await
    }

    /// How a statement would be run. It is not run.
    pub async fn explain(&self, sql: String, params: Params, cancel: Cancel) -> Result<Plan, DatabaseError> {
        self.run(&cancel, move |reader, stop| explain::run(reader, stop, &sql, &params)).await
    }

    /// What is known about the tables.
    pub fn catalogue(&self) -> &Catalog {
        &self.0.opened.catalogue
    }

    /// Whether the data may be changed: the settings allow it, and so did the system at the start.
    pub fn is_writable(&self) -> bool {
        self.0.opened.is_writable
    }

    /// Changes the data by work of our own, in one transaction on the writer's thread.
    ///
    /// What comes back inside is what the work says: if that is an error, nothing was changed. Nothing that a client wrote
    /// may be part of a statement of this work, only a value.
    pub(crate) async fn change<T: Send + 'static, E: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> rusqlite::Result<Result<T, E>> + Send + 'static,
    ) -> Result<Result<T, E>, DatabaseError> {
        let Opened { file, settings, .. } = &self.0.opened;
        if !self.is_writable() {
            return logged(Err(DatabaseError::Unwritable("the server was started to read only".to_owned())));
        }
        let (file, wait) = (file.clone(), settings.wait);
        logged(self.0.writer.run(move || change::change(&file, wait, work)).await.flatten())
    }

    /// Runs work of our own on a reader's thread.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        cancel: &Cancel,
        work: impl FnOnce(&mut Reader, &Stop) -> Result<T, DatabaseError> + Send + 'static,
    ) -> Result<T, DatabaseError> {
        logged(self.0.opened.pool.run(cancel, work).await)
    }
}

/// What only whoever runs the server can mend, they find in its log.
fn logged<T>(done: Result<T, DatabaseError>) -> Result<T, DatabaseError> {
    if let Err(error) = &done
        && error.fault() == Fault::Server
    {
        tracing::error!("{}", error.detail());
    }
    done
}

impl Opened {
    fn new(file: PathBuf, settings: Settings) -> Result<Self, DatabaseError> {
        let connection = reader::read_only(&file, settings.memory).map_err(DatabaseError::internal)?;
        let catalogue = Arc::new(Catalog::load(&connection).map_err(DatabaseError::internal)?);
        let Settings { memory, temporary, .. } = settings;
        let opening = Opening { file: file.clone(), memory, temporary, catalogue: Arc::clone(&catalogue) };
        let pool = Pool::start(&Arc::new(opening), &settings)?;
        let key = settings.cursor_key.map_or_else(random_key, Ok)?;
        let is_writable = !settings.read_only && change::is_possible(&file);
        Ok(Self { file, pool, cursors: Cursors::new(key), settings, catalogue, is_writable })
    }
}

fn random_key() -> Result<[u8; 32], DatabaseError> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(DatabaseError::internal)?;
    Ok(key)
}
