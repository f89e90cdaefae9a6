//! The record of a task in the store.

use std::collections::BTreeMap;
use std::time::Duration;

use mcpwright_core::{
    Client, ClientCapabilities, DetailedTask, ErrorObject, Implementation, InputRequests, JsonText,
    ProtocolVersion, Task, TaskStatus,
};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::input_required::InputRequired;
use crate::input_required::rounds::RoundState;
use crate::limits::MIN_RESULT_TTL;
use crate::replicas::task_change::TaskVersion;
use crate::runtime::in_millis;
use crate::tasks::config::TaskConfig;
use crate::tasks::timestamp;

/// The version of the stored format. A replica does not read records of another version.
pub(crate) const RECORD_VERSION: u32 = 1;

/// The largest integer that every JSON implementation represents exactly.
const MAX_JSON_INTEGER: u64 = (1 << 53) - 1;

/// The record of a task in the store. Times are in milliseconds of Unix time, durations in milliseconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TaskRecord {
    /// The version of the stored format.
    pub(crate) v: u32,
    pub(crate) id: String,
    /// The caller that owns the task.
    pub(crate) owner: String,
    created: u64,
    updated: u64,
    /// The number of states before this one.
    step: u32,
    ttl: u64,
    poll: u64,
    message: Option<String>,
    pub(crate) state: TaskState,
}

/// The state of a task.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum TaskState {
    Working,
    InputRequired(Box<SuspendedTask>),
    Completed(JsonText),
    Failed(ErrorObject),
    Cancelled,
}

/// The state of a suspended task, with which it continues after the responses to its input requests.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SuspendedTask {
    /// The pending input requests, by the keys that the client knows.
    pub(crate) requests: InputRequests,
    /// The handler's key for each key that the client has received in this task.
    pub(crate) keys: BTreeMap<String, String>,
    /// The number of times that the task was suspended.
    pub(crate) round: u32,
    pub(crate) origin: TaskOrigin,
    pub(crate) round_state: RoundState,
}

/// The call that became a task, and its client.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TaskOrigin {
    pub(crate) params: Option<JsonText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revision: Option<ProtocolVersion>,
    info: Option<Implementation>,
    capabilities: ClientCapabilities,
}

impl TaskOrigin {
    pub(crate) fn of(call: &Call) -> Self {
        let client = call.client();
        Self {
            params: call.params().and_then(call_params),
            revision: client.protocol_version().cloned(),
            info: client.info().cloned(),
            capabilities: client.capabilities().clone(),
        }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.info.clone(), self.capabilities.clone()).with_protocol_version(self.revision.clone())
    }
}

/// Returns the parameters that later rounds need: the others were for the first round only.
fn call_params(params: &JsonText) -> Option<JsonText> {
    #[derive(Serialize, Deserialize)]
    struct CallParams {
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        arguments: Option<JsonText>,
    }
    JsonText::encode(&params.decode_owned::<CallParams>().ok()?).ok()
}

impl SuspendedTask {
    /// Suspends a task with input requests. None of them gets a key that the client has received before: a response to the
    /// earlier request could be taken for one to the later.
    pub(crate) fn new(
        pending: InputRequired,
        origin: TaskOrigin,
        mut keys: BTreeMap<String, String>,
        round: u32,
    ) -> Self {
        let InputRequired { requests, state: round_state } = pending;
        let mut open = InputRequests::new();
        for (key, request) in requests {
            let numbered = |number: u32| if number == 1 { key.clone() } else { format!("{key}-{number}") };
            let unused = (1..).map(numbered).find(|candidate| !keys.contains_key(candidate));
            let client_key = unused.unwrap_or_else(|| key.clone());
            keys.insert(client_key.clone(), key);
            open.insert(client_key, request);
        }
        Self { requests: open, keys, round: round + 1, origin, round_state }
    }
}

impl TaskState {
    pub(crate) fn status(&self) -> TaskStatus {
        match self {
            Self::Working => TaskStatus::Working,
            Self::InputRequired(_) => TaskStatus::InputRequired,
            Self::Completed(_) => TaskStatus::Completed,
            Self::Failed(_) => TaskStatus::Failed,
            Self::Cancelled => TaskStatus::Cancelled,
        }
    }
}

impl TaskRecord {
    pub(crate) fn new(id: String, owner: &str, config: &TaskConfig, now: u64) -> Self {
        Self {
            v: RECORD_VERSION,
            id,
            owner: owner.to_owned(),
            created: now,
            updated: now,
            step: 0,
            ttl: in_millis(config.ttl).min(MAX_JSON_INTEGER),
            poll: in_millis(config.poll_interval).clamp(1, MAX_JSON_INTEGER),
            message: None,
            state: TaskState::Working,
        }
    }

    pub(crate) fn set_state(&mut self, state: TaskState, message: Option<String>, now: u64) {
        (self.state, self.message) = (state, message);
        self.step += 1;
        self.touch(now);
    }

    /// Sets the last state. It is kept long enough for the owner to read it; an error is the status message, too.
    pub(crate) fn end(&mut self, state: TaskState, message: Option<&str>, now: u64) {
        let message = match &state {
            TaskState::Failed(error) => Some(&*error.message),
            _ => message,
        };
        let message = message.map(str::to_owned);
        self.set_state(state, message, now);
        self.ttl = self.ttl.max(now.saturating_sub(self.created).saturating_add(in_millis(MIN_RESULT_TTL)));
    }

    pub(crate) fn set_message(&mut self, message: String, now: u64) {
        self.message = Some(message);
        self.touch(now);
    }

    /// Advances the time of the last update. It never goes back, even if the clock does.
    fn touch(&mut self, now: u64) {
        self.updated = self.updated.max(now);
    }

    /// Returns the position of this state in the life of the task.
    pub(crate) fn version(&self) -> TaskVersion {
        let responses = match &self.state {
            TaskState::InputRequired(suspended) => {
                let responses = suspended.keys.len().saturating_sub(suspended.requests.len());
                u32::try_from(responses).unwrap_or(u32::MAX)
            }
            _ => u32::MAX,
        };
        let has_ended = self.state.status().is_terminal();
        TaskVersion { has_ended, step: self.step, updated: self.updated, responses }
    }

    /// Returns the size of the record, in bytes.
    pub(crate) fn size(&self) -> usize {
        serde_json::to_vec(self).map_or(usize::MAX, |text| text.len())
    }

    /// Returns the time until the task expires.
    pub(crate) fn remaining(&self, now: u64) -> Duration {
        Duration::from_millis(self.created.saturating_add(self.ttl).saturating_sub(now))
    }

    pub(crate) fn task(&self) -> Task {
        let mut task = Task::new(self.id.clone(), self.state.status(), timestamp::format(self.created))
            .last_updated_at(timestamp::format(self.updated))
            .ttl_ms(self.ttl)
            .poll_interval_ms(self.poll);
        task.status_message.clone_from(&self.message);
        task
    }

    pub(crate) fn detailed(&self) -> DetailedTask {
        let task = DetailedTask::new(self.task());
        match &self.state {
            TaskState::Working | TaskState::Cancelled => task,
            TaskState::InputRequired(suspended) => task.input_requests(suspended.requests.clone()),
            TaskState::Completed(result) => task.result(result.clone()),
            TaskState::Failed(error) => task.error(error.clone()),
        }
    }
}
