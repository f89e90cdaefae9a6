//! The writer thread, which generates, verifies and changes the data.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;

use futures::channel::oneshot;

use super::error::DatabaseError;

/// Runs jobs one after another, so that no two writers of this process wait for each other in SQLite.
pub(super) struct Writer {
    jobs: mpsc::Sender<WriterJob>,
}

type WriterJob = Box<dyn FnOnce() + Send>;

impl Writer {
    pub(super) fn start() -> Result<Self, DatabaseError> {
        let (jobs, queue) = mpsc::channel::<WriterJob>();
        thread::Builder::new()
            .name("northlight-writer".to_owned())
            .spawn(move || {
                for job in queue {
                    // A job that panics drops its sender, and does not affect the next job.
                    let _ = catch_unwind(AssertUnwindSafe(job));
                }
            })
            .map_err(DatabaseError::internal)?;
        Ok(Self { jobs })
    }

    /// Runs `work` on the writer's thread. If the future is dropped, work that has started still finishes, and work that
    /// has not started never runs.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, DatabaseError> {
        let (sender, receiver) = oneshot::channel();
        // If the thread has ended, the job is dropped, and with it the sender.
        let _ = self.jobs.send(Box::new(move || {
            if !sender.is_canceled() {
                let _ = sender.send(work());
            }
        }));
        receiver.await.map_err(|_| DatabaseError::internal("the writer ended without a result"))
    }
}
