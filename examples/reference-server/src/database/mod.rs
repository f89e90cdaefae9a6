//! SQL for a model: statements that can only read, and only so much.
//!
//! The boundary is SQLite itself. A connection is opened read-only, its authorizer denies what is not allowed by name, its
//! limits are low, and its progress handler stops it at the deadline or when nobody waits any more. The text of a
//! statement decides nothing.

mod cancel;
mod catalogue;
mod cells;
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

use std::path::PathBuf;
use std::sync::Arc;

use self::cursor::Cursors;
use self::pool::Pool;
use self::reader::Opening;

pub(crate) use self::cancel::Stop;
pub(crate) use self::reader::Reader;

// The public interface is:
pub use self::cancel::Cancel;
pub use self::catalogue::{
    Catalogue, CatalogueSearch, Detail, FoundTable, FoundTables, Index, Table, TableColumn,
};
pub use self::cells::Cell;
pub use self::error::{CursorError, DatabaseError, Fault};
pub use self::explain::{FullScan, Plan, Step};
pub use self::params::{Param, Params};
pub use self::query::Query;
pub use self::result::{Column, ColumnType, Rows};
pub use self::settings::Settings;

/// The database: clones share its threads.
#[derive(Clone)]
pub struct Database(Arc<Shared>);

struct Shared {
    pool: Pool,
    cursors: Cursors,
    settings: Settings,
    catalogue: Arc<Catalogue>,
}

impl Database {
    /// Opens a database file that [`data::ensure`](crate::data::ensure) has made, and starts its threads.
    pub fn open(file: PathBuf, settings: Settings) -> Result<Self, DatabaseError> {
        let connection = reader::read_only(&file, settings.memory).map_err(DatabaseError::internal)?;
        let catalogue = Arc::new(Catalogue::load(&connection).map_err(DatabaseError::internal)?);
        let opening = Opening { file, memory: settings.memory, catalogue: Arc::clone(&catalogue) };
        let pool = Pool::start(&Arc::new(opening), &settings)?;
        let key = match settings.cursor_key {
            Some(key) => key,
            None => {
                let mut key = [0; 32];
                getrandom::fill(&mut key).map_err(DatabaseError::internal)?;
                key
            }
        };
        Ok(Self(Arc::new(Shared { pool, cursors: Cursors::new(key), settings, catalogue })))
    }

    /// Runs a statement. Dropping the future stops it.
    pub async fn query(&self, request: Query, cancel: Cancel) -> Result<Rows, DatabaseError> {
        let shared = Arc::clone(&self.0);
        self.run(&cancel, move |reader, stop| {
            query::run(reader, stop, &request, &shared.settings, &shared.cursors)
        })
        .await
    }

    /// How a statement would be run. It is not run.
    pub async fn explain(&self, sql: String, params: Params, cancel: Cancel) -> Result<Plan, DatabaseError> {
        self.run(&cancel, move |reader, stop| explain::run(reader, stop, &sql, &params)).await
    }

    /// What is known about the tables.
    pub fn catalogue(&self) -> &Catalogue {
        &self.0.catalogue
    }

    /// Runs work of our own on a reader's thread.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        cancel: &Cancel,
        work: impl FnOnce(&mut Reader, &Stop) -> Result<T, DatabaseError> + Send + 'static,
    ) -> Result<T, DatabaseError> {
        self.0.pool.run(cancel, work).await
    }
}
