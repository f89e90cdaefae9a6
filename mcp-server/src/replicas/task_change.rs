//! That it is otherwise with a task.

use std::cmp::Ordering;
use std::sync::Arc;

use mcpwright_core::DetailedTask;
use serde::{Deserialize, Serialize};

/// How far a task has come: the greater is the later. Replicas hear of a task in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct TaskVersion {
    /// It ends once, whatever else is said of it meanwhile.
    pub(crate) has_ended: bool,
    pub(crate) step: u32,
    pub(crate) updated: u64,
    /// How many of its questions are answered.
    pub(crate) answered: u32,
}

/// That it is otherwise with a task: only its owner hears of it.
///
/// A [`Bus`](crate::Bus) carries it with how it is with the task, results and questions included, and with its owner:
/// whoever reads the bus reads both. Two are equal if they are of the same task: what counts is how it
/// is with it last.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TaskChange(Arc<Told>);

#[derive(Debug, Serialize, Deserialize)]
struct Told {
    owner: String,
    id: String,
    age: TaskVersion,
    /// How it is with it now, as its owner is told.
    state: String,
}

impl TaskChange {
    pub(crate) fn new(owner: &str, age: TaskVersion, task: &DetailedTask) -> Option<Self> {
        let state = serde_json::to_string(task).ok()?;
        let (owner, id) = (owner.to_owned(), task.task.task_id.clone());
        Some(Self(Arc::new(Told { owner, id, age, state })))
    }

    /// Any change of a task, to be listened for.
    pub(crate) fn any(owner: &str, id: &str) -> Self {
        let (owner, id, state) = (owner.to_owned(), id.to_owned(), "{}".to_owned());
        Self(Arc::new(Told { owner, id, age: TaskVersion::default(), state }))
    }

    pub(crate) fn id(&self) -> &str {
        &self.0.id
    }

    pub(crate) fn age(&self) -> TaskVersion {
        self.0.age
    }

    pub(crate) fn state(&self) -> &str {
        &self.0.state
    }

    /// Whoever is not the owner listens for another key, and hears nothing.
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
