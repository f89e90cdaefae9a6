//! The tasks extension: requests that return a task handle, whose result the client retrieves later.
//!
//! See [tasks](https://modelcontextprotocol.io/extensions/tasks).

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::error::ErrorObject;
use crate::input::InputRequests;
use crate::input_responses::InputResponses;
use crate::json::JsonText;
use crate::meta::Meta;
use crate::setters::setters;

/// Identifier of the tasks extension in the capabilities of clients and servers.
pub const TASKS_EXTENSION: &str = "io.modelcontextprotocol/tasks";

/// The status of a task.
///
/// ```text
/// working <──> input_required
///    │               │
///    └───────┬───────┘
///            v
/// completed | failed | cancelled
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// The request is being processed.
    Working,
    /// The task needs responses of the client to its input requests.
    InputRequired,
    /// The request completed and its result is available. For a tool, the result may have `isError`.
    Completed,
    /// The request failed with a JSON-RPC error.
    Failed,
    /// The task was cancelled before it completed.
    Cancelled,
}

impl TaskStatus {
    /// Returns `true` if the status is final: completed, failed or cancelled.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// The state of a task, without its result.
///
/// ```
/// use mcpwright_core::{Task, TaskStatus};
///
/// let task = Task::new("786512e2", TaskStatus::Working, "2026-07-28T10:30:00Z")
///     .status_message("Indexing 40 of 200 files.")
///     .ttl_ms(3_600_000)
///     .poll_interval_ms(5_000);
/// assert!(!task.status.is_terminal());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Task {
    /// The id of the task.
    pub task_id: String,
    /// The status of the task.
    pub status: TaskStatus,
    /// Human-readable description of the status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_message: Option<String>,
    /// Time of creation, in ISO 8601.
    pub created_at: String,
    /// Time of the last change, in ISO 8601.
    pub last_updated_at: String,
    /// Time to live, in milliseconds from creation. `None` means unlimited; it is written as `null`.
    #[serde(deserialize_with = "nullable")]
    pub ttl_ms: Option<u64>,
    /// Recommended interval between `tasks/get` requests, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll_interval_ms: Option<u64>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Task {
    /// Creates the state of a task that has not changed since its creation, with an unlimited time to live.
    pub fn new(task_id: impl Into<String>, status: TaskStatus, created_at: impl Into<String>) -> Self {
        let created_at = created_at.into();
        Self {
            task_id: task_id.into(),
            status,
            status_message: None,
            last_updated_at: created_at.clone(),
            created_at,
            ttl_ms: None,
            poll_interval_ms: None,
            meta: Meta::new(),
            other: Map::new(),
        }
    }

    setters! {
        status_message: Option<String>,
        last_updated_at: String,
        ttl_ms: Option<u64>,
        poll_interval_ms: Option<u64>,
        meta: Meta,
    }
}

/// The result of a request that became a task, sent instead of the result of the request.
pub type CreateTaskResult = Task;

/// The state of a task with the data of its status: input requests, a result or an error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DetailedTask {
    /// The state of the task.
    #[serde(flatten)]
    pub task: Task,
    /// The pending input requests, by key. Only with [`TaskStatus::InputRequired`].
    #[serde(default, skip_serializing_if = "InputRequests::is_empty")]
    pub input_requests: InputRequests,
    /// The result of the request. Only with [`TaskStatus::Completed`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<JsonText>,
    /// The error of the request. Only with [`TaskStatus::Failed`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorObject>,
}

impl DetailedTask {
    /// Creates a detailed task without input requests, result and error.
    pub fn new(task: Task) -> Self {
        Self { task, input_requests: InputRequests::new(), result: None, error: None }
    }

    setters! {
        input_requests: InputRequests,
        result: Option<JsonText>,
        error: Option<ErrorObject>,
    }
}

/// Parameters of `tasks/get` and `tasks/cancel`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TaskParams {
    /// The id of the task.
    pub task_id: String,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl TaskParams {
    /// Creates the parameters for the task `task_id`.
    pub fn new(task_id: impl Into<String>) -> Self {
        Self { task_id: task_id.into(), meta: Meta::new(), other: Map::new() }
    }

    setters! {
        meta: Meta,
    }
}

/// Parameters of `tasks/update`, with which a client responds to the input requests of a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UpdateTaskParams {
    /// The id of the task.
    pub task_id: String,
    /// The responses, by the keys of their input requests.
    pub input_responses: InputResponses,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl UpdateTaskParams {
    /// Creates the parameters from the id of a task and responses to its input requests.
    pub fn new(task_id: impl Into<String>, input_responses: impl Into<InputResponses>) -> Self {
        let input_responses = input_responses.into();
        Self { task_id: task_id.into(), input_responses, meta: Meta::new(), other: Map::new() }
    }

    setters! {
        meta: Meta,
    }
}

/// Deserializes a member that is required and may be `null`.
fn nullable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Option::deserialize(deserializer)
}
