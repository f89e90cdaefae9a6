//! What waits to be written: many messages in one system call, and back-pressure when nobody reads.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// With more bytes than this waiting, nothing more is read, and notifications are dropped.
const HIGH_WATER: usize = 1 << 20;

/// Lines that wait to be written.
#[derive(Debug, Default)]
pub(crate) struct WriteBuffer {
    state: Mutex<State>,
    /// There is something to write, or it is over: for the one who writes.
    changed: Notify,
    /// There is room again, or it is over: for the one who reads.
    room: Notify,
    /// Nobody reads any more.
    broken: Notify,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<u8>,
    /// Somebody is writing what was taken: what waits goes after it.
    is_writing: bool,
    is_closed: bool,
    is_broken: bool,
}

/// What the one who writes is to do next.
pub(crate) enum Next {
    /// Write this, and hand the memory back.
    Write(Vec<u8>),
    /// Wait for [`WriteBuffer::changed`].
    Wait,
    /// Stop: all has been written, or nobody reads any more.
    Stop,
}

impl WriteBuffer {
    /// Adds a line; whoever writes has to be woken, or to be the caller.
    pub(crate) fn append(&self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.state();
        if !state.is_broken {
            write(&mut state.waiting);
            state.waiting.push(b'\n');
        }
    }

    /// Wakes whoever writes, unless somebody is writing and will look for more.
    pub(crate) fn wake(&self) {
        if !self.state().is_writing {
            self.changed.notify_one();
        }
    }

    /// Takes what waits; `written` is what was taken before, and is used again.
    pub(crate) fn take(&self, written: Option<Vec<u8>>) -> Next {
        let mut state = self.state();
        state.is_writing &= written.is_none();
        if state.is_broken {
            return Next::Stop;
        }
        if state.is_writing {
            return Next::Wait;
        }
        if state.waiting.is_empty() {
            let is_closed = state.is_closed;
            // A long line is the exception: its memory is not kept for the short ones after it.
            if let Some(mut memory) = written.filter(|memory| memory.capacity() <= HIGH_WATER) {
                memory.clear();
                state.waiting = memory;
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
        Next::Write(std::mem::replace(&mut state.waiting, memory.unwrap_or_default()))
    }

    /// Waits until there may be something to take.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Whether so little waits that more may be read.
    pub(crate) fn has_room(&self) -> bool {
        let state = self.state();
        state.waiting.len() < HIGH_WATER || state.is_broken
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

    /// Nothing more will be added.
    pub(crate) fn close(&self) {
        self.state().is_closed = true;
        self.changed.notify_one();
    }

    /// Nobody reads any more: what waits is dropped.
    pub(crate) fn break_off(&self) {
        let mut state = self.state();
        state.is_broken = true;
        state.waiting = Vec::new();
        drop(state);
        self.changed.notify_one();
        self.room.notify_waiters();
        self.broken.notify_waiters();
    }

    /// Waits until nobody reads any more.
    pub(crate) async fn broken(&self) {
        let broken = self.broken.notified();
        if !self.is_broken() {
            broken.await;
        }
    }

    /// Whether nobody reads any more.
    pub(crate) fn is_broken(&self) -> bool {
        self.state().is_broken
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
