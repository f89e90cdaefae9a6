//! Monitoring of connections: those that make no progress for too long are closed.
//!
//! hyper's timer for the head of each request costs more than the rest of a small request. Here one task checks all
//! connections periodically, and a connection only stores timestamps.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::task::Context;
use std::time::Duration;

use futures::task::AtomicWaker;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use crate::http::limits::Limits;
use crate::sync::lock;

/// Interval of the checks, and so the precision of the timeouts.
const TICK: Duration = Duration::from_millis(500);

/// The connections of a server.
pub(crate) struct Monitor {
    table: Mutex<HashMap<u64, MonitoredConn>>,
    next_number: AtomicU64,
    /// The time, in ticks.
    now: AtomicU32,
    is_stopping: AtomicBool,
    /// Notified when no connection is open.
    idle: Notify,
    limits: Limits,
}

struct MonitoredConn {
    state: Weak<ConnState>,
    task: Option<AbortHandle>,
}

/// The state of one connection.
#[derive(Debug)]
pub(crate) struct ConnState {
    /// The number of requests whose answers are not complete.
    requests: AtomicU32,
    /// The tick since which the connection has had no request.
    idle_since: AtomicU32,
    /// The tick at which the first part of a head arrived; 0 for none.
    header_since: AtomicU32,
    /// The tick since which writes have been pending; 0 if none is.
    write_stalled_since: AtomicU32,
    /// The connection is HTTP/2: bytes that arrive between requests are not the start of a header block.
    is_multiplexed: AtomicBool,
    /// The last polls of the bodies on an HTTP/2 connection, whose client may stall one of them and read others.
    body_polls: Mutex<Vec<Weak<AtomicU32>>>,
    is_stopping: AtomicBool,
    waker: AtomicWaker,
}

impl Monitor {
    /// Starts a monitor.
    pub(crate) fn new(limits: Limits) -> Arc<Self> {
        let monitor = Arc::new(Self {
            table: Mutex::default(),
            next_number: AtomicU64::new(0),
            now: AtomicU32::new(1),
            is_stopping: AtomicBool::new(false),
            idle: Notify::new(),
            limits,
        });
        let weak = Arc::downgrade(&monitor);
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(TICK);
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                let Some(monitor) = weak.upgrade() else { return };
                monitor.close_stalled();
            }
        });
        monitor
    }

    /// Adds a connection, which `serve` serves.
    pub(crate) fn add(self: &Arc<Self>, serve: impl FnOnce(Arc<ConnState>) -> AbortHandle) {
        let state = Arc::new(ConnState {
            requests: AtomicU32::new(0),
            idle_since: AtomicU32::new(self.now()),
            header_since: AtomicU32::new(0),
            write_stalled_since: AtomicU32::new(0),
            is_multiplexed: AtomicBool::new(false),
            body_polls: Mutex::default(),
            is_stopping: AtomicBool::new(self.is_stopping.load(Ordering::Acquire)),
            waker: AtomicWaker::new(),
        });
        let number = self.next_number.fetch_add(1, Ordering::Relaxed);
        // Added before it is served, so that a shutdown at this moment does not miss it.
        lock(&self.table).insert(number, MonitoredConn { state: Arc::downgrade(&state), task: None });
        let task = serve(state);
        if let Some(conn) = lock(&self.table).get_mut(&number) {
            conn.task = Some(task);
        }
    }

    /// Closes every connection once its current requests are answered.
    pub(crate) fn stop(&self) {
        self.is_stopping.store(true, Ordering::Release);
        for state in lock(&self.table).values().filter_map(|conn| conn.state.upgrade()) {
            state.is_stopping.store(true, Ordering::Release);
            state.waker.wake();
        }
    }

    /// Closes every connection now. Returns their number.
    pub(crate) fn abort(&self) -> usize {
        let mut table = lock(&self.table);
        table.values().filter_map(|conn| conn.task.as_ref()).for_each(AbortHandle::abort);
        let count = table.len();
        table.clear();
        count
    }

    /// Waits until no connection is open.
    pub(crate) async fn wait_idle(&self) {
        loop {
            let idle = self.idle.notified();
            self.remove_closed();
            if lock(&self.table).is_empty() {
                return;
            }
            let _ = tokio::time::timeout(TICK, idle).await;
        }
    }

    /// Closes the connections that have made no progress for too long.
    fn close_stalled(&self) {
        let now = self.now.fetch_add(1, Ordering::AcqRel) + 1;
        self.remove_closed();
        for conn in lock(&self.table).values() {
            let (Some(state), Some(task)) = (conn.state.upgrade(), &conn.task) else { continue };
            if state.has_timed_out(now, &self.limits) {
                task.abort();
            }
        }
    }

    fn remove_closed(&self) {
        let mut table = lock(&self.table);
        table.retain(|_, conn| conn.state.strong_count() > 0);
        if table.is_empty() {
            self.idle.notify_waiters();
        }
    }

    fn now(&self) -> u32 {
        self.now.load(Ordering::Relaxed)
    }
}

impl ConnState {
    fn has_timed_out(&self, now: u32, limits: &Limits) -> bool {
        // Part of the first tick had passed already: a timeout never fires early.
        let has_passed =
            |timeout: Duration, since: u32| TICK * now.saturating_sub(since).saturating_sub(1) >= timeout;
        let write_stalled_since = self.write_stalled_since.load(Ordering::Acquire);
        if write_stalled_since > 0 && has_passed(limits.write_timeout, write_stalled_since) {
            return true;
        }
        if self.requests.load(Ordering::Acquire) > 0 {
            // A quiet stream is polled for every keep-alive comment.
            let timeout = limits.write_timeout + limits.keep_alive_interval;
            let is_stalled = |poll: BodyPoll| has_passed(timeout, poll.load(Ordering::Acquire));
            return lock(&self.body_polls).iter().filter_map(Weak::upgrade).any(is_stalled);
        }
        let header_since = self.header_since.load(Ordering::Acquire);
        if header_since > 0 && !self.is_multiplexed.load(Ordering::Acquire) {
            return has_passed(limits.header_timeout, header_since);
        }
        has_passed(limits.idle_timeout, self.idle_since.load(Ordering::Acquire))
    }

    /// Returns `true` if the connection must close after its current requests. Registers the waker for that.
    pub(crate) fn poll_stopping(&self, context: &Context<'_>) -> bool {
        self.waker.register(context.waker());
        self.is_stopping.load(Ordering::Acquire)
    }

    /// Records that bytes have arrived.
    pub(super) fn record_read(&self, monitor: &Monitor) {
        if self.header_since.load(Ordering::Relaxed) == 0 && self.requests.load(Ordering::Relaxed) == 0 {
            self.header_since.store(monitor.now(), Ordering::Release);
        }
    }

    /// Records whether a write is pending.
    pub(super) fn record_write(&self, is_pending: bool, monitor: &Monitor) {
        let is_stalled = self.write_stalled_since.load(Ordering::Relaxed) != 0;
        // The first pending write counts: since then, nothing has been read.
        if is_pending && !is_stalled {
            self.write_stalled_since.store(monitor.now(), Ordering::Release);
        } else if !is_pending && is_stalled {
            self.write_stalled_since.store(0, Ordering::Release);
        }
    }
}

/// A request on a connection, from its head to the end of its answer.
pub(crate) struct RequestGuard {
    monitor: Arc<Monitor>,
    state: Arc<ConnState>,
}

impl RequestGuard {
    pub(crate) fn begin(monitor: &Arc<Monitor>, state: &Arc<ConnState>, is_multiplexed: bool) -> Self {
        state.requests.fetch_add(1, Ordering::AcqRel);
        state.header_since.store(0, Ordering::Release);
        state.is_multiplexed.store(is_multiplexed, Ordering::Release);
        Self { monitor: Arc::clone(monitor), state: Arc::clone(state) }
    }

    /// Starts to monitor how long a body waits for its client to read.
    pub(crate) fn track_body(&self) -> BodyPoll {
        let poll = Arc::new(AtomicU32::new(self.monitor.now()));
        let mut polls = lock(&self.state.body_polls);
        polls.retain(|poll| poll.strong_count() > 0);
        polls.push(Arc::downgrade(&poll));
        poll
    }

    /// Records that the client reads more of a body.
    pub(crate) fn record_poll(&self, poll: &BodyPoll) {
        poll.store(self.monitor.now(), Ordering::Release);
    }
}

/// The tick of the last poll of a body.
pub(crate) type BodyPoll = Arc<AtomicU32>;

impl Drop for RequestGuard {
    fn drop(&mut self) {
        self.state.idle_since.store(self.monitor.now(), Ordering::Release);
        self.state.header_since.store(0, Ordering::Release);
        self.state.requests.fetch_sub(1, Ordering::AcqRel);
    }
}
