//! Connections: what each of them is doing, and the end of those that do nothing for too long.
//!
//! hyper has a timer for the head of each request, which costs more than the rest of a small one. Here one task looks at
//! all connections from time to time, and a connection only notes what happens to it.

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

/// How often connections are looked at: times are kept to within this.
const TICK: Duration = Duration::from_millis(500);

/// How long a connection that is closed is read from, for the client to read what it was told last.
const LINGERING: Duration = Duration::from_secs(2);

/// How many bytes are read of it, at the most.
const MOST_LINGERING: usize = 16 << 20;

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
    watched: Weak<ConnState>,
    task: Option<AbortHandle>,
}

/// What one connection is doing.
#[derive(Debug)]
pub(crate) struct ConnState {
    /// Requests that are not answered to their end.
    requests: AtomicU32,
    /// Since when it waits for a request; in ticks.
    idle: AtomicU32,
    /// Since when part of a head has been there; 0 for none.
    head: AtomicU32,
    /// Since when the client has read nothing of what waits for it; 0 for not at all.
    stuck: AtomicU32,
    /// It speaks HTTP/2, which says more than requests.
    is_multiplexed: AtomicBool,
    /// The bodies on a connection of HTTP/2, whose client may take nothing of one of them and read all the same.
    waits: Mutex<Vec<Weak<AtomicU32>>>,
    is_stopping: AtomicBool,
    waker: AtomicWaker,
}

impl Monitor {
    /// Watches from here on.
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

    /// Watches another connection, which `serve` serves.
    pub(crate) fn add(self: &Arc<Self>, serve: impl FnOnce(Arc<ConnState>) -> AbortHandle) {
        let watched = Arc::new(ConnState {
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
        // It is known before it is served, so that it is not missed when the server stops at this moment.
        self.table().insert(number, MonitoredConn { watched: Arc::downgrade(&watched), task: None });
        let task = serve(watched);
        if let Some(known) = self.table().get_mut(&number) {
            known.task = Some(task);
        }
    }

    /// Has every connection end once it has answered what it was asked.
    pub(crate) fn stop(&self) {
        self.is_stopping.store(true, Ordering::Release);
        for watched in self.table().values().filter_map(|known| known.watched.upgrade()) {
            watched.is_stopping.store(true, Ordering::Release);
            watched.waker.wake();
        }
    }

    /// Ends every connection now; tells how many there were.
    pub(crate) fn abort(&self) -> usize {
        let mut table = self.table();
        table.values().filter_map(|known| known.task.as_ref()).for_each(AbortHandle::abort);
        let count = table.len();
        table.clear();
        count
    }

    /// Waits until there is no connection.
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

    /// Ends the connections that do nothing for too long.
    fn look(&self) {
        let now = self.now.fetch_add(1, Ordering::AcqRel) + 1;
        self.forget_ended();
        for known in self.table().values() {
            let (Some(watched), Some(task)) = (known.watched.upgrade(), &known.task) else { continue };
            if watched.is_over(now, &self.limits) {
                task.abort();
            }
        }
    }

    fn forget_ended(&self) {
        let mut table = self.table();
        table.retain(|_, known| known.watched.strong_count() > 0);
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
        // Part of the first tick was over already: what has to last for some time lasts no less.
        let longer = |since: u32, time: Duration| TICK * now.saturating_sub(since).saturating_sub(1) >= time;
        let stuck = self.stuck.load(Ordering::Acquire);
        if stuck > 0 && longer(stuck, limits.write_timeout) {
            return true;
        }
        if self.requests.load(Ordering::Acquire) > 0 {
            // A quiet stream is asked for more whenever it has to be kept alive.
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

    /// Whether it is to end, once it has answered what it was asked. Whoever asks is woken when it is.
    pub(crate) fn stops(&self, context: &Context<'_>) -> bool {
        self.waker.register(context.waker());
        self.is_stopping.load(Ordering::Acquire)
    }
}

/// A request on a connection, from its head to the end of its answer.
pub(crate) struct RequestGuard {
    watch: Arc<Monitor>,
    watched: Arc<ConnState>,
}

impl RequestGuard {
    pub(crate) fn begin(watch: &Arc<Monitor>, watched: &Arc<ConnState>, is_multiplexed: bool) -> Self {
        watched.requests.fetch_add(1, Ordering::AcqRel);
        watched.head.store(0, Ordering::Release);
        watched.is_multiplexed.store(is_multiplexed, Ordering::Release);
        Self { watch: Arc::clone(watch), watched: Arc::clone(watched) }
    }
}

impl RequestGuard {
    /// Has the connection watch how long a body waits for its client to take some of it.
    pub(crate) fn wait(&self) -> Wait {
        let wait = Arc::new(AtomicU32::new(self.watch.now()));
        let mut waits = self.watched.waits();
        waits.retain(|wait| wait.strong_count() > 0);
        waits.push(Arc::downgrade(&wait));
        wait
    }

    /// The client takes more of a body.
    pub(crate) fn note(&self, wait: &Wait) {
        wait.store(self.watch.now(), Ordering::Release);
    }
}

/// When a body was last asked for more of it; in ticks.
pub(crate) type Wait = Arc<AtomicU32>;

impl Drop for RequestGuard {
    fn drop(&mut self) {
        self.watched.idle.store(self.watch.now(), Ordering::Release);
        self.watched.head.store(0, Ordering::Release);
        self.watched.requests.fetch_sub(1, Ordering::AcqRel);
    }
}

/// What a connection is read from and written to, which notes what happens.
pub(crate) struct MonitoredIo<S: Stream> {
    /// There until it is dropped.
    stream: Option<S>,
    watch: Arc<Monitor>,
    watched: Arc<ConnState>,
    /// One of the connections that there may be at a time, for as long as there is anything of it.
    permit: Option<OwnedSemaphorePermit>,
    /// The client has said that it sends nothing more.
    has_ended: bool,
    /// The client was told that it gets nothing more.
    is_shut: bool,
}

/// What carries the bytes of a connection.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Stream for S {}

impl<S: Stream> MonitoredIo<S> {
    pub(crate) fn new(
        stream: S,
        watch: Arc<Monitor>,
        watched: Arc<ConnState>,
        permit: OwnedSemaphorePermit,
    ) -> Self {
        let (stream, permit) = (Some(stream), Some(permit));
        Self { stream, watch, watched, permit, has_ended: false, is_shut: false }
    }

    fn stream(&mut self) -> Pin<&mut S> {
        Pin::new(self.stream.as_mut().expect("it is there until it is dropped"))
    }

    fn note_write<T>(&self, poll: Poll<T>) -> Poll<T> {
        let stuck = &self.watched.stuck;
        match &poll {
            // Only the first time counts: since then, nothing has been read.
            Poll::Pending if stuck.load(Ordering::Relaxed) == 0 => {
                stuck.store(self.watch.now(), Ordering::Release);
            }
            Poll::Ready(_) if stuck.load(Ordering::Relaxed) != 0 => stuck.store(0, Ordering::Release),
            _ => {}
        }
        poll
    }
}

impl<S: Stream> Drop for MonitoredIo<S> {
    /// A client that is still sending when its connection is closed would not get to read why: the rest is taken, for a
    /// while.
    fn drop(&mut self) {
        if self.is_shut
            && !self.has_ended
            && let Some(stream) = self.stream.take()
        {
            tokio::spawn(linger(stream, self.permit.take()));
        }
    }
}

/// Reads on until the client has read what it was told, and closes its end; but not for ever.
async fn linger(mut stream: impl Stream, _permit: Option<OwnedSemaphorePermit>) {
    let mut nothing = [0; 8 << 10];
    let reading = async {
        let mut left = MOST_LINGERING;
        while left > 0 {
            match stream.read(&mut nothing).await {
                Ok(length) if length > 0 => left = left.saturating_sub(length),
                _ => return,
            }
        }
    };
    // Whoever takes longer has had the time.
    let _ = tokio::time::timeout(LINGERING, reading).await;
}

impl<S: Stream> AsyncRead for MonitoredIo<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let poll = self.stream().poll_read(context, buffer);
        let has_read = buffer.filled().len() > before;
        self.has_ended |= poll.is_ready() && !has_read && buffer.remaining() > 0;
        let watched = &self.watched;
        if has_read
            && watched.head.load(Ordering::Relaxed) == 0
            && watched.requests.load(Ordering::Relaxed) == 0
        {
            watched.head.store(self.watch.now(), Ordering::Release);
        }
        poll
    }
}

impl<S: Stream> AsyncWrite for MonitoredIo<S> {
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
