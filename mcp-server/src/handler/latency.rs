//! How quickly a handler has run so far.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// How quick a handler has been so far.
///
/// A handler is begun on the thread that reads messages only once it has shown that it keeps nobody waiting:
/// that saves the way to another thread, which costs more than a small handler itself.
#[derive(Debug, Default)]
pub(crate) struct LatencyStats(AtomicU32);

impl LatencyStats {
    /// This many quick runs in a row make a handler a quick one.
    const ENOUGH: u32 = 32;
    /// A run is quick up to this time.
    const QUICK: Duration = Duration::from_micros(200);

    pub(crate) fn is_quick(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= Self::ENOUGH
    }

    pub(crate) fn record(&self, time: Duration) {
        if time > Self::QUICK {
            self.0.store(0, Ordering::Relaxed);
        } else if !self.is_quick() {
            // Two threads may count at once: one run more or less does not matter.
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}
