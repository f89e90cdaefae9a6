//! Promotion of calls to tasks.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use mcpwright_core::ErrorObject;

use crate::call::Call;
use crate::call::outcome::{Answer, Outcome};
use crate::call::running_task::RunningTask;
use crate::handler::context::Context;
use crate::handler::task_mode::TaskMode;
use crate::incident;
use crate::runtime::poll_within;
use crate::tasks::config;
use crate::tasks::config::TaskConfig;
use crate::tasks::record::TaskRecord;
use crate::tasks::runner::TaskRunner;

/// The `resultType` of a task.
const TASK: &str = "task";

/// The result of [`decide`]: a call or a task.
#[derive(Debug)]
pub(crate) enum TaskDecision {
    /// It stays a call, with this timeout unless its tool has one.
    Call(Duration),
    /// It becomes a task.
    Task(TaskMode),
}

/// Decides if a call becomes a task. `timeouts` are that of the tool, if it has one, and the default.
///
/// Returns `None` if the call must become a task and its client has not declared the extension.
pub(crate) fn decide(
    config: Option<&TaskConfig>,
    mode: Option<TaskMode>,
    call: &Call,
    timeouts: (Option<Duration>, Duration),
) -> Option<TaskDecision> {
    let (own_timeout, default_timeout) = timeouts;
    let stays_call = Some(TaskDecision::Call(default_timeout));
    let Some(config) = config else { return stays_call };
    if let Some(task) = call.task() {
        return Some(TaskDecision::Call(task.remaining()));
    }
    let Some(mode) = mode.or_else(|| config.after.map(TaskMode::After)) else { return stays_call };
    match (mode, config::supports_tasks(call.client())) {
        (TaskMode::Always, false) => None,
        (TaskMode::Never, _) | (_, false) => stays_call,
        // The call times out before that.
        (TaskMode::After(time), true) if time >= own_timeout.unwrap_or(default_timeout) => stays_call,
        (mode, true) => Some(TaskDecision::Task(mode)),
    }
}

impl TaskRunner {
    /// Runs a call that becomes a task unless it ends earlier. If the task cannot be created, the call runs on, for at most
    /// `timeout`; then `timed_out` is its outcome.
    pub(crate) async fn promote(
        &self,
        mode: TaskMode,
        call: &Call,
        context: &Context,
        mut work: BoxFuture<'static, Outcome>,
        timeout: Duration,
        timed_out: impl FnOnce() -> Outcome,
    ) -> Outcome {
        let after = if let TaskMode::After(time) = mode { time } else { Duration::ZERO };
        if !after.is_zero()
            && let Some(outcome) = poll_within(&self.runtime, &mut work, after).await
        {
            return outcome;
        }
        match self.create(call).await {
            Ok(task) => {
                context.become_task(Arc::clone(&task.handle) as Arc<dyn RunningTask>);
                let created = created(&task.handle.record());
                self.spawn(task, work);
                created.into()
            }
            Err(error) if mode == TaskMode::Always => error.into(),
            Err(_) => {
                // It stays a call, as it would for a client without tasks.
                let remaining = timeout.saturating_sub(after);
                poll_within(&self.runtime, &mut work, remaining).await.unwrap_or_else(timed_out)
            }
        }
    }
}

/// Returns the answer to a call that became a task.
fn created(record: &TaskRecord) -> Result<Answer, ErrorObject> {
    let answer = Answer::of(&record.task());
    let answer = answer.map_err(|error| incident::failed("a task does not serialize", &error));
    answer.map(|answer| answer.result_type(TASK))
}
