//! SQL for a model: statements that can only read, within limits. Changes by this program run on a separate connection.
//!
//! SQLite itself enforces the boundary. A connection is opened read-only, its authorizer denies every action that is not
//! explicitly allowed, its limits are low, and its progress handler stops a statement at the deadline or when the caller
//! drops the future. Access never depends on the text of a statement. A cancelled statement releases its slot in the
//! queue at once, even before SQLite has stopped.

mod cancel;
mod catalog;
mod cell;
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
mod temp_space;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::Connection;

use self::cancel::StopCondition;
use self::cursor::Cursors;
use self::pool::Pool;
use self::reader::{Reader, ReaderConfig};
use self::writer::Writer;
use crate::data::{self, DataError};

// The public interface is:
pub use self::cancel::{CancellationToken, Cancelled};
pub use self::catalog::search::{CatalogSearch, Detail, FoundTable, FoundTables};
pub use self::catalog::{Catalog, Index, Table, TableColumn};
pub use self::cell::Cell;
pub use self::error::{CursorError, DatabaseError, Fault};
pub use self::explain::{FullScan, Plan};
pub use self::params::{Param, Params};
pub use self::query::Query;
pub use self::result::{Column, ColumnType, Rows};
pub use self::settings::Settings;

/// A handle to the database. Clones share its threads.
#[derive(Clone)]
pub struct Database(Arc<Shared>);

struct Shared {
    writer: Writer,
    state: DatabaseState,
}

/// State of an open database file.
struct DatabaseState {
    file: PathBuf,
    pool: Pool,
    cursors: Cursors,
    settings: Settings,
    catalog: Arc<Catalog>,
    is_writable: bool,
}

/// Error of starting the database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The data does not exist and cannot be generated, or it was changed.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The data cannot be read.
    #[error("{}. If the data is damaged, delete it; the next start generates it again", .0.detail())]
    Database(#[from] DatabaseError),
}

impl Database {
    /// Finds or generates the data in a directory, and opens it. Calls `report` with the number of completed steps and
    /// the total.
    ///
    /// All of the work runs on threads of the database.
    pub async fn start(
        directory: PathBuf,
        settings: Settings,
        mut report: impl FnMut(u64, u64) + Send + 'static,
    ) -> Result<Self, StartError> {
        let writer = Writer::start()?;
        let prepare = move || -> Result<DatabaseState, StartError> {
            let file = data::ensure(&directory, &mut report)?.file;
            Ok(DatabaseState::open(file, settings)?)
        };
        let state = writer.run(prepare).await??;
        Ok(Self(Arc::new(Shared { writer, state })))
    }

    /// Opens a file that [`data::ensure`] generated. Blocks for some milliseconds.
    pub fn open(file: PathBuf, settings: Settings) -> Result<Self, DatabaseError> {
        let (writer, state) = (Writer::start()?, DatabaseState::open(file, settings)?);
        Ok(Self(Arc::new(Shared { writer, state })))
    }

    /// Reads all of the data on the writer's thread, and compares its digest with the expected one.
    pub async fn verify(&self) -> Result<(), StartError> {
        let file = self.0.state.file.clone();
        Ok(self.0.writer.run(move || data::verify(&file)).await??)
    }

    /// Runs a statement. Dropping the future cancels it.
    pub async fn query(&self, request: Query, cancel: CancellationToken) -> Result<Rows, DatabaseError> {
        let DatabaseState { settings, cursors, .. } = &self.0.state;
        let (settings, cursors) = (settings.clone(), cursors.clone());
        self.run(&cancel, move |reader, stop| query::run(reader, stop, &request, &settings, &cursors)).await
    }

    /// Returns the query plan of a statement without running it.
    pub async fn explain(
        &self,
        sql: String,
        params: Params,
        cancel: CancellationToken,
    ) -> Result<Plan, DatabaseError> {
        self.run(&cancel, move |reader, stop| explain::run(reader, stop, &sql, &params)).await
    }

    /// Returns the catalog of the tables.
    pub fn catalog(&self) -> &Catalog {
        &self.0.state.catalog
    }

    /// Returns `true` if the data can be changed: the settings allow it, and the file was writable at the start.
    pub fn is_writable(&self) -> bool {
        self.0.state.is_writable
    }

    /// Runs `work`, which changes the data, in one transaction on the writer's thread.
    ///
    /// The inner result is that of `work`; if it is an error, the transaction is rolled back. Input of clients must only
    /// be passed as parameters of statements.
    pub(crate) async fn change<T: Send + 'static, E: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> rusqlite::Result<Result<T, E>> + Send + 'static,
    ) -> Result<Result<T, E>, DatabaseError> {
        let DatabaseState { file, settings, .. } = &self.0.state;
        if !self.is_writable() {
            return log(Err(DatabaseError::Unwritable("the database is read-only".to_owned())));
        }
        let (file, timeout) = (file.clone(), settings.wait_timeout);
        log(self.0.writer.run(move || change::change(&file, timeout, work)).await.flatten())
    }

    /// Runs work of this program on a reader's thread.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        cancel: &CancellationToken,
        work: impl FnOnce(&mut Reader, &StopCondition) -> Result<T, DatabaseError> + Send + 'static,
    ) -> Result<T, DatabaseError> {
        log(self.0.state.pool.run(cancel, work).await)
    }
}

/// Logs errors that only the operator can fix.
fn log<T>(result: Result<T, DatabaseError>) -> Result<T, DatabaseError> {
    if let Err(error) = &result
        && error.fault() == Fault::Operator
    {
        tracing::error!("{}", error.detail());
    }
    result
}

impl DatabaseState {
    fn open(file: PathBuf, settings: Settings) -> Result<Self, DatabaseError> {
        let connection = reader::read_only(&file, settings.max_memory).map_err(DatabaseError::internal)?;
        let catalog = Arc::new(Catalog::load(&connection).map_err(DatabaseError::internal)?);
        let Settings { max_memory, max_temp_bytes, .. } = settings;
        let config =
            ReaderConfig { file: file.clone(), max_memory, max_temp_bytes, catalog: Arc::clone(&catalog) };
        let pool = Pool::start(&Arc::new(config), &settings)?;
        let key = settings.cursor_key.map_or_else(random_key, Ok)?;
        let is_writable = !settings.read_only && change::is_writable(&file);
        Ok(Self { file, pool, cursors: Cursors::new(key), settings, catalog, is_writable })
    }
}

fn random_key() -> Result<[u8; 32], DatabaseError> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(DatabaseError::internal)?;
    Ok(key)
}
