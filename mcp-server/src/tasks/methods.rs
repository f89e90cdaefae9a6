//! The methods `tasks/get`, `tasks/update` and `tasks/cancel`.

use mcpwright_core::{EmptyResult, ErrorObject, TaskParams, UpdateTaskParams, method};

use crate::call::Call;
use crate::call::outcome::{Answer, Outcome};
use crate::incident;
use crate::replicas::store::StoreError;
use crate::tasks::config;
use crate::tasks::record::TaskState;
use crate::tasks::registry::FoundTask;
use crate::tasks::runner::{RunCall, TaskRunner};

/// Returns `true` for the methods of the tasks extension.
pub(crate) fn is_task_method(name: &str) -> bool {
    matches!(name, method::TASKS_GET | method::TASKS_UPDATE | method::TASKS_CANCEL)
}

impl TaskRunner {
    /// Handles a call of one of the methods.
    pub(crate) async fn handle(&self, call: &Call, run_call: RunCall) -> Outcome {
        if !config::supports_tasks(call.client()) {
            return Outcome::MissingCapability(Box::new(config::capability()));
        }
        self.runtime.run_pending();
        let answer = match call.method() {
            method::TASKS_UPDATE => self.update(call, &run_call).await,
            method::TASKS_CANCEL => self.cancel(call, &run_call).await,
            _ => self.get(call, &run_call).await,
        };
        answer.into()
    }

    async fn get(&self, call: &Call, run_call: &RunCall) -> Result<Answer, ErrorObject> {
        let params: TaskParams = call.read()?;
        let found = self.look_up(call, &params.task_id, run_call).await?;
        serialized(&found.record.detailed())
    }

    /// Takes responses to input requests of a task, which continues once all are there.
    async fn update(&self, call: &Call, run_call: &RunCall) -> Result<Answer, ErrorObject> {
        let params: UpdateTaskParams = call.read()?;
        let max = self.registry.config.max_result_bytes;
        let sizes = params.input_responses.iter().map(|(_, response)| response.as_str().len());
        if let Some(size) = sizes.max().filter(|size| *size > max) {
            let reason =
                format!("`params.inputResponses`: a response must be at most {max} bytes, and is {size}");
            return Err(ErrorObject::invalid_params(reason));
        }
        let FoundTask { record, .. } = self.look_up(call, &params.task_id, run_call).await?;
        if let TaskState::InputRequired(suspended) = &record.state {
            let is_pending = |key: &str| suspended.requests.get(key).is_some();
            for (key, response) in params.input_responses.iter().filter(|(key, _)| is_pending(key)) {
                let stored = self.registry.respond(&record, key, response, &*self.runtime).await;
                stored.map_err(unavailable)?;
            }
            let found = self.look_up(call, &params.task_id, run_call).await?;
            if let TaskState::InputRequired(_) = &found.record.state {
                self.notify_task(&found.record);
            }
        }
        serialized(&EmptyResult::new())
    }

    async fn cancel(&self, call: &Call, run_call: &RunCall) -> Result<Answer, ErrorObject> {
        let params: TaskParams = call.read()?;
        let FoundTask { record, .. } = self.look_up(call, &params.task_id, run_call).await?;
        if !record.state.status().is_terminal() {
            let message = Some("the client cancelled the task");
            self.finish(record, TaskState::Cancelled, message).await.map_err(unavailable)?;
            // Another replica that runs it finds out with its next heartbeat.
            if let Some(handle) = self.registry.running(&params.task_id) {
                handle.abort();
            }
        }
        serialized(&EmptyResult::new())
    }

    /// Looks up a task of the caller. If all its input requests have responses, it continues; if the replica that ran it is
    /// lost, it fails.
    async fn look_up(&self, call: &Call, id: &str, run_call: &RunCall) -> Result<FoundTask, ErrorObject> {
        let found = async {
            let Some(found) = self.find_of(call.caller(), id).await? else { return Ok(None) };
            if let Some(round) = found.completed_round()
                && !self.registry.is_claimed(id, round).await?
            {
                self.resume(found.clone(), call, RunCall::clone(run_call));
                return Ok(Some(found.for_owner()));
            }
            let found = found.for_owner();
            if !matches!(found.record.state, TaskState::Working) || self.registry.is_alive(id).await? {
                return Ok(Some(found));
            }
            let lost = TaskState::Failed(ErrorObject::internal("the replica that ran the task is lost"));
            self.finish(found.record, lost, None).await?;
            self.find_of(call.caller(), id).await
        };
        let found = found.await.map_err(unavailable)?;
        found.ok_or_else(|| {
            ErrorObject::invalid_params(
                "`params.taskId` must be the id of a task of this caller that has not expired",
            )
        })
    }
}

fn serialized<T: serde::Serialize>(result: &T) -> Result<Answer, ErrorObject> {
    Answer::of(result).map_err(|error| incident::failed("a task does not serialize", &error))
}

#[expect(clippy::needless_pass_by_value, reason = "it maps errors")]
fn unavailable(error: StoreError) -> ErrorObject {
    incident::failed("the store of tasks is unavailable", &*error)
}
