//! A client on one stream of lines: the part that all transports of lines share.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use futures::future::BoxFuture;
use mcpwright_core::message::Decoder;
use mcpwright_core::{DecodeError, Message, Notification};
use mcpwright_server::{
    Action, Caller, CloseReason, Connection, Extensions, Received, Server, Serving, TransportMetadata,
};
use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::calls::gate::CallSink;
use crate::calls::owner::{CallOwner, RunEnd};
use crate::calls::run;
use crate::calls::table::{Calls, PendingCall};
use crate::lines::end::End;
use crate::lines::line_decoder::Line;
use crate::lines::reader_lease::ReaderLease;
use crate::lines::write_buffer::WriteBuffer;
use crate::runtime::{TokioRuntime, shut_down};
use crate::sync::lock;

/// A client on one stream of lines.
#[derive(Debug)]
pub(crate) struct LineSession {
    server: Server,
    runtime: TokioRuntime,
    /// Held by each task of a call, so that the remaining tasks can be counted.
    tasks: Arc<()>,
    /// Incremented with every read, and when what was read has been answered.
    reads: AtomicU64,
    /// The process is shutting down: no new call starts.
    is_stopping: AtomicBool,
    connection: Mutex<Connection>,
    metadata: LineMetadata,
    /// The calls that have been read and not started.
    queue: Mutex<VecDeque<PendingCall<LineSink>>>,
    /// There are changes that have not been sent to the client.
    has_changes: AtomicBool,
    calls: Calls<LineSink>,
    pub(crate) output: WriteBuffer,
    /// The number of reads whose messages are still being handled.
    busy: AtomicUsize,
    /// Notified when a call ends, and when all messages of a read have been handled.
    progress: Notify,
}

/// The values of all requests of a session. There are some only in tests.
#[derive(Debug)]
struct LineMetadata(Extensions);

impl TransportMetadata for LineMetadata {
    fn extensions(&self) -> Extensions {
        self.0.clone()
    }
}

/// The destination of notifications: the lines of the session.
#[derive(Debug)]
pub(crate) struct LineSink(Arc<LineSession>);

impl LineSession {
    /// Creates a session in which no message has been exchanged.
    pub(crate) fn new(server: Server, runtime: &TokioRuntime) -> Arc<Self> {
        Self::with_caller(server, runtime, Caller::anonymous(), Extensions::default())
    }

    /// Creates a session of this caller, with values that all its requests have.
    pub(crate) fn with_caller(
        server: Server,
        runtime: &TokioRuntime,
        caller: Caller,
        extensions: Extensions,
    ) -> Arc<Self> {
        let server = server.with_runtime(Arc::new(runtime.clone()));
        let session = Arc::new(Self {
            connection: Mutex::new(server.connect(caller)),
            metadata: LineMetadata(extensions),
            runtime: runtime.clone(),
            tasks: Arc::default(),
            reads: AtomicU64::new(0),
            is_stopping: AtomicBool::new(false),
            queue: Mutex::default(),
            has_changes: AtomicBool::new(false),
            calls: Calls::default(),
            output: WriteBuffer::default(),
            busy: AtomicUsize::new(0),
            progress: Notify::new(),
            server,
        });
        let weak = Arc::downgrade(&session);
        let listening = session.connection().listen(move || {
            // The writer takes the changes as soon as the client reads: the publisher does not wait for that.
            if let Some(session) = weak.upgrade() {
                session.has_changes.store(true, Ordering::SeqCst);
                session.output.wake();
            }
        });
        debug_assert!(listening.is_ok(), "a new connection has no session");
        session
    }

    /// Handles a line. Appends the immediate answer to the output without waking the writer.
    pub(crate) fn handle(self: &Arc<Self>, line: &Line<'_>, decoder: &mut Decoder) {
        self.receive(match line {
            Line::Complete(line) => decoder.decode(line),
            Line::TooLong => Err(DecodeError::too_long()),
        });
    }

    /// Handles the last line, which has no line end. An incomplete message is dropped without an answer.
    pub(crate) fn handle_last(self: &Arc<Self>, line: &Line<'_>, decoder: &mut Decoder) {
        if let Line::Complete(line) = line
            && let Ok(message) = decoder.decode(line)
        {
            self.receive(Ok(message));
        }
    }

    fn receive(self: &Arc<Self>, message: Result<Message, DecodeError>) {
        if self.is_stopping.load(Ordering::Acquire) {
            return;
        }
        // Locked until everything is in the output: messages go out in the order in which they happened to the
        // connection, so no change overtakes the acknowledgement of its subscription.
        let mut connection = self.connection();
        let actions = match connection.receive_with(message, &self.metadata) {
            Received::Call(call) => {
                let pending = self.calls.register(call, LineSink(Arc::clone(self)));
                return lock(&self.queue).push_back(pending);
            }
            received => received.into_actions(),
        };
        for action in actions {
            match action {
                Action::Run(call) => {
                    let sink = || LineSink(Arc::clone(self));
                    let pending = self.calls.register_or_resume(call, sink);
                    lock(&self.queue).push_back(pending);
                }
                Action::Cancel { call: id, rest_of_batch } => {
                    rest_of_batch.iter().for_each(|message| self.append(message));
                    lock(&self.queue).retain(|pending| pending.call.call_id() != id);
                    self.calls.cancel(id);
                    self.progress.notify_waiters();
                }
                other => self.append_messages([other]),
            }
        }
    }

    /// Starts the calls that have been read, until another thread takes over.
    pub(crate) fn start_calls(self: &Arc<Self>, lease: &ReaderLease) {
        // The queue is unlocked before a call starts.
        let next = || lock(&self.queue).pop_front();
        while let Some(call) = next() {
            lease.run_on(|| run::start(self, call, || Arc::clone(&self.tasks)));
            if lease.is_over() {
                // The thread that took over may be waiting for the client, and not about to write.
                self.output.wake();
                return;
            }
        }
    }

    /// Starts the queued calls on the runtime: a handler blocks the thread that was to start them.
    pub(crate) fn start_calls_on_runtime(self: &Arc<Self>) {
        let calls = std::mem::take(&mut *lock(&self.queue));
        for call in calls {
            run::spawn(self, call, Arc::clone(&self.tasks));
        }
    }

    /// Appends the changes to the output, if it is empty enough. Returns `true` if there were any.
    pub(crate) fn append_changes(&self) -> bool {
        if !self.has_changes.load(Ordering::SeqCst) {
            return false;
        }
        self.append_changes_of(&mut self.connection())
    }

    /// Does the same with the locked connection.
    fn append_changes_of(&self, connection: &mut Connection) -> bool {
        let appends = self.has_changes.load(Ordering::SeqCst)
            && self.output.has_room()
            && self.has_changes.swap(false, Ordering::SeqCst);
        if appends {
            self.append_messages(connection.changes());
        }
        appends
    }

    fn append_messages(&self, actions: impl IntoIterator<Item = Action>) {
        for action in actions {
            match action {
                Action::Send(message) | Action::SendFor { message, .. } => self.append(&message),
                Action::Overloaded(response) => self.append(&response.into()),
                _ => {}
            }
        }
    }

    fn append(&self, message: &Message) {
        self.output.append(|lines| message.encode(lines));
    }

    /// Marks the start or the end of handling what was read.
    pub(crate) fn set_busy(&self, is_busy: bool) {
        self.reads.fetch_add(1, Ordering::Relaxed);
        if is_busy {
            self.busy.fetch_add(1, Ordering::AcqRel);
        } else {
            self.busy.fetch_sub(1, Ordering::AcqRel);
            self.progress.notify_waiters();
        }
    }

    /// Returns the runtime of the handlers, for threads outside of it.
    pub(crate) fn runtime_handle(&self) -> &Handle {
        self.runtime.handle()
    }

    /// Lets running calls finish for this long, cancels the rest, and closes the output. Returns `true` if all finished.
    pub(crate) async fn drain(&self, timeout: Duration, reason: CloseReason) -> bool {
        let has_finished = tokio::time::timeout(timeout, self.idle()).await.is_ok();
        let cancelled = self.cancel_all();
        if cancelled > 0 {
            tracing::warn!(calls = cancelled, ?timeout, "cancelled calls that did not end in time");
        }
        self.close_connection(reason);
        self.output.close();
        has_finished
    }

    /// Ends the subscriptions and fails the calls that wait for the client.
    fn close_connection(&self, reason: CloseReason) {
        let mut connection = self.connection();
        self.append_messages(connection.close(reason));
    }

    /// Cancels all calls. Returns the number of calls that ran.
    pub(crate) fn cancel_all(&self) -> usize {
        lock(&self.queue).clear();
        let (_, running) = self.calls.cancel_all();
        self.progress.notify_waiters();
        running
    }

    /// Ends the server: no client remains that could request its tasks here.
    pub(crate) async fn shut_down(&self, serving: Serving, timeout: Duration) {
        shut_down(&self.server, serving, &self.runtime, timeout).await;
    }

    /// Returns the end of a session whose input has ended.
    pub(crate) fn end_of_input(&self) -> End {
        if self.connection().has_client() { End::Disconnected } else { End::NoClient }
    }

    /// Stops starting new calls.
    pub(crate) fn stop(&self) {
        self.is_stopping.store(true, Ordering::Release);
    }

    /// Returns a number that changes with every read, and when what was read has been answered.
    pub(crate) fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    /// Returns `true` if a handler still runs, even if no client waits for it: the end of the runtime would wait for it.
    pub(crate) fn is_busy(&self) -> bool {
        Arc::strong_count(&self.tasks) > 1 || self.runtime.is_busy() || self.busy.load(Ordering::Acquire) > 0
    }

    async fn idle(&self) {
        loop {
            let progress = self.progress.notified();
            if self.busy.load(Ordering::Acquire) == 0 && self.connection().is_idle() {
                return;
            }
            progress.await;
        }
    }
}

impl CallOwner for LineSession {
    type Sink = LineSink;

    fn server(&self) -> &Server {
        &self.server
    }

    fn runtime(&self) -> &TokioRuntime {
        &self.runtime
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        lock(&self.connection)
    }

    fn calls(&self) -> &Calls<LineSink> {
        &self.calls
    }

    fn send(&self, _: &LineSink, message: &Message) {
        self.append(message);
    }

    fn send_changes(&self, connection: &mut Connection) {
        self.append_changes_of(connection);
    }

    fn shutdown(&self) -> BoxFuture<'static, ()> {
        // The tasks are aborted one by one.
        Box::pin(std::future::pending())
    }

    fn run_ended(&self, _: &LineSink, end: RunEnd) {
        if end.in_task {
            self.output.wake();
        }
        if end.has_ended {
            self.progress.notify_waiters();
        }
    }
}

impl CallSink for LineSink {
    fn notify(&self, notification: Notification) {
        let output = &self.0.output;
        if output.has_room() {
            output.append(|line| notification.encode(line));
            output.wake();
        }
    }
}
