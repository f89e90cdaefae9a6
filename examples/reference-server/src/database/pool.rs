//! The pool of reader threads.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use futures::channel::oneshot;
use futures::future::{Either, select};

use super::cancel::{CancellationToken, StopCondition};
use super::error::DatabaseError;
use super::queue::{CancelFlags, Job, Queue};
use super::reader::{Reader, ReaderConfig};
use super::settings::Settings;

/// Readers on dedicated threads, so that no thread of an async runtime waits for SQLite.
pub(super) struct Pool {
    queue: Arc<Queue>,
}

/// Number of threads per slot. Cancelled statements may still occupy half of the threads.
const THREADS_PER_SLOT: usize = 2;

impl Pool {
    /// Opens all connections before it returns, so that a database that cannot be read is reported at the start.
    pub(super) fn start(config: &Arc<ReaderConfig>, settings: &Settings) -> Result<Self, DatabaseError> {
        let slots = settings.readers.max(1);
        let readers = (0..slots).map(|_| Reader::open(config)).collect::<Result<Vec<_>, _>>()?;
        let threads = slots * THREADS_PER_SLOT;
        // If an error drops the pool, the threads started so far end.
        let pool = Self {
            queue: Arc::new(Queue::new(readers, threads, settings.queue_capacity, settings.wait_timeout)),
        };
        for number in 0..threads {
            let (queue, config) = (Arc::clone(&pool.queue), Arc::clone(config));
            let timeout = settings.timeout;
            thread::Builder::new()
                .name(format!("northlight-reader-{}", number + 1))
                .spawn(move || serve(number, &config, &queue, timeout))
                .map_err(DatabaseError::internal)?;
        }
        Ok(pool)
    }

    /// Runs `work` on a reader. Dropping the future cancels it.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        cancel: &CancellationToken,
        work: impl FnOnce(&mut Reader, &StopCondition) -> Result<T, DatabaseError> + Send + 'static,
    ) -> Result<T, DatabaseError> {
        let (sender, receiver) = oneshot::channel();
        let flags = CancelFlags { caller: cancel.clone(), dropped: CancellationToken::new() };
        let mut guard = CancelOnDrop { queue: &self.queue, dropped: flags.dropped.clone(), completed: false };
        self.queue.push(Job {
            flags,
            queued: Instant::now(),
            // Sending fails only if the future was dropped.
            work: Box::new(move |reader| {
                let _ = sender.send(reader.and_then(|(reader, stop)| work(reader, stop)));
            }),
        })?;
        let result = match select(receiver, cancel.cancelled()).await {
            Either::Left((Ok(result), _)) => result,
            // A thread drops a cancelled job, possibly before the other branch of `select` sees the flag.
            Either::Left((Err(_), _)) if cancel.is_cancelled() => Err(DatabaseError::Cancelled),
            Either::Left((Err(_), _)) => Err(DatabaseError::internal("a reader ended without a result")),
            Either::Right(_) => return Err(DatabaseError::Cancelled),
        };
        guard.completed = true;
        result
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// Cancels the statement when dropped before completion.
struct CancelOnDrop<'a> {
    queue: &'a Queue,
    dropped: CancellationToken,
    completed: bool,
}

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        if !self.completed {
            self.dropped.cancel();
            self.queue.release_slot();
        }
    }
}

fn serve(thread: usize, config: &Arc<ReaderConfig>, queue: &Queue, timeout: Duration) {
    let mut reader = None;
    while let Some((job, idle)) = queue.pop(thread, reader.take()) {
        let stop = StopCondition::new(job.flags.caller, job.flags.dropped, timeout);
        let mut ready = match idle.map_or_else(|| Reader::open(config), Ok) {
            Ok(ready) => ready,
            Err(error) => {
                (job.work)(Err(error));
                continue;
            }
        };
        let work = job.work;
        // After a panic, the connection may be inside a transaction: it is closed, and the next job opens a new one.
        if catch_unwind(AssertUnwindSafe(|| work(Ok((&mut ready, &stop))))).is_ok() {
            reader = Some(ready);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::{Arc, mpsc};
    use std::time::Duration;

    use futures::FutureExt;
    use futures::executor::block_on;
    use rusqlite::Connection;

    use super::Pool;
    use crate::database::cancel::CancellationToken;
    use crate::database::catalog::Catalog;
    use crate::database::error::DatabaseError;
    use crate::database::reader::ReaderConfig;
    use crate::database::settings::Settings;

    /// Returns a pool with one slot over a database without rows.
    fn pool(file: &Path) -> Pool {
        let connection = Connection::open(file).unwrap();
        let schema = include_str!("../data/schema.sql");
        connection.execute_batch(schema).unwrap();
        connection.execute_batch("ANALYZE").unwrap();
        let catalog = Arc::new(Catalog::load(&connection).unwrap());
        let settings = Settings { readers: 1, ..Settings::default() };
        let config = ReaderConfig { file: file.to_owned(), max_memory: 1 << 30, max_temp_bytes: 0, catalog };
        Pool::start(&Arc::new(config), &settings).unwrap()
    }

    #[test]
    fn a_panic_fails_one_job_only() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("empty.sqlite3");
        let pool = pool(&file);
        let cancel = CancellationToken::new();
        let panics = block_on(pool.run::<()>(&cancel, |_, _| panic!("first job")));
        assert!(matches!(panics, Err(DatabaseError::Internal(_))));
        let next = || block_on(pool.run(&cancel, |_, _| Ok(7)));
        assert_eq!(next(), Ok(7), "on a new connection");
        block_on(pool.run::<()>(&cancel, |_, _| panic!("second job"))).unwrap_err();
        std::fs::rename(&file, directory.path().join("moved")).unwrap();
        assert!(matches!(next(), Err(DatabaseError::Internal(_))), "the file does not exist");
        std::fs::rename(directory.path().join("moved"), &file).unwrap();
        assert_eq!(next(), Ok(7), "the file exists again");
    }

    #[test]
    fn a_cancelled_job_releases_its_slot_while_it_runs() {
        let directory = tempfile::tempdir().unwrap();
        let pool = pool(&directory.path().join("empty.sqlite3"));
        let cancel = CancellationToken::new();
        let (started, start) = mpsc::channel();
        let (finish, finished) = mpsc::channel::<()>();
        let (report, reports) = mpsc::channel();
        let blocking = pool.run(&cancel, move |_, _| {
            started.send(()).unwrap();
            // The job checks no flag, as a function of SQLite does. It ends when the test sends `finish`.
            report.send(finished.recv_timeout(Duration::from_secs(20))).unwrap();
            Ok(())
        });
        let mut blocking = Box::pin(blocking);
        assert!((&mut blocking).now_or_never().is_none());
        start.recv().unwrap();
        let mut next = Box::pin(pool.run(&cancel, |_, _| Ok(7)));
        std::thread::sleep(Duration::from_millis(50));
        assert!((&mut next).now_or_never().is_none(), "the only slot is in use");
        drop(blocking);
        assert_eq!(block_on(next), Ok(7));
        finish.send(()).unwrap();
        assert_eq!(reports.recv().unwrap(), Ok(()), "the next job completed before the cancelled one");
    }
}
