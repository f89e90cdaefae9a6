//! Work that goes on after a request has been answered: the extension of tasks.
//!
//! See [tasks](https://modelcontextprotocol.io/extensions/tasks).

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::setters::setters;
use crate::{ErrorObject, InputRequests, InputResponses, JsonText, Meta};

/// What the extension of tasks is called among the extensions of a client and a server.
pub const TASKS_EXTENSION: &str = "io.modelcontextprotocol/tasks";

/// How it is with a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// It is being worked on.
    Working,
    /// The client has to answer questions first.
    InputRequired,
    /// There is a result, which may be a tool's with `isError`.
    Completed,
    /// It ended with an error of the protocol.
    Failed,
    /// It was cancelled before it was done.
    Cancelled,
}

impl TaskStatus {
    /// Whether nothing more comes of the task.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// What is known of work that goes on, without what comes of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Task {
    /// What the task is known by.
    pub task_id: String,
    /// How it is with it.
    pub status: TaskStatus,
    /// More on that, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_message: Option<String>,
    /// When it was created, in the form of ISO 8601.
    pub created_at: String,
    /// When something last changed, in the form of ISO 8601.
    pub last_updated_at: String,
    /// How long the task is kept, in milliseconds from its creation; for ever if there is nothing.
    #[serde(deserialize_with = "nullable")]
    pub ttl_ms: Option<u64>,
    /// How long to wait before asking again, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll_interval_ms: Option<u64>,
    /// What travels beside it.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Task {
    /// A task that was created at this time, and of which nothing has changed since.
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

/// What stands in the place of the result of a request that has become a task.
pub type CreateTaskResult = Task;

/// A task, with what its status comes with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DetailedTask {
    /// The task.
    #[serde(flatten)]
    pub task: Task,
    /// The questions that are open, where it requires input.
    #[serde(default, skip_serializing_if = "InputRequests::is_empty")]
    pub input_requests: InputRequests,
    /// What the request would have been answered with, where it is completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<JsonText>,
    /// The error that the request would have been answered with, where it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorObject>,
}

impl DetailedTask {
    /// A task of which there is no more to say.
    pub fn new(task: Task) -> Self {
        Self { task, input_requests: InputRequests::new(), result: None, error: None }
    }

    setters! {
        input_requests: InputRequests,
        result: Option<JsonText>,
        error: Option<ErrorObject>,
    }
}

/// Which task it is that is asked for, or cancelled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TaskParams {
    /// What the task is known by.
    pub task_id: String,
    /// What travels beside it.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl TaskParams {
    /// This task.
    pub fn new(task_id: impl Into<String>) -> Self {
        Self { task_id: task_id.into(), meta: Meta::new(), other: Map::new() }
    }

    setters! {
        meta: Meta,
    }
}

/// Answers to questions of a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UpdateTaskParams {
    /// What the task is known by.
    pub task_id: String,
    /// The answers, by the keys of their questions.
    pub input_responses: InputResponses,
    /// What travels beside them.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl UpdateTaskParams {
    /// These answers to questions of this task.
    pub fn new(task_id: impl Into<String>, input_responses: impl Into<InputResponses>) -> Self {
        let input_responses = input_responses.into();
        Self { task_id: task_id.into(), input_responses, meta: Meta::new(), other: Map::new() }
    }

    setters! {
        meta: Meta,
    }
}

/// A member that has to be there, and may be `null`.
fn nullable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Option::deserialize(deserializer)
}
