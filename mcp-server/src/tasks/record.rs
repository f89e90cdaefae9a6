//! What is known of a task, as it is kept.

use std::collections::BTreeMap;
use std::time::Duration;

use mcpwright_core::{
    Client, ClientCapabilities, DetailedTask, ErrorObject, Implementation, InputRequests, JsonText, Task,
    TaskStatus,
};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::input_required::InputRequired;
use crate::input_required::rounds::RoundState;
use crate::replicas::task_change::TaskVersion;
use crate::tasks::config::TaskConfig;
use crate::tasks::timestamp;

/// How long what came of a task is kept at least, in milliseconds, however late in its time it ends.
const MIN_RESULT_TTL: u64 = 60_000;

/// What is known of a task.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) id: String,
    /// Whom it is for.
    pub(crate) owner: String,
    /// Times are in milliseconds since 1970, and so is how long.
    created: u64,
    updated: u64,
    /// How many states the task has had before this one.
    step: u32,
    ttl: u64,
    poll: u64,
    message: Option<String>,
    pub(crate) state: State,
}

/// How it is with a task.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum State {
    Working,
    PendingInput(Box<SuspendedTask>),
    Completed(JsonText),
    Failed(ErrorObject),
    Cancelled,
}

/// What it takes to go on with a task once its questions are answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SuspendedTask {
    /// The questions, by the keys that the client knows.
    pub(crate) requests: InputRequests,
    /// The handler's key for each key that the client has been told in this task.
    pub(crate) keys: BTreeMap<String, String>,
    /// How often the task has been parked.
    pub(crate) round: u32,
    pub(crate) origin: TaskOrigin,
    pub(crate) before: RoundState,
}

/// What was called, and by which client.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TaskOrigin {
    pub(crate) params: Option<JsonText>,
    info: Option<Implementation>,
    capabilities: ClientCapabilities,
}

impl TaskOrigin {
    pub(crate) fn of(call: &Call) -> Self {
        let client = call.client();
        Self {
            params: call.params().and_then(called_with),
            info: client.info().cloned(),
            capabilities: client.capabilities().clone(),
        }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.info.clone(), self.capabilities.clone())
    }
}

/// Of the parameters of a call, what a tool is run again with: the rest was for the first run alone.
fn called_with(params: &JsonText) -> Option<JsonText> {
    #[derive(Serialize, Deserialize)]
    struct CalledWith {
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        arguments: Option<JsonText>,
    }
    JsonText::of(&params.to::<CalledWith>().ok()?).ok()
}

impl SuspendedTask {
    /// Parks a task with questions. No key of theirs is one that the client has been told before, since its answer might
    /// be taken for one to the earlier question.
    pub(crate) fn new(
        asked: InputRequired,
        origin: TaskOrigin,
        mut keys: BTreeMap<String, String>,
        round: u32,
    ) -> Self {
        let InputRequired { requests, before } = asked;
        let mut open = InputRequests::new();
        for (key, request) in requests {
            let again = |number: u32| if number == 1 { key.clone() } else { format!("{key}-{number}") };
            let told = (1..).map(again).find(|told| !keys.contains_key(told)).unwrap_or_else(|| key.clone());
            keys.insert(told.clone(), key);
            open.insert(told, request);
        }
        Self { requests: open, keys, round: round + 1, origin, before }
    }
}

impl State {
    pub(crate) fn status(&self) -> TaskStatus {
        match self {
            Self::Working => TaskStatus::Working,
            Self::PendingInput(_) => TaskStatus::InputRequired,
            Self::Completed(_) => TaskStatus::Completed,
            Self::Failed(_) => TaskStatus::Failed,
            Self::Cancelled => TaskStatus::Cancelled,
        }
    }
}

impl Record {
    pub(crate) fn new(id: String, owner: &str, settings: &TaskConfig, now: u64) -> Self {
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Self {
            id,
            owner: owner.to_owned(),
            created: now,
            updated: now,
            step: 0,
            // What JSON numbers hold everywhere.
            ttl: milliseconds(settings.ttl).min((1 << 53) - 1),
            poll: milliseconds(settings.poll_interval).clamp(1, (1 << 53) - 1),
            message: None,
            state: State::Working,
        }
    }

    pub(crate) fn change(&mut self, state: State, message: Option<String>, now: u64) {
        (self.state, self.message) = (state, message);
        self.step += 1;
        self.touch(now);
    }

    /// The last change. What failed says why. It is kept long enough for its owner to see it.
    pub(crate) fn end(&mut self, state: State, message: Option<&str>, now: u64) {
        let message = match &state {
            State::Failed(error) => Some(&*error.message),
            _ => message,
        };
        let message = message.map(str::to_owned);
        self.change(state, message, now);
        self.ttl = self.ttl.max(now.saturating_sub(self.created).saturating_add(MIN_RESULT_TTL));
    }

    pub(crate) fn say(&mut self, message: String, now: u64) {
        self.message = Some(message);
        self.touch(now);
    }

    /// What comes later is never said to be earlier, whatever happens to the clock.
    fn touch(&mut self, now: u64) {
        self.updated = self.updated.max(now);
    }

    /// Which of two that are known of the same task is the later.
    pub(crate) fn version(&self) -> TaskVersion {
        let answered = match &self.state {
            State::PendingInput(parked) => {
                let answered = parked.keys.len().saturating_sub(parked.requests.len());
                u32::try_from(answered).unwrap_or(u32::MAX)
            }
            _ => u32::MAX,
        };
        TaskVersion {
            has_ended: self.state.status().is_terminal(),
            step: self.step,
            updated: self.updated,
            responses: answered,
        }
    }

    /// How many bytes it takes to keep it.
    pub(crate) fn size(&self) -> usize {
        serde_json::to_vec(self).map_or(usize::MAX, |text| text.len())
    }

    /// How long the task is still kept.
    pub(crate) fn left(&self, now: u64) -> Duration {
        Duration::from_millis(self.created.saturating_add(self.ttl).saturating_sub(now))
    }

    pub(crate) fn task(&self) -> Task {
        let mut task = Task::new(self.id.clone(), self.state.status(), timestamp::written(self.created))
            .last_updated_at(timestamp::written(self.updated))
            .ttl_ms(self.ttl)
            .poll_interval_ms(self.poll);
        task.status_message.clone_from(&self.message);
        task
    }

    pub(crate) fn detailed(&self) -> DetailedTask {
        let task = DetailedTask::new(self.task());
        match &self.state {
            State::Working | State::Cancelled => task,
            State::PendingInput(parked) => task.input_requests(parked.requests.clone()),
            State::Completed(result) => task.result(result.clone()),
            State::Failed(error) => task.error(error.clone()),
        }
    }
}
