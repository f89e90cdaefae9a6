//! The streams of one session.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::http::legacy::event_id::{EventId, StreamKind};
use crate::http::legacy::stream::Stream;
use crate::sync::lock;

/// Time that a stream without a connection is kept for its client to resume it.
const RESUME_WINDOW: Duration = Duration::from_secs(60);

/// Maximum number of streams of one session without a missing answer: those that have ended, and standalone ones.
const MAX_IDLE_STREAMS: usize = 16;

/// The streams of one session.
///
/// While they are locked, nothing but a single stream is locked: publishers of changes lock them.
#[derive(Debug, Default)]
pub(crate) struct Streams(Mutex<Vec<Arc<Stream>>>);

impl Streams {
    /// Keeps a stream for a client that resumes it. If there are too many, an old one is evicted.
    pub(crate) fn keep(&self, stream: &Arc<Stream>) {
        let mut streams = lock(&self.0);
        // A stream with a missing answer stays, with or without its client: there are no more of these than calls.
        let evictable = || streams.iter().enumerate().filter(|(_, stream)| !stream.has_missing_answer());
        if evictable().count() >= MAX_IDLE_STREAMS {
            let victim = evictable().find(|(_, stream)| !stream.is_attached()).or_else(|| evictable().next());
            if let Some(index) = victim.map(|(index, _)| index) {
                streams.remove(index).end();
            }
        }
        streams.push(Arc::clone(stream));
    }

    /// Returns the stream of an event.
    pub(crate) fn find(&self, id: EventId) -> Option<Arc<Stream>> {
        let streams = lock(&self.0);
        streams.iter().find(|stream| stream.number == id.stream && stream.kind == id.kind).cloned()
    }

    /// Returns the stream that changes go to: the last standalone one with a connection. An earlier connection may have
    /// been lost unnoticed.
    pub(crate) fn for_changes(&self) -> Option<Arc<Stream>> {
        let streams = lock(&self.0);
        let mut standalone = streams.iter().rev().filter(|stream| stream.kind == StreamKind::Standalone);
        standalone.find(|stream| stream.is_attached()).cloned()
    }

    /// Ends the standalone streams.
    pub(crate) fn end_standalone(&self) {
        let streams = lock(&self.0);
        streams.iter().filter(|stream| stream.kind == StreamKind::Standalone).for_each(|stream| stream.end());
    }

    pub(crate) fn end_all(&self) {
        lock(&self.0).drain(..).for_each(|stream| stream.end());
    }

    /// Drops streams that no client has resumed in time.
    pub(crate) fn drop_abandoned(&self, session_idle_timeout: Duration) {
        lock(&self.0).retain(|stream| !stream.is_abandoned(RESUME_WINDOW.min(session_idle_timeout)));
    }

    pub(crate) fn is_empty(&self) -> bool {
        lock(&self.0).is_empty()
    }
}
