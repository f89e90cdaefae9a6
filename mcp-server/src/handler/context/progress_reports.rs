//! The progress of a call: increasing, and at a limited rate.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use mcpwright_core::{ProgressParams, method};

use crate::handler::context::{Context, ContextState};
use crate::runtime::Runtime;
use crate::sync::lock;

/// The time in which the number of reports is limited.
const SECOND: Duration = Duration::from_secs(1);

/// The largest number of reports per second that is a limit.
const LARGEST_RATE: usize = 1000;

/// The rate of the progress reports of a call whose client wants them.
pub(crate) struct ProgressRate {
    runtime: Arc<dyn Runtime>,
    /// The maximum number of reports in any second.
    per_second: usize,
}

/// The progress that a call has reported.
pub(super) struct ProgressReports {
    /// The last number. The protocol requires that it increases.
    pub(super) last: f64,
    /// `None` until the first report.
    pacing: Option<Box<Pacing>>,
}

/// The reports that were sent within the last second, and the one that waits.
#[derive(Default)]
struct Pacing {
    sent: VecDeque<Instant>,
    /// The number of reports that may still be sent without a distance in time.
    burst: usize,
    /// The latest report, if it came too early. A later one replaces it.
    held: Option<ProgressParams>,
    /// A timer runs that sends the held report.
    has_timer: bool,
}

impl ProgressRate {
    pub(crate) fn new(runtime: &Arc<dyn Runtime>, per_second: usize) -> Self {
        Self { runtime: Arc::clone(runtime), per_second }
    }
}

impl ProgressReports {
    pub(super) fn new(last: f64) -> Self {
        Self { last, pacing: None }
    }
}

impl Pacing {
    /// Returns the time until a report may be sent. `None` if it may be sent now.
    fn wait(&mut self, now: Instant, per_second: usize) -> Option<Duration> {
        while self.sent.front().is_some_and(|sent| now.saturating_duration_since(*sent) >= SECOND) {
            self.sent.pop_front();
        }
        let since = |sent: &Instant| now.saturating_duration_since(*sent);
        let distance = SECOND / u32::try_from(per_second).unwrap_or(u32::MAX);
        let until_distant = match self.sent.back() {
            Some(last) if self.burst == 0 => distance.saturating_sub(since(last)),
            _ => Duration::ZERO,
        };
        let until_room = match self.sent.front() {
            Some(first) if self.sent.len() >= per_second => SECOND.saturating_sub(since(first)),
            _ => Duration::ZERO,
        };
        Some(until_distant.max(until_room)).filter(|wait| !wait.is_zero())
    }

    fn record(&mut self, now: Instant) {
        self.sent.push_back(now);
        self.burst = self.burst.saturating_sub(1);
        self.held = None;
    }
}

impl Context {
    /// Sends a report, or holds it back if there were too many within the last second. It must be locked until then, so that
    /// the reports of two threads arrive in increasing order.
    pub(super) fn pace(&self, reports: &mut ProgressReports, params: ProgressParams) {
        let Some(rate) = self.0.progress_rate.as_ref().filter(|rate| rate.per_second <= LARGEST_RATE) else {
            return self.send(method::PROGRESS, &params);
        };
        let new = || Box::new(Pacing { burst: rate.per_second, ..Pacing::default() });
        let (pacing, now) = (reports.pacing.get_or_insert_with(new), rate.runtime.now());
        match pacing.wait(now, rate.per_second) {
            None => {
                pacing.record(now);
                self.send(method::PROGRESS, &params);
            }
            Some(wait) => {
                pacing.held = Some(params);
                // Only a call that reports faster than the limit has a timer, and one at a time.
                if !std::mem::replace(&mut pacing.has_timer, true) {
                    let timer = send_later(Arc::downgrade(&self.0), Arc::clone(&rate.runtime), wait);
                    rate.runtime.spawn(Box::pin(timer));
                }
            }
        }
    }

    /// Sends the report that is held back: the call is about to be answered.
    pub(crate) fn flush_progress(&self) {
        let Some(rate) = &self.0.progress_rate else { return };
        let mut reports = lock(&self.0.progress);
        if let Some(pacing) = &mut reports.pacing
            && let Some(params) = pacing.held.take()
        {
            pacing.record(rate.runtime.now());
            self.send(method::PROGRESS, &params);
        }
    }

    /// Sends the report that is held back if its time has come. Returns the time to wait otherwise.
    fn send_held(&self) -> Option<Duration> {
        let rate = self.0.progress_rate.as_ref()?;
        let mut reports = lock(&self.0.progress);
        let pacing = reports.pacing.as_mut()?;
        let now = rate.runtime.now();
        let wait = pacing.held.is_some().then(|| pacing.wait(now, rate.per_second)).flatten();
        if wait.is_none() {
            pacing.has_timer = false;
            if let Some(params) = pacing.held.take() {
                pacing.record(now);
                self.send(method::PROGRESS, &params);
            }
        }
        wait
    }
}

/// Sends the report that a call holds back, unless the call has ended by then.
async fn send_later(call: Weak<ContextState>, runtime: Arc<dyn Runtime>, wait: Duration) {
    let mut wait = wait;
    loop {
        runtime.sleep(wait).await;
        let Some(context) = call.upgrade().map(Context) else { return };
        match context.send_held() {
            Some(longer) => wait = longer,
            None => return,
        }
    }
}
