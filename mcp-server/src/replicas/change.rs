//! Changes that clients can subscribe to.

use std::sync::Arc;

use mcpwright_core::{Meta, Notification, ResourceUpdatedParams, SubscriptionFilter, method};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::caller::Caller;
use crate::json::with_meta;
use crate::replicas::task_change::TaskChange;

/// A change that clients can subscribe to.
///
/// It is serialized with serde for a [`Bus`](crate::Bus). The format has a version: a replica rejects changes of a version
/// that it does not know.
///
/// ```
/// use mcpwright_server::Change;
///
/// let change = Change::Resource("file:///notes.md".into());
/// let text = serde_json::to_string(&change)?;
/// assert_eq!(text, r#"{"v":1,"change":{"resource":"file:///notes.md"}}"#);
/// assert_eq!(serde_json::from_str::<Change>(&text)?, change);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "VersionedChange", into = "VersionedChange")]
#[non_exhaustive]
pub enum Change {
    /// The list of tools changed.
    Tools,
    /// The list of prompts changed.
    Prompts,
    /// The list of resources or of resource templates changed.
    Resources,
    /// The contents of the resource with this URI changed.
    Resource(Arc<str>),
    /// A task changed state. Delivered only to the task's owner.
    Task(TaskChange),
}

/// The version of the wire format of changes.
const VERSION: u32 = 1;

/// The wire format of a change.
#[derive(Serialize, Deserialize)]
struct VersionedChange {
    v: u32,
    change: ChangeForm,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum ChangeForm {
    Tools,
    Prompts,
    Resources,
    Resource(Arc<str>),
    Task(TaskChange),
}

impl From<Change> for VersionedChange {
    fn from(change: Change) -> Self {
        let change = match change {
            Change::Tools => ChangeForm::Tools,
            Change::Prompts => ChangeForm::Prompts,
            Change::Resources => ChangeForm::Resources,
            Change::Resource(uri) => ChangeForm::Resource(uri),
            Change::Task(task) => ChangeForm::Task(task),
        };
        Self { v: VERSION, change }
    }
}

impl TryFrom<VersionedChange> for Change {
    type Error = String;

    fn try_from(VersionedChange { v, change }: VersionedChange) -> Result<Self, String> {
        if v != VERSION {
            return Err(format!("the change has version {v}; this replica reads version {VERSION}"));
        }
        Ok(match change {
            ChangeForm::Tools => Self::Tools,
            ChangeForm::Prompts => Self::Prompts,
            ChangeForm::Resources => Self::Resources,
            ChangeForm::Resource(uri) => Self::Resource(uri),
            ChangeForm::Task(task) => Self::Task(task),
        })
    }
}

impl Change {
    /// The changes of lists, which every legacy session receives.
    pub(crate) const LISTS: [Self; 3] = [Self::Tools, Self::Prompts, Self::Resources];

    /// Returns the changes that a filter of this caller names.
    pub(crate) fn named_by(filter: &SubscriptionFilter, caller: &Caller) -> impl Iterator<Item = Self> {
        let lists = [filter.tools_list_changed, filter.prompts_list_changed, filter.resources_list_changed];
        let lists = Self::LISTS.into_iter().zip(lists).filter(|(_, named)| *named == Some(true));
        let ids = filter.task_ids.iter().flatten();
        let tasks = ids.map(|id| Self::Task(TaskChange::any(caller.binding(), id)));
        lists.map(|(list, _)| list).chain(tasks)
    }

    /// Returns the notification of the change.
    pub(crate) fn notification(&self, meta: &Meta) -> Option<Notification> {
        let name = match self {
            Self::Tools => method::TOOLS_LIST_CHANGED,
            Self::Prompts => method::PROMPTS_LIST_CHANGED,
            Self::Resources => method::RESOURCES_LIST_CHANGED,
            Self::Resource(uri) => {
                let mut params = ResourceUpdatedParams::new(&**uri);
                params.meta = meta.clone();
                return Notification::new(method::RESOURCES_UPDATED, &params).ok();
            }
            Self::Task(change) => {
                let params = Some(with_meta(change.state().to_owned(), meta));
                return Some(Notification { method: method::TASKS.into(), params });
            }
        };
        if meta.is_empty() {
            return Some(Notification { method: name.into(), params: None });
        }
        Notification::new(name, &json!({ "_meta": meta })).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_another_version_is_rejected() {
        for change in Change::LISTS {
            let text = serde_json::to_string(&change).unwrap();
            assert_eq!(serde_json::from_str::<Change>(&text).unwrap(), change);
            let error = serde_json::from_str::<Change>(&text.replace("\"v\":1", "\"v\":2")).unwrap_err();
            assert!(error.to_string().contains("version 2"), "{error}");
        }
    }
}
