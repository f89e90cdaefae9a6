//! Monitoring of connections: those that make no progress for too long are closed.
//!
//! hyper's timer for the head of each request costs more than the rest of a small request. Here one task checks all
//! connections periodically, and a connection only stores timestamps.

use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio::task::AbortHandle;

use crate::http::limits::Limits;

/// Interval of the checks, and so the precision of the timeouts.
const TICK: Duration = Duration::from_millis(500);

/// Time that a closed connection is still read from, so that the client can read the last answer.
const LINGERING: Duration = Duration::from_secs(2);

/// Maximum number of bytes that are read from it.
const MAX_LINGERING_BYTES: usize = 16 << 20;

/// The connections of a server.
pub(crate) struct Monitor {
    table: Mutex<HashMap<u64, MonitoredConn>>,
    next: AtomicU64,
    /// The time, in ticks.
    now: AtomicU32,
    is_stopping: AtomicBool,
    empty: Notify,
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
    /// The tick since which it is waiting for a request.
    idle: AtomicU32,
    /// The tick since which part of a head has arrived; 0 for none.
    head: AtomicU32,
    /// The tick since which the client has read nothing of the pending output; 0 for no pending output.
    stuck: AtomicU32,
    /// The connection is HTTP/2, which has more than requests.
    is_multiplexed: AtomicBool,
    /// The bodies on an HTTP/2 connection, whose client may stall one of them and read others.
    waits: Mutex<Vec<Weak<AtomicU32>>>,
    is_stopping: AtomicBool,
    waker: AtomicWaker,
}

impl Monitor {
    /// Starts a monitor.
    pub(crate) fn new(limits: Limits) -> Arc<Self> {
        let watch = Arc::new(Self {
            table: Mutex::default(),
            next: AtomicU64::new(0),
            now: AtomicU32::new(1),
            is_stopping: AtomicBool::new(false),
            empty: Notify::new(),
            limits,
        });
        let weak = Arc::downgrade(&watch);
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(TICK);
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                let Some(watch) = weak.upgrade() else { return };
                watch.look();
            }
        });
        watch
    }

    /// Adds a connection, which `serve` serves.
    pub(crate) fn add(self: &Arc<Self>, serve: impl FnOnce(Arc<ConnState>) -> AbortHandle) {
        let state = Arc::new(ConnState {
            requests: AtomicU32::new(0),
            idle: AtomicU32::new(self.now()),
            head: AtomicU32::new(0),
            stuck: AtomicU32::new(0),
            is_multiplexed: AtomicBool::new(false),
            waits: Mutex::default(),
            is_stopping: AtomicBool::new(self.is_stopping.load(Ordering::Acquire)),
            waker: AtomicWaker::new(),
        });
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        // Added before it is served, so that a shutdown at this moment does not miss it.
        self.table().insert(number, MonitoredConn { state: Arc::downgrade(&state), task: None });
        let task = serve(state);
        if let Some(conn) = self.table().get_mut(&number) {
            conn.task = Some(task);
        }
    }

    /// Closes every connection once its current requests are answered.
    pub(crate) fn stop(&self) {
        self.is_stopping.store(true, Ordering::Release);
        for state in self.table().values().filter_map(|conn| conn.state.upgrade()) {
            state.is_stopping.store(true, Ordering::Release);
            state.waker.wake();
        }
    }

    /// Closes every connection now. Returns their number.
    pub(crate) fn abort(&self) -> usize {
        let mut table = self.table();
        table.values().filter_map(|conn| conn.task.as_ref()).for_each(AbortHandle::abort);
        let count = table.len();
        table.clear();
        count
    }

    /// Waits until no connection is open.
    pub(crate) async fn empty(&self) {
        loop {
            let empty = self.empty.notified();
            self.forget_ended();
            if self.table().is_empty() {
                return;
            }
            let _ = tokio::time::timeout(TICK, empty).await;
        }
    }

    /// Closes the connections that have made no progress for too long.
    fn look(&self) {
        let now = self.now.fetch_add(1, Ordering::AcqRel) + 1;
        self.forget_ended();
        for conn in self.table().values() {
            let (Some(state), Some(task)) = (conn.state.upgrade(), &conn.task) else { continue };
            if state.is_over(now, &self.limits) {
                task.abort();
            }
        }
    }

    fn forget_ended(&self) {
        let mut table = self.table();
        table.retain(|_, conn| conn.state.strong_count() > 0);
        if table.is_empty() {
            self.empty.notify_waiters();
        }
    }

    fn now(&self) -> u32 {
        self.now.load(Ordering::Relaxed)
    }

    fn table(&self) -> MutexGuard<'_, HashMap<u64, MonitoredConn>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ConnState {
    fn is_over(&self, now: u32, limits: &Limits) -> bool {
        // Part of the first tick had passed already: a timeout never fires early.
        let longer = |since: u32, time: Duration| TICK * now.saturating_sub(since).saturating_sub(1) >= time;
        let stuck = self.stuck.load(Ordering::Acquire);
        if stuck > 0 && longer(stuck, limits.write_timeout) {
            return true;
        }
        if self.requests.load(Ordering::Acquire) > 0 {
            // A quiet stream is polled for every keep-alive comment.
            let patience = limits.write_timeout + limits.keep_alive_interval;
            let is_left = |wait: Arc<AtomicU32>| longer(wait.load(Ordering::Acquire), patience);
            return self.waits().iter().filter_map(Weak::upgrade).any(is_left);
        }
        let head = self.head.load(Ordering::Acquire);
        if head > 0 && !self.is_multiplexed.load(Ordering::Acquire) {
            return longer(head, limits.header_timeout);
        }
        longer(self.idle.load(Ordering::Acquire), limits.idle_timeout)
    }

    fn waits(&self) -> MutexGuard<'_, Vec<Weak<AtomicU32>>> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns `true` if the connection must close after its current requests. Registers the waker for that.
    pub(crate) fn stops(&self, context: &Context<'_>) -> bool {
        self.waker.register(context.waker());
        self.is_stopping.load(Ordering::Acquire)
    }
}

/// A request on a connection, from its head to the end of its answer.
pub(crate) struct RequestGuard {
    watch: Arc<Monitor>,
    state: Arc<ConnState>,
}

impl RequestGuard {
    pub(crate) fn begin(watch: &Arc<Monitor>, state: &Arc<ConnState>, is_multiplexed: bool) -> Self {
        state.requests.fetch_add(1, Ordering::AcqRel);
        state.head.store(0, Ordering::Release);
        state.is_multiplexed.store(is_multiplexed, Ordering::Release);
        Self { watch: Arc::clone(watch), state: Arc::clone(state) }
    }
}

impl RequestGuard {
    /// Starts to monitor how long a body waits for its client to read.
    pub(crate) fn wait(&self) -> Wait {
        let wait = Arc::new(AtomicU32::new(self.watch.now()));
        let mut waits = self.state.waits();
        waits.retain(|wait| wait.strong_count() > 0);
        waits.push(Arc::downgrade(&wait));
        wait
    }

    /// Records that the client reads more of a body.
    pub(crate) fn note(&self, wait: &Wait) {
        wait.store(self.watch.now(), Ordering::Release);
    }
}

/// The tick of the last poll of a body.
pub(crate) type Wait = Arc<AtomicU32>;

impl Drop for RequestGuard {
    fn drop(&mut self) {
        self.state.idle.store(self.watch.now(), Ordering::Release);
        self.state.head.store(0, Ordering::Release);
        self.state.requests.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The stream of a connection, with timestamps of its progress.
pub(crate) struct MonitoredIo<S: ByteStream> {
    /// `Some` until it is dropped.
    stream: Option<S>,
    watch: Arc<Monitor>,
    state: Arc<ConnState>,
    /// Counts the connection until it is completely closed.
    permit: Option<OwnedSemaphorePermit>,
    /// The client has closed its sending side.
    has_ended: bool,
    /// The sending side of the server is closed.
    is_shut: bool,
}

/// A byte stream: TCP, or TLS over it.
pub(crate) trait ByteStream: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> ByteStream for S {}

impl<S: ByteStream> MonitoredIo<S> {
    pub(crate) fn new(
        stream: S,
        watch: Arc<Monitor>,
        state: Arc<ConnState>,
        permit: OwnedSemaphorePermit,
    ) -> Self {
        let (stream, permit) = (Some(stream), Some(permit));
        Self { stream, watch, state, permit, has_ended: false, is_shut: false }
    }

    fn stream(&mut self) -> Pin<&mut S> {
        Pin::new(self.stream.as_mut().expect("the stream is there until this is dropped"))
    }

    fn note_write<T>(&self, poll: Poll<T>) -> Poll<T> {
        let stuck = &self.state.stuck;
        match &poll {
            // The first time counts: since then, nothing has been read.
            Poll::Pending if stuck.load(Ordering::Relaxed) == 0 => {
                stuck.store(self.watch.now(), Ordering::Release);
            }
            Poll::Ready(_) if stuck.load(Ordering::Relaxed) != 0 => stuck.store(0, Ordering::Release),
            _ => {}
        }
        poll
    }
}

impl<S: ByteStream> Drop for MonitoredIo<S> {
    /// Reads on for a while: a client that is still sending when its connection is reset could not read the answer.
    fn drop(&mut self) {
        if self.is_shut
            && !self.has_ended
            && let Some(stream) = self.stream.take()
        {
            tokio::spawn(linger(stream, self.permit.take()));
        }
    }
}

/// Reads until the client has read the answer and closes its side, within bounds.
async fn linger(mut stream: impl ByteStream, _permit: Option<OwnedSemaphorePermit>) {
    let mut nothing = [0; 8 << 10];
    let reading = async {
        let mut left = MAX_LINGERING_BYTES;
        while left > 0 {
            match stream.read(&mut nothing).await {
                Ok(length) if length > 0 => left = left.saturating_sub(length),
                _ => return,
            }
        }
    };
    // A slower client has had its time.
    let _ = tokio::time::timeout(LINGERING, reading).await;
}

impl<S: ByteStream> AsyncRead for MonitoredIo<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let poll = self.stream().poll_read(context, buffer);
        let has_read = buffer.filled().len() > before;
        self.has_ended |= poll.is_ready() && !has_read && buffer.remaining() > 0;
        let state = &self.state;
        if has_read && state.head.load(Ordering::Relaxed) == 0 && state.requests.load(Ordering::Relaxed) == 0
        {
            state.head.store(self.watch.now(), Ordering::Release);
        }
        poll
    }
}

impl<S: ByteStream> AsyncWrite for MonitoredIo<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let poll = self.stream().poll_write(context, bytes);
        self.note_write(poll)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = self.stream().poll_write_vectored(context, slices);
        self.note_write(poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.as_ref().is_some_and(S::is_write_vectored)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = self.stream().poll_flush(context);
        self.note_write(poll)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = self.stream().poll_shutdown(context);
        self.is_shut |= poll.is_ready();
        poll
    }
}
