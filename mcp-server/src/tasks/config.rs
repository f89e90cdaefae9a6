//! Tasks: calls that go on after they have been answered, for clients that know the extension.
//!
//! A call that becomes a task is answered with the task's id, and its handler goes on beside. What is known of the task is
//! kept in the [`Store`](crate::Store), so that any replica can say how it is with it. A handler that asks ends, as it does
//! in a call, and the task is parked with its questions until they are answered: then the handler is run again from the
//! top, by whichever replica the last answer came to.
//!
//! See [tasks](https://modelcontextprotocol.io/extensions/tasks).

use std::time::Duration;

use mcpwright_core::{Client, ClientCapabilities, TASKS_EXTENSION};
use serde_json::Map;

/// A task that is kept for no time could not be asked for at all.
const SHORTEST: Duration = Duration::from_secs(1);

/// Clocks reach further than this, so that every task has an end and counts among its caller's until then.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// What a server does with calls that become [tasks](https://modelcontextprotocol.io/extensions/tasks).
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
    pub(crate) most: usize,
    pub(crate) max_result_bytes: usize,
}

impl TaskConfig {
    /// No call becomes a task but those of tools that say so; what is said below where nothing is said.
    pub fn new() -> Self {
        Self {
            after: None,
            ttl: Duration::from_secs(60 * 60),
            poll_interval: Duration::from_secs(1),
            most: 1000,
            max_result_bytes: 1 << 20,
        }
    }

    /// Makes a task of any call of a tool that has taken this long, where the client knows tasks and the tool says
    /// nothing of its own.
    ///
    /// A call that ends before is answered as ever, and costs no more.
    pub fn after(mut self, time: Duration) -> Self {
        self.after = Some(time);
        self
    }

    /// Keeps a task this long from its creation, an hour if nothing is said; then it has failed, if it is not done. What
    /// came of it is kept for a minute at least.
    ///
    /// It is the deadline of tools that have none of their own. What is less than a second is a second, and what is more
    /// than a hundred years is a hundred years.
    pub fn ttl(mut self, time: Duration) -> Self {
        self.ttl = time.clamp(SHORTEST, LONGEST);
        self
    }

    /// Has clients wait this long before they ask again how it is with a task: a second if nothing is said.
    pub fn poll_interval(mut self, time: Duration) -> Self {
        self.poll_interval = time;
        self
    }

    /// Keeps at most this many tasks of one caller at a time, done or not: 1000 if nothing is said. Callers of whom nothing
    /// is known are one.
    pub fn most(mut self, tasks: usize) -> Self {
        self.most = tasks;
        self
    }

    /// Keeps results up to this size, in bytes: 1 MiB if nothing is said. In the place of a larger one, the model reads
    /// that the tool should be asked for less.
    ///
    /// It is also the limit of a task that asks, with its questions, its arguments and what the handler knows by then: a
    /// larger one fails. An answer that is larger is refused.
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

/// Whether a client knows tasks.
pub(crate) fn is_known_to(client: &Client) -> bool {
    client.capabilities().extensions.get(TASKS_EXTENSION).is_some()
}

/// What a client has to declare that is to deal with tasks.
pub(crate) fn capability() -> ClientCapabilities {
    ClientCapabilities::new().extensions([(TASKS_EXTENSION, Map::new())])
}
