//! The settings of tasks.

use std::time::Duration;

use mcpwright_core::{Client, ClientCapabilities, TASKS_EXTENSION};
use serde_json::Map;

use crate::limits::{
    DEFAULT_MAX_TASK_BYTES, DEFAULT_MAX_TASKS_PER_CALLER, DEFAULT_POLL_INTERVAL, DEFAULT_TASK_TTL,
    MAX_TASK_TTL, MIN_TASK_TTL,
};

/// The settings of [tasks](https://modelcontextprotocol.io/extensions/tasks) of a server.
///
/// ```
/// use std::time::Duration;
/// use mcpwright_server::{Server, TaskConfig};
///
/// let tasks = TaskConfig::new().after(Duration::from_secs(10)).ttl(Duration::from_secs(24 * 60 * 60));
/// let server = Server::builder("reports", "1.0.0").tasks(tasks).build();
/// ```
#[derive(Clone, Debug)]
#[must_use = "settings do nothing until a server has them"]
pub struct TaskConfig {
    pub(crate) after: Option<Duration>,
    pub(crate) ttl: Duration,
    pub(crate) poll_interval: Duration,
    pub(crate) max_per_caller: usize,
    pub(crate) max_result_bytes: usize,
}

impl TaskConfig {
    /// Creates the default settings: only calls of tools with a task mode become tasks.
    pub fn new() -> Self {
        Self {
            after: None,
            ttl: DEFAULT_TASK_TTL,
            poll_interval: DEFAULT_POLL_INTERVAL,
            max_per_caller: DEFAULT_MAX_TASKS_PER_CALLER,
            max_result_bytes: DEFAULT_MAX_TASK_BYTES,
        }
    }

    /// Promotes a call to a task after it has run for `duration`, if the client declares tasks and the tool has no mode of its
    /// own. Off by default, because it changes what a disconnect does: before promotion it cancels the call, afterwards the
    /// task keeps running.
    ///
    /// A call that ends earlier is answered as usual and costs no more.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use mcpwright_core::TASKS_EXTENSION;
    /// use mcpwright_server::{Server, TaskConfig, TaskMode, ToolHandler};
    ///
    /// // Every call of a client with tasks that takes 10 seconds becomes a task, except those of `now`.
    /// let server = Server::builder("reports", "1.0.0")
    ///     .tasks(TaskConfig::new().after(Duration::from_secs(10)))
    ///     .tool(ToolHandler::function("report", [], || async { "a long one" }))
    ///     .tool(ToolHandler::function("now", [], || async { "noon" }).task(TaskMode::Never))
    ///     .build();
    /// assert!(server.capabilities().extensions.get(TASKS_EXTENSION).is_some());
    /// ```
    pub fn after(mut self, duration: Duration) -> Self {
        self.after = Some(duration);
        self
    }

    /// Sets the time that a task is kept, from its creation. Default: one hour. A task that has not ended by then fails. Its
    /// result is kept for at least one minute.
    ///
    /// It is also the timeout of tools without one. Values are clamped to between one second and a hundred years.
    pub fn ttl(mut self, duration: Duration) -> Self {
        self.ttl = duration.clamp(MIN_TASK_TTL, MAX_TASK_TTL);
        self
    }

    /// Sets the interval at which clients should poll a task. Default: one second.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval;
        self
    }

    /// Sets the maximum number of tasks of one caller, ended or not. Default: 1000. All anonymous callers count as one.
    pub fn max_per_caller(mut self, tasks: usize) -> Self {
        self.max_per_caller = tasks;
        self
    }

    /// Sets the maximum size of a result, in bytes. Default: 1 MiB. Instead of a larger one, the model reads that it should
    /// request less.
    ///
    /// It is also the limit of a suspended task, with its input requests, its arguments and the state of earlier rounds: a
    /// larger one fails. A larger input response is rejected.
    pub fn max_result_bytes(mut self, bytes: usize) -> Self {
        self.max_result_bytes = bytes;
        self
    }
}

impl Default for TaskConfig {
    fn default() -> Self {
        Self::new()
    }
}

/// Returns `true` if the client declared the tasks extension.
pub(crate) fn supports_tasks(client: &Client) -> bool {
    client.capabilities().extensions.get(TASKS_EXTENSION).is_some()
}

/// Returns the capability that a client must declare to use tasks.
pub(crate) fn capability() -> ClientCapabilities {
    ClientCapabilities::new().extensions([(TASKS_EXTENSION, Map::new())])
}
