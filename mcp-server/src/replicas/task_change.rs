//! The change of a task.

use std::cmp::Ordering;
use std::sync::Arc;

use mcpwright_core::DetailedTask;
use serde::{Deserialize, Serialize};

/// The position of a state in the life of a task: the greater is the later. Replicas receive states in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct TaskVersion {
    /// A task ends once: this comes before everything else.
    pub(crate) has_ended: bool,
    pub(crate) step: u32,
    pub(crate) updated: u64,
    /// The number of input requests that have a response.
    pub(crate) responses: u32,
}

/// A task changed state. Delivered only to the task's owner.
///
/// On a [`Bus`](crate::Bus) it contains the whole state, with results and input requests, and the owner. Two changes are
/// equal if they are of the same task: the last state replaces earlier ones.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TaskChange(Arc<ChangedTask>);

#[derive(Debug, Serialize, Deserialize)]
struct ChangedTask {
    owner: String,
    id: String,
    version: TaskVersion,
    /// The state as its owner receives it: the text of an object.
    state: String,
}

impl TaskChange {
    pub(crate) fn new(owner: &str, version: TaskVersion, task: &DetailedTask) -> Option<Self> {
        let state = serde_json::to_string(task).ok()?;
        let (owner, id) = (owner.to_owned(), task.task.task_id.clone());
        Some(Self(Arc::new(ChangedTask { owner, id, version, state })))
    }

    /// Returns the change to subscribe to: any state of this task.
    pub(crate) fn any(owner: &str, id: &str) -> Self {
        let (owner, id, state) = (owner.to_owned(), id.to_owned(), "{}".to_owned());
        Self(Arc::new(ChangedTask { owner, id, version: TaskVersion::default(), state }))
    }

    pub(crate) fn id(&self) -> &str {
        &self.0.id
    }

    pub(crate) fn version(&self) -> TaskVersion {
        self.0.version
    }

    pub(crate) fn state(&self) -> &str {
        &self.0.state
    }

    /// Returns the key of the subscription. Another caller subscribes to another key, and receives nothing.
    fn key(&self) -> (&str, &str) {
        (&self.0.owner, &self.0.id)
    }
}

impl PartialEq for TaskChange {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for TaskChange {}

impl PartialOrd for TaskChange {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for TaskChange {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl std::hash::Hash for TaskChange {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}
