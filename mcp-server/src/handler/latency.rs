//! Latency of a handler's earlier runs, to decide where the next one starts.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// The number of consecutive quick runs of a handler.
///
/// A quick handler starts on the thread that reads messages: a switch to another thread would cost more than a small
/// handler itself. All other handlers start on another thread, so that they cannot delay the messages that follow.
#[derive(Debug, Default)]
pub(crate) struct LatencyStats(AtomicU32);

impl LatencyStats {
    /// Number of quick runs in a row that make a handler quick.
    const MIN_QUICK_RUNS: u32 = 32;
    /// Maximum time of one poll in a quick run.
    const MAX_QUICK_POLL: Duration = Duration::from_micros(200);

    pub(crate) fn is_quick(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= Self::MIN_QUICK_RUNS
    }

    /// Starts the measurement of a run.
    pub(crate) fn start_run(&self) -> RunLatency<'_> {
        RunLatency { stats: self, was_polled: false, is_quick: true }
    }
}

/// Measurement of one run, which counts once, when this is dropped.
///
/// A run is quick if each of its polls was: the time between polls occupies no thread.
#[derive(Debug)]
pub(crate) struct RunLatency<'a> {
    stats: &'a LatencyStats,
    was_polled: bool,
    is_quick: bool,
}

impl RunLatency<'_> {
    /// Records the time of one poll.
    pub(crate) fn record_poll(&mut self, time: Duration) {
        self.was_polled = true;
        if time > LatencyStats::MAX_QUICK_POLL {
            self.is_quick = false;
            // Applied at once, so that other calls of the handler start elsewhere before this run ends.
            self.stats.0.store(0, Ordering::Relaxed);
        }
    }
}

impl Drop for RunLatency<'_> {
    fn drop(&mut self) {
        if !self.was_polled {
            return;
        }
        if !self.is_quick {
            self.stats.0.store(0, Ordering::Relaxed);
        } else if !self.stats.is_quick() {
            // Two threads may count at the same time: one run more or less does not matter.
            self.stats.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::handler::latency::LatencyStats;

    const QUICK: Duration = Duration::from_micros(1);
    const SLOW: Duration = Duration::from_millis(1);

    fn run(stats: &LatencyStats, polls: &[Duration]) {
        let mut run = stats.start_run();
        polls.iter().for_each(|time| run.record_poll(*time));
    }

    #[test]
    fn a_run_of_many_polls_counts_once() {
        let stats = LatencyStats::default();
        run(&stats, &[QUICK; 32]);
        assert!(!stats.is_quick(), "one run counted as 32");
        for _ in 1..31 {
            run(&stats, &[QUICK]);
        }
        assert!(!stats.is_quick());
        run(&stats, &[QUICK, QUICK]);
        assert!(stats.is_quick());
    }

    #[test]
    fn one_slow_poll_makes_a_run_slow() {
        let stats = LatencyStats::default();
        (0..32).for_each(|_| run(&stats, &[QUICK]));
        let mut slow = stats.start_run();
        slow.record_poll(SLOW);
        assert!(!stats.is_quick(), "a slow poll counts before its run ends");
        (0..32).for_each(|_| run(&stats, &[QUICK]));
        slow.record_poll(QUICK);
        drop(slow);
        assert!(!stats.is_quick(), "the last quick poll does not make the run quick");
    }

    #[test]
    fn a_run_that_was_never_polled_does_not_count() {
        let stats = LatencyStats::default();
        (0..100).for_each(|_| run(&stats, &[]));
        assert!(!stats.is_quick());
    }
}
