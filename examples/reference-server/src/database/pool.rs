//! The reader threads, and how work gets to them and answers come back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use futures::channel::oneshot;
use futures::future::{Either, select};

use super::cancel::{Cancel, Stop};
use super::queue::{Asker, Job, Queue};
use super::reader::{Opening, Reader};
use super::{DatabaseError, Settings};

/// Readers on threads of their own: no thread of an async runtime ever waits for SQLite.
pub(super) struct Pool {
    queue: Arc<Queue>,
}

/// Threads for each place: as many statements that nobody waits for may still run as are waited for.
const THREADS: usize = 2;

impl Pool {
    /// Opens all connections before it returns, so that a database that cannot be read is noticed at start.
    pub(super) fn start(opening: &Arc<Opening>, settings: &Settings) -> Result<Self, DatabaseError> {
        let places = settings.readers.max(1);
        let readers = (0..places).map(|_| Reader::open(opening)).collect::<Result<Vec<_>, _>>()?;
        let threads = places * THREADS;
        // Dropping the pool on an error also ends the threads that were started by then.
        let pool = Self { queue: Arc::new(Queue::new(readers, threads, settings.queue, settings.wait)) };
        for number in 0..threads {
            let (queue, opening) = (Arc::clone(&pool.queue), Arc::clone(opening));
            let timeout = settings.timeout;
            thread::Builder::new()
                .name(format!("northlight-reader-{}", number + 1))
                .spawn(move || serve(number, &opening, &queue, timeout))
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
        let asker = Asker { caller: cancel.clone(), gone: Cancel::new() };
        let mut waiting = Waiting { queue: &self.queue, gone: asker.gone.clone(), answered: false };
        self.queue.push(Job {
            asker,
            queued: Instant::now(),
            // The one who asked may be gone by then; nobody needs the answer in that case.
            work: Box::new(move |reader| {
                let _ = answer.send(reader.and_then(|(reader, stop)| work(reader, stop)));
            }),
        })?;
        let result = match select(answered, cancel.cancelled()).await {
            Either::Left((Ok(result), _)) => result,
            // A thread that finds a cancelled job drops it, and may do so before this looks at the flag.
            Either::Left((Err(_), _)) if cancel.is_cancelled() => Err(DatabaseError::Cancelled),
            Either::Left((Err(_), _)) => Err(DatabaseError::internal("a reader ended without an answer")),
            Either::Right(_) => return Err(DatabaseError::Cancelled),
        };
        waiting.answered = true;
        result
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// Somebody who waits for an answer. Dropped without one, it stops the statement.
struct Waiting<'a> {
    queue: &'a Queue,
    gone: Cancel,
    answered: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if !self.answered {
            self.gone.cancel();
            self.queue.left();
        }
    }
}

fn serve(thread: usize, opening: &Arc<Opening>, queue: &Queue, timeout: Duration) {
    let mut reader = None;
    while let Some((job, idle)) = queue.pop(thread, reader.take()) {
        let stop = Stop::new(job.asker.caller, job.asker.gone, timeout);
        let mut ready = match idle.map_or_else(|| Reader::open(opening), Ok) {
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
    use std::path::Path;
    use std::sync::{Arc, mpsc};
    use std::time::Duration;

    use futures::FutureExt;
    use futures::executor::block_on;
    use rusqlite::Connection;

    use super::Pool;
    use crate::database::reader::Opening;
    use crate::database::{Cancel, Catalog, DatabaseError, Settings};

    /// One place over a database without rows.
    fn pool(file: &Path) -> Pool {
        let connection = Connection::open(file).unwrap();
        let schema = include_str!("../data/schema.sql");
        connection.execute_batch(schema).unwrap();
        connection.execute_batch("ANALYZE").unwrap();
        let catalogue = Arc::new(Catalog::load(&connection).unwrap());
        let settings = Settings { readers: 1, ..Settings::default() };
        let opening = Opening { file: file.to_owned(), memory: 1 << 30, temporary: 0, catalogue };
        Pool::start(&Arc::new(opening), &settings).unwrap()
    }

    #[test]
    fn a_panic_costs_one_answer() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("empty.sqlite3");
        let pool = pool(&file);
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

    #[test]
    fn what_cannot_be_stopped_keeps_nobody_waiting() {
        let directory = tempfile::tempdir().unwrap();
        let pool = pool(&directory.path().join("empty.sqlite3"));
        let cancel = Cancel::new();
        let (begun, begins) = mpsc::channel();
        let (end, ends) = mpsc::channel::<()>();
        let (ended, reports) = mpsc::channel();
        let endless = pool.run(&cancel, move |_, _| {
            begun.send(()).unwrap();
            // It looks at no flag, as a function of SQLite does; without the next answer it would wait to no avail.
            ended.send(ends.recv_timeout(Duration::from_secs(20))).unwrap();
            Ok(())
        });
        let mut endless = Box::pin(endless);
        assert!((&mut endless).now_or_never().is_none());
        begins.recv().unwrap();
        let mut next = Box::pin(pool.run(&cancel, |_, _| Ok(7)));
        std::thread::sleep(Duration::from_millis(50));
        assert!(
            (&mut next).now_or_never().is_none(),
            "there is one place, and somebody waits for what has it"
        );
        drop(endless);
        assert_eq!(block_on(next), Ok(7));
        end.send(()).unwrap();
        assert_eq!(reports.recv().unwrap(), Ok(()), "the answer came before the end of what was given up");
    }
}
