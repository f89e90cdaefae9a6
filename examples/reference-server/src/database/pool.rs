//! The reader threads, and how work gets to them and answers come back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use futures::channel::oneshot;
use futures::future::{Either, select};

use super::cancel::{Cancel, CancelOnDrop, Stop};
use super::queue::{Job, Queue};
use super::reader::{Opening, Reader};
use super::{DatabaseError, Settings};

/// Readers on threads of their own: no thread of an async runtime ever waits for SQLite.
pub(super) struct Pool {
    queue: Arc<Queue>,
}

impl Pool {
    /// Opens all connections before it returns, so that a database that cannot be read is noticed at start.
    pub(super) fn start(opening: &Arc<Opening>, settings: &Settings) -> Result<Self, DatabaseError> {
        // Dropping the pool on an error also ends the threads that were started by then.
        let pool = Self { queue: Arc::new(Queue::new(settings.queue, settings.wait)) };
        for number in 1..=settings.readers.max(1) {
            let reader = Reader::open(opening)?;
            let (queue, opening) = (Arc::clone(&pool.queue), Arc::clone(opening));
            let timeout = settings.timeout;
            thread::Builder::new()
                .name(format!("northlight-reader-{number}"))
                .spawn(move || serve(reader, &opening, &queue, timeout))
                .map_err(DatabaseError::internal)?;
        }
        Ok(pool)
    }

    /// Runs `work` on a reader. Dropping the future stops it.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        cancel: &Cancel,
        work: impl FnOnce(&mut Reader, &Stop) -> Result<T, DatabaseError> + Send + 'static,
    ) -> Result<T, DatabaseError> {
        let (answer, answered) = oneshot::channel();
        let gone = CancelOnDrop(Cancel::new());
        self.queue.push(Job {
            caller: cancel.clone(),
            gone: gone.0.clone(),
            queued: Instant::now(),
            // The one who asked may be gone by then; nobody needs the answer in that case.
            work: Box::new(move |reader| {
                let _ = answer.send(reader.and_then(|(reader, stop)| work(reader, stop)));
            }),
        })?;
        match select(answered, cancel.cancelled()).await {
            Either::Left((Ok(result), _)) => result,
            Either::Left((Err(_), _)) => Err(DatabaseError::internal("a reader ended without an answer")),
            Either::Right(_) => Err(DatabaseError::Cancelled),
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.queue.close();
    }
}

fn serve(reader: Reader, opening: &Arc<Opening>, queue: &Queue, timeout: Duration) {
    let mut reader = Some(reader);
    while let Some(job) = queue.pop() {
        let stop = Stop::new(job.caller, job.gone, timeout);
        let mut ready = match reader.take().map_or_else(|| Reader::open(opening), Ok) {
            Ok(ready) => ready,
            Err(error) => {
                (job.work)(Err(error));
                continue;
            }
        };
        let work = job.work;
        // A connection that was left in the middle of something is not used again: the next job opens another.
        if catch_unwind(AssertUnwindSafe(|| work(Ok((&mut ready, &stop))))).is_ok() {
            reader = Some(ready);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::executor::block_on;
    use rusqlite::Connection;

    use super::Pool;
    use crate::database::reader::Opening;
    use crate::database::{Cancel, Catalogue, DatabaseError, Settings};

    #[test]
    fn a_panic_costs_one_answer() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("empty.sqlite3");
        let connection = Connection::open(&file).unwrap();
        let schema = include_str!("../data/schema.sql");
        connection.execute_batch(schema).unwrap();
        connection.execute_batch("ANALYZE").unwrap();
        let catalogue = Arc::new(Catalogue::load(&connection).unwrap());
        let settings = Settings { readers: 1, ..Settings::default() };
        let opening = Opening { file: file.clone(), memory: 1 << 30, temporary: 0, catalogue };
        let pool = Pool::start(&Arc::new(opening), &settings).unwrap();
        let cancel = Cancel::new();
        let panics = block_on(pool.run::<()>(&cancel, |_, _| panic!("this one answer")));
        assert!(matches!(panics, Err(DatabaseError::Internal(_))));
        let works = || block_on(pool.run(&cancel, |_, _| Ok(7)));
        assert_eq!(works(), Ok(7), "on a new connection");
        block_on(pool.run::<()>(&cancel, |_, _| panic!("and this one"))).unwrap_err();
        std::fs::rename(&file, directory.path().join("gone")).unwrap();
        assert!(matches!(works(), Err(DatabaseError::Internal(_))), "nothing to open");
        std::fs::rename(directory.path().join("gone"), &file).unwrap();
        assert_eq!(works(), Ok(7), "as soon as there is");
    }
}
