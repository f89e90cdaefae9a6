//! Options and measurements of a run.

use std::time::Duration;

use crate::cpu::Times;
use crate::target::Target;
use crate::workload::{Era, Workload};

/// Options of a run.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// The server.
    pub target: Target,
    /// The era of the protocol.
    pub era: Era,
    /// The workload.
    pub workload: Workload,
    /// Number of calls to measure.
    pub calls: u32,
    /// Number of requests in flight at a time: over stdio in one pipe, over HTTP each on its own connection.
    pub window: u32,
    /// Number of calls before the measurement. Their responses are checked, too.
    pub warmup: u32,
    /// Maximum time without data from the server while responses are due.
    pub timeout: Duration,
}

/// Measurements of a transport's run.
pub(crate) struct Measurement {
    pub(crate) times: Times,
    /// The latency of each measured call.
    pub(crate) latencies: Vec<Duration>,
    /// Number of responses that were parsed.
    pub(crate) parsed: u64,
}
