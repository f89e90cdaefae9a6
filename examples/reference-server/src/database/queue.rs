//! The bounded queue of jobs for the reader threads.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::cancel::{CancellationToken, StopCondition};
use super::error::DatabaseError;
use super::reader::Reader;

/// The flags that cancel a job.
#[derive(Clone)]
pub(super) struct CancelFlags {
    /// Set by the caller.
    pub(super) caller: CancellationToken,
    /// Set when the caller drops the future.
    pub(super) dropped: CancellationToken,
}

impl CancelFlags {
    /// Returns `true` if the job is cancelled.
    fn is_cancelled(&self) -> bool {
        self.caller.is_cancelled() || self.dropped.is_cancelled()
    }
}

/// The work of a job. Receives a reader, or the error that prevented the job from running.
pub(super) type JobBody = Box<dyn FnOnce(Result<(&mut Reader, &StopCondition), DatabaseError>) + Send>;

/// A unit of work for a reader.
pub(super) struct Job {
    pub(super) flags: CancelFlags,
    pub(super) queued: Instant,
    pub(super) work: JobBody,
}

/// Waiting and running jobs.
///
/// A cancelled job releases its slot at once, not when it ends, because SQLite does not check for cancellation within a
/// function. Therefore there are more threads than slots.
pub(super) struct Queue {
    /// Maximum number of jobs that run at once, not counting cancelled ones.
    slots: usize,
    /// Maximum number of waiting jobs.
    capacity: usize,
    /// Maximum time that a job waits.
    timeout: Duration,
    state: Mutex<QueueState>,
    changed: Condvar,
}

struct QueueState {
    jobs: VecDeque<Job>,
    /// For each thread, the flags of its running job.
    running: Vec<Option<CancelFlags>>,
    /// Idle connections. The last used one is taken first.
    idle: Vec<Reader>,
    closed: bool,
}

impl Queue {
    /// Creates a queue with one slot for each idle connection.
    pub(super) fn new(idle: Vec<Reader>, threads: usize, capacity: usize, timeout: Duration) -> Self {
        let slots = idle.len();
        let state = QueueState { jobs: VecDeque::new(), running: vec![None; threads], idle, closed: false };
        let (state, changed) = (Mutex::new(state), Condvar::new());
        Self { slots, capacity: capacity.max(1), timeout, state, changed }
    }

    /// Adds a job. Returns [`DatabaseError::Busy`] if the queue is full; cancelled jobs do not count.
    pub(super) fn push(&self, job: Job) -> Result<(), DatabaseError> {
        let mut state = self.state();
        if state.jobs.len() >= self.capacity {
            state.jobs.retain(|job| !job.flags.is_cancelled());
        }
        if state.jobs.len() >= self.capacity {
            return Err(DatabaseError::Busy(format!("{} requests are waiting", self.capacity)));
        }
        state.jobs.push_back(job);
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// Waits for the next job that is not cancelled, and returns it with an idle connection if there is one. Returns
    /// `None` after the queue is closed. The thread returns the connection of its last job as `reader`.
    pub(super) fn pop(&self, thread: usize, reader: Option<Reader>) -> Option<(Job, Option<Reader>)> {
        let mut state = self.state();
        state.running[thread] = None;
        state.idle.extend(reader);
        loop {
            if state.closed {
                return None;
            }
            let next = if state.busy_slots() < self.slots { state.jobs.pop_front() } else { None };
            match next {
                Some(job) if job.flags.is_cancelled() => {}
                Some(job) if job.queued.elapsed() > self.timeout => {
                    drop(state);
                    let reason = format!("no reader was free for {} ms", self.timeout.as_millis());
                    (job.work)(Err(DatabaseError::Busy(reason)));
                    state = self.state();
                }
                Some(job) => {
                    state.running[thread] = Some(job.flags.clone());
                    return Some((job, state.idle.pop()));
                }
                None => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// Wakes a thread after a job was cancelled, since that releases the job's slot.
    pub(super) fn release_slot(&self) {
        // Taking the lock ensures that a thread that has just counted the slots is waiting when it is notified.
        drop(self.state());
        self.changed.notify_one();
    }

    /// Ends the threads, drops the waiting jobs, and closes the idle connections.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        let (jobs, idle) = (std::mem::take(&mut state.jobs), std::mem::take(&mut state.idle));
        drop(state);
        drop((jobs, idle));
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl QueueState {
    fn busy_slots(&self) -> usize {
        self.running.iter().flatten().filter(|flags| !flags.is_cancelled()).count()
    }
}
