//! Pending output: many messages in one system call, and backpressure when the client does not read.

use std::sync::{Mutex, MutexGuard};

use tokio::sync::Notify;

use crate::sync::lock;

/// Number of pending bytes above which nothing more is read, and notifications are dropped.
const MAX_PENDING_BYTES: usize = 1 << 20;

/// Lines that are pending to be written.
#[derive(Debug, Default)]
pub(crate) struct WriteBuffer {
    state: Mutex<BufferState>,
    /// Notifies the writer of output, or of the end.
    changed: Notify,
    /// Notifies the reader that there is room again, or of the end.
    room: Notify,
    /// Notified when the client has stopped reading.
    broken: Notify,
}

#[derive(Debug, Default)]
struct BufferState {
    pending: Vec<u8>,
    /// A thread is writing what it has taken: pending output follows.
    is_writing: bool,
    is_closed: bool,
    is_broken: bool,
}

/// The next step of the writer.
pub(crate) enum Next {
    /// Write these bytes, and return the buffer.
    Write(Vec<u8>),
    /// Wait for [`WriteBuffer::changed`].
    Wait,
    /// Stop: everything is written, or the client has stopped reading.
    Stop,
}

impl WriteBuffer {
    /// Appends a line. The caller must wake the writer, or be it.
    pub(crate) fn append(&self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.state();
        if !state.is_broken {
            write(&mut state.pending);
            state.pending.push(b'\n');
        }
    }

    /// Wakes the writer, unless it is writing and takes further output afterwards.
    pub(crate) fn wake(&self) {
        if !self.state().is_writing {
            self.changed.notify_one();
        }
    }

    /// Takes the pending output. `written` is the buffer that was taken before, for reuse.
    pub(crate) fn take(&self, written: Option<Vec<u8>>) -> Next {
        let mut state = self.state();
        state.is_writing &= written.is_none();
        if state.is_broken {
            return Next::Stop;
        }
        if state.is_writing {
            return Next::Wait;
        }
        if state.pending.is_empty() {
            let is_closed = state.is_closed;
            // The buffer of a long line is not kept for the short ones after it.
            if let Some(mut memory) = written.filter(|memory| memory.capacity() <= MAX_PENDING_BYTES) {
                memory.clear();
                state.pending = memory;
            }
            drop(state);
            self.room.notify_waiters();
            return if is_closed { Next::Stop } else { Next::Wait };
        }
        state.is_writing = true;
        let memory = written.map(|mut memory| {
            memory.clear();
            memory
        });
        Next::Write(std::mem::replace(&mut state.pending, memory.unwrap_or_default()))
    }

    /// Waits until there may be output.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Returns `true` if so little is pending that more may be read.
    pub(crate) fn has_room(&self) -> bool {
        let state = self.state();
        state.pending.len() < MAX_PENDING_BYTES || state.is_broken
    }

    /// Waits until there is room.
    pub(crate) async fn room(&self) {
        loop {
            let room = self.room.notified();
            if self.has_room() {
                return;
            }
            room.await;
        }
    }

    /// Closes the buffer: nothing more is appended.
    pub(crate) fn close(&self) {
        self.state().is_closed = true;
        self.changed.notify_one();
    }

    /// Drops the pending output: the client has stopped reading.
    pub(crate) fn abort(&self) {
        let mut state = self.state();
        state.is_broken = true;
        state.pending = Vec::new();
        drop(state);
        self.changed.notify_one();
        self.room.notify_waiters();
        self.broken.notify_waiters();
    }

    /// Waits until the client has stopped reading.
    pub(crate) async fn broken(&self) {
        let broken = self.broken.notified();
        if !self.is_broken() {
            broken.await;
        }
    }

    /// Returns `true` if the client has stopped reading.
    pub(crate) fn is_broken(&self) -> bool {
        self.state().is_broken
    }

    fn state(&self) -> MutexGuard<'_, BufferState> {
        lock(&self.state)
    }
}
