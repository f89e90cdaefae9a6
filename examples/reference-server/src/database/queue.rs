//! The bounded queue between those who ask and the reader threads.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::DatabaseError;
use super::cancel::{Cancel, Stop};
use super::reader::Reader;

/// Who asked for something, and may stop waiting for it.
#[derive(Clone)]
pub(super) struct Asker {
    /// What the caller may set.
    pub(super) caller: Cancel,
    /// What is set when the caller drops the future.
    pub(super) gone: Cancel,
}

impl Asker {
    /// Whether nobody waits any more.
    fn is_gone(&self) -> bool {
        self.caller.is_cancelled() || self.gone.is_cancelled()
    }
}

/// What a reader does for a job, or how the job learns why no reader did.
pub(super) type Work = Box<dyn FnOnce(Result<(&mut Reader, &Stop), DatabaseError>) + Send>;

pub(super) struct Job {
    pub(super) asker: Asker,
    pub(super) queued: Instant,
    pub(super) work: Work,
}

/// Jobs that wait, and what runs.
///
/// A job that nobody waits for any more has given its place to the next at that moment, and not only when it ends: within
/// a function, SQLite does not look whether to stop. So there are more threads than places.
pub(super) struct Queue {
    /// Jobs that run at once, as far as somebody waits for them.
    places: usize,
    capacity: usize,
    wait: Duration,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    jobs: VecDeque<Job>,
    /// For each thread, who asked for what it does.
    running: Vec<Option<Asker>>,
    /// Open connections that nobody uses. The one that was used last is taken first.
    idle: Vec<Reader>,
    closed: bool,
}

impl Queue {
    /// One place for each of the connections.
    pub(super) fn new(idle: Vec<Reader>, threads: usize, capacity: usize, wait: Duration) -> Self {
        let places = idle.len();
        let state = State { jobs: VecDeque::new(), running: vec![None; threads], idle, closed: false };
        let (state, changed) = (Mutex::new(state), Condvar::new());
        Self { places, capacity: capacity.max(1), wait, state, changed }
    }

    /// Adds a job, unless too many wait already. Those that nobody waits for do not count.
    pub(super) fn push(&self, job: Job) -> Result<(), DatabaseError> {
        let mut state = self.state();
        if state.jobs.len() >= self.capacity {
            state.jobs.retain(|job| !job.asker.is_gone());
        }
        if state.jobs.len() >= self.capacity {
            return Err(DatabaseError::Busy(format!("{} requests are waiting", self.capacity)));
        }
        state.jobs.push_back(job);
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// The next job that somebody waits for, with a connection if one is open; none once the queue is closed. The thread
    /// gives back the connection of the job before.
    pub(super) fn pop(&self, thread: usize, back: Option<Reader>) -> Option<(Job, Option<Reader>)> {
        let mut state = self.state();
        state.running[thread] = None;
        state.idle.extend(back);
        loop {
            if state.closed {
                return None;
            }
            let next = if state.places_taken() < self.places { state.jobs.pop_front() } else { None };
            match next {
                Some(job) if job.asker.is_gone() => {}
                Some(job) if job.queued.elapsed() > self.wait => {
                    drop(state);
                    let waited = format!("no reader was free for {} ms", self.wait.as_millis());
                    (job.work)(Err(DatabaseError::Busy(waited)));
                    state = self.state();
                }
                Some(job) => {
                    state.running[thread] = Some(job.asker.clone());
                    return Some((job, state.idle.pop()));
                }
                None => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// Somebody has stopped waiting: what runs for them has given its place away.
    pub(super) fn left(&self) {
        // A thread that has just counted the places must be asleep before it is woken.
        drop(self.state());
        self.changed.notify_one();
    }

    /// Ends the threads that pop. Jobs that still wait are dropped, and connections that nobody uses are closed.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        let (jobs, idle) = (std::mem::take(&mut state.jobs), std::mem::take(&mut state.idle));
        drop(state);
        drop((jobs, idle));
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn places_taken(&self) -> usize {
        self.running.iter().flatten().filter(|asker| !asker.is_gone()).count()
    }
}
