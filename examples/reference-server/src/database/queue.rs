//! The bounded queue between those who ask and the reader threads.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::DatabaseError;
use super::cancel::{Cancel, Stop};
use super::reader::Reader;

/// What a reader does for a job, or how the job learns why no reader did.
pub(super) type Work = Box<dyn FnOnce(Result<(&mut Reader, &Stop), DatabaseError>) + Send>;

pub(super) struct Job {
    pub(super) caller: Cancel,
    pub(super) gone: Cancel,
    pub(super) queued: Instant,
    pub(super) work: Work,
}

impl Job {
    /// Whether nobody waits for it any more.
    fn is_dead(&self) -> bool {
        self.caller.is_cancelled() || self.gone.is_cancelled()
    }
}

pub(super) struct Queue {
    capacity: usize,
    wait: Duration,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    closed: bool,
}

impl Queue {
    pub(super) fn new(capacity: usize, wait: Duration) -> Self {
        Self { capacity: capacity.max(1), wait, state: Mutex::default(), changed: Condvar::new() }
    }

    /// Adds a job, unless too many wait already. Those that nobody waits for do not count.
    pub(super) fn push(&self, job: Job) -> Result<(), DatabaseError> {
        let mut state = self.state();
        if state.jobs.len() >= self.capacity {
            state.jobs.retain(|job| !job.is_dead());
        }
        if state.jobs.len() >= self.capacity {
            return Err(DatabaseError::Busy(format!("{} requests are waiting", self.capacity)));
        }
        state.jobs.push_back(job);
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// The next job that somebody waits for; none once the queue is closed.
    pub(super) fn pop(&self) -> Option<Job> {
        let mut state = self.state();
        loop {
            if state.closed {
                return None;
            }
            match state.jobs.pop_front() {
                Some(job) if job.is_dead() => {}
                Some(job) if job.queued.elapsed() > self.wait => {
                    drop(state);
                    let waited = format!("no reader was free for {} ms", self.wait.as_millis());
                    (job.work)(Err(DatabaseError::Busy(waited)));
                    state = self.state();
                }
                Some(job) => return Some(job),
                None => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// Ends the threads that pop. Jobs that still wait are dropped.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        let jobs = std::mem::take(&mut state.jobs);
        drop(state);
        drop(jobs);
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
