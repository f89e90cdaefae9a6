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
            let queue = Arc::clone(&pool.queue);
            let timeout = settings.timeout;
            thread::Builder::new()
                .name(format!("northlight-reader-{number}"))
                .spawn(move || serve(reader, &queue, timeout))
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

fn serve(mut reader: Reader, queue: &Queue, timeout: Duration) {
    while let Some(job) = queue.pop() {
        let stop = Stop::new(job.caller, job.gone, timeout);
        let work = job.work;
        let done = catch_unwind(AssertUnwindSafe(|| work(Ok((&mut reader, &stop)))));
        // A connection that was left in the middle of something is not used again.
        if done.is_err() && reader.reopen().is_err() {
            return;
        }
    }
}
