//! The one thread that may write: it makes the data, checks it, and changes it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;

use futures::channel::oneshot;

use super::DatabaseError;

/// Runs one piece of work after the other, so that no two writers ever wait for each other inside SQLite.
pub(super) struct Writer {
    work: mpsc::Sender<Work>,
}

type Work = Box<dyn FnOnce() + Send>;

impl Writer {
    pub(super) fn start() -> Result<Self, DatabaseError> {
        let (work, queue) = mpsc::channel::<Work>();
        thread::Builder::new()
            .name("northlight-writer".to_owned())
            .spawn(move || {
                for work in queue {
                    // Work that panics drops its answer; the next is not concerned.
                    let _ = catch_unwind(AssertUnwindSafe(work));
                }
            })
            .map_err(DatabaseError::internal)?;
        Ok(Self { work })
    }

    /// Runs `work` on the writer's thread. It is not stopped when the future is dropped: what was begun is finished. What
    /// has not begun by then never does.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, DatabaseError> {
        let (answer, answered) = oneshot::channel();
        // A writer that has ended drops the work, and with it the other end.
        let _ = self.work.send(Box::new(move || {
            if !answer.is_canceled() {
                let _ = answer.send(work());
            }
        }));
        answered.await.map_err(|_| DatabaseError::internal("the writer ended without an answer"))
    }
}
