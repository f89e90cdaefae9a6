//! `tasks/get`, `tasks/update` and `tasks/cancel`, and the calls of tools that become tasks.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use futures::future::BoxFuture;
use mcpwright_core::{CallToolResult, EmptyResult, ErrorObject, TaskParams, UpdateTaskParams, method};

use crate::call::Call;
use crate::call::outcome::{Answer, Outcome};
use crate::caller::Caller;
use crate::dispatch::execute;
use crate::handler::ToolHandler;
use crate::handler::context::Context;
use crate::handler::execution::Execution;
use crate::handler::task_mode::TaskMode;
use crate::incident;
use crate::replicas::change::Change;
use crate::replicas::store::StoreError;
use crate::replicas::task_change::TaskChange;
use crate::server::Server;
use crate::subscriptions::hub::Subscription;
use crate::tasks::record::{Record, State};
use crate::tasks::registry::{Found, Registry};
use crate::tasks::{config, runner};

/// Whether a method belongs to the extension of tasks.
pub(crate) fn is_of_tasks(name: &str) -> bool {
    matches!(name, method::TASKS_GET | method::TASKS_UPDATE | method::TASKS_CANCEL)
}

/// What kind of result a task is.
const TASK: &str = "task";

/// What a call of a tool becomes.
pub(crate) enum TaskDecision<'a> {
    /// Nothing else: it may take this long, if its tool does not say otherwise.
    Nothing(Duration),
    /// Nothing, since its client does not know tasks.
    Refused,
    /// A task.
    Task(&'a Registry, TaskMode),
}

impl Server {
    /// What a call of a tool becomes.
    pub(crate) fn becoming(&self, tool: &ToolHandler, call: &Call) -> TaskDecision<'_> {
        let nothing = TaskDecision::Nothing(self.state.timeout);
        let Some(tasks) = self.tasks() else { return nothing };
        if let Some(task) = call.task() {
            return TaskDecision::Nothing(task.remaining());
        }
        let by_default = || tasks.settings.after.map(TaskMode::After);
        let Some(mode) = tool.task_mode().or_else(by_default) else { return nothing };
        match (mode, config::is_known_to(call.client())) {
            (TaskMode::Always, false) => TaskDecision::Refused,
            (TaskMode::Never, _) | (_, false) => nothing,
            // It ends before that.
            (TaskMode::After(time), true) if time >= self.deadline_of(tool) => nothing,
            (mode, true) => TaskDecision::Task(tasks, mode),
        }
    }

    fn deadline_of(&self, tool: &ToolHandler) -> Duration {
        tool.core().timeout.unwrap_or(self.state.timeout)
    }

    /// Answers a call that becomes a task, unless it ends before.
    pub(crate) async fn call_as_task(
        &self,
        (tasks, mode): (&Registry, TaskMode),
        call: &Call,
        tool: ToolHandler,
        context: Context,
        work: Execution<CallToolResult>,
    ) -> Outcome {
        let (name, timeout) = (tool.definition().name.clone(), self.deadline_of(&tool));
        let mut working = performed(self.clone(), tool, context.clone(), work, tasks.settings.ttl);
        let time = if let TaskMode::After(time) = mode { time } else { Duration::ZERO };
        if !time.is_zero()
            && let Some(outcome) = self.within(&mut working, time).await
        {
            return outcome;
        }
        match runner::create(self, tasks, call).await {
            Ok(begun) => {
                context.become_task(begun.running.clone());
                let created = created(&begun.running.record());
                runner::begin(self, begun, working);
                created.into()
            }
            Err(error) if mode == TaskMode::Always => error.into(),
            Err(_) => {
                // It stays a call, as it would for a client that does not know tasks.
                let worked =
                    execute::within(&name, working, timeout.saturating_sub(time), &self.runtime).await;
                worked.unwrap_or_else(|_| self.timed_out(&name, timeout))
            }
        }
    }

    /// What comes of a call within this time; most end at once and need no timer.
    async fn within(&self, working: &mut BoxFuture<'static, Outcome>, time: Duration) -> Option<Outcome> {
        let mut timer: Option<BoxFuture<'static, ()>> = None;
        poll_fn(|context| {
            if let Poll::Ready(outcome) = working.as_mut().poll(context) {
                return Poll::Ready(Some(outcome));
            }
            let timer = timer.get_or_insert_with(|| self.runtime.sleep(time));
            timer.as_mut().poll(context).map(|()| None)
        })
        .await
    }

    /// One of the methods of tasks.
    pub(crate) async fn task_method(&self, tasks: &Registry, call: &Call) -> Outcome {
        if !config::is_known_to(call.client()) {
            return Outcome::MissingCapability(Box::new(config::capability()));
        }
        self.runtime.go_on();
        let answer = match call.method() {
            method::TASKS_UPDATE => self.update_task(tasks, call).await,
            method::TASKS_CANCEL => self.cancel_task(tasks, call).await,
            _ => self.get_task(tasks, call).await,
        };
        answer.into()
    }

    async fn get_task(&self, tasks: &Registry, call: &Call) -> Result<Answer, ErrorObject> {
        let params: TaskParams = call.read()?;
        let found = self.look(tasks, call, &params.task_id).await?;
        written(&found.record.detailed())
    }

    /// Takes answers to questions of a task, and goes on with it once all are there.
    async fn update_task(&self, tasks: &Registry, call: &Call) -> Result<Answer, ErrorObject> {
        let params: UpdateTaskParams = call.read()?;
        let most = tasks.settings.max_result_bytes;
        let sizes = params.input_responses.iter().map(|(_, answer)| answer.as_str().len());
        if let Some(size) = sizes.max().filter(|size| *size > most) {
            let reason =
                format!("params.inputResponses: an answer is too large: {size} bytes of at most {most}");
            return Err(ErrorObject::invalid_params(reason));
        }
        let Found { record, .. } = self.look(tasks, call, &params.task_id).await?;
        if let State::PendingInput(parked) = &record.state {
            let open = |key: &str| parked.requests.get(key).is_some();
            for (key, answer) in params.input_responses.iter().filter(|(key, _)| open(key)) {
                tasks.answer(&record, key, answer, &*self.runtime).await.map_err(not_kept)?;
            }
            let found = self.look(tasks, call, &params.task_id).await?;
            if let State::PendingInput(_) = &found.record.state {
                self.notify_task(&found.record);
            }
        }
        written(&EmptyResult::new())
    }

    async fn cancel_task(&self, tasks: &Registry, call: &Call) -> Result<Answer, ErrorObject> {
        let params: TaskParams = call.read()?;
        let Found { record, .. } = self.look(tasks, call, &params.task_id).await?;
        if !record.state.status().is_terminal() {
            let message = Some("the client cancelled the task");
            runner::finish(self, tasks, record, State::Cancelled, message).await.map_err(not_kept)?;
            // Where another replica runs it, that one notices by itself.
            if let Some(running) = tasks.running(&params.task_id) {
                running.abort();
            }
        }
        written(&EmptyResult::new())
    }

    /// What is known of a caller's task. If all of its questions are answered, it goes on; if whoever ran it has gone,
    /// it has failed.
    async fn look(&self, tasks: &Registry, call: &Call, id: &str) -> Result<Found, ErrorObject> {
        let found = async {
            let Some(found) = find(tasks, call.caller(), id).await? else { return Ok(None) };
            if let Some(round) = found.answered_round()
                && !tasks.is_claimed(id, round).await?
            {
                runner::rerun(self, found.clone(), call);
                return Ok(Some(found.seen()));
            }
            let found = found.seen();
            if !matches!(found.record.state, State::Working) || tasks.is_alive(id).await? {
                return Ok(Some(found));
            }
            let lost = ErrorObject::internal("whoever ran the task has gone");
            runner::finish(self, tasks, found.record, State::Failed(lost), None).await?;
            find(tasks, call.caller(), id).await
        };
        let found = found.await.map_err(not_kept)?;
        found.ok_or_else(|| {
            ErrorObject::invalid_params("params.taskId: there is no such task, or not any more")
        })
    }

    /// Tells those who listen how it is with a task.
    pub(crate) fn notify_task(&self, record: &Record) {
        self.notify().task_changed(|| told(record));
    }

    /// Tells a new subscription how it is with these tasks of its caller.
    pub(crate) fn announce_tasks(&self, ids: &[String], caller: &Caller, opened: &Subscription) {
        let (server, ids, caller, sender) = (self.clone(), ids.to_vec(), caller.clone(), opened.sender());
        self.runtime.spawn(Box::pin(async move {
            let Some(tasks) = server.tasks() else { return };
            for id in ids {
                match find(tasks, &caller, &id).await {
                    Ok(Some(found)) => {
                        told(&found.seen().record)
                            .into_iter()
                            .for_each(|told| sender.send(&Change::Task(told)));
                    }
                    Ok(None) => {}
                    Err(error) => tracing::warn!(%error, "a task could not be looked up for who listens"),
                }
            }
        }));
    }
}

fn told(record: &Record) -> Option<TaskChange> {
    TaskChange::new(&record.owner, record.age(), &record.detailed())
}

/// Runs what a tool has left to do, without the call.
fn performed(
    server: Server,
    tool: ToolHandler,
    context: Context,
    work: Execution<CallToolResult>,
    timeout: Duration,
) -> BoxFuture<'static, Outcome> {
    Box::pin(async move { server.perform(&tool, &context, work, timeout).await })
}

/// What a call is answered with that has become a task.
fn created(record: &Record) -> Result<Answer, ErrorObject> {
    written(&record.task()).map(|answer| answer.result_type(TASK))
}

fn written<T: serde::Serialize>(result: &T) -> Result<Answer, ErrorObject> {
    Answer::of(result).map_err(|error| incident::internal("a task cannot be written as JSON", &error))
}

#[expect(clippy::needless_pass_by_value, reason = "it stands where errors are mapped")]
fn not_kept(error: StoreError) -> ErrorObject {
    incident::internal("tasks cannot be looked up or kept", &error)
}

/// What is known of a task, if it is this caller's: of others' tasks nobody learns that they are there.
async fn find(tasks: &Registry, caller: &Caller, id: &str) -> Result<Option<Found>, StoreError> {
    // Nothing else is an id of ours, and a part of a key.
    let is_id = id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_id {
        return Ok(None);
    }
    Ok(tasks.find(id).await?.filter(|found| found.record.owner == caller.binding()))
}
