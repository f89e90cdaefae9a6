//! Changes that clients can subscribe to.

use std::sync::Arc;

use mcpwright_core::{Meta, Notification, ResourceUpdatedParams, SubscriptionFilter, method};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::call::outcome::with_meta;
use crate::caller::Caller;
use crate::replicas::task_change::TaskChange;

/// Something that a client may have asked to be told about.
///
/// A [`Bus`](crate::Bus) between processes carries it as serde writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Change {
    /// The list of tools is another one now.
    Tools,
    /// The list of prompts is another one now.
    Prompts,
    /// The list of resources is another one now.
    Resources,
    /// The resource of this URI has other contents now.
    Resource(Arc<str>),
    /// It is otherwise with a task.
    Task(TaskChange),
}

impl Change {
    /// The changes of lists, which earlier revisions tell everybody of.
    pub(crate) const LISTS: [Self; 3] = [Self::Tools, Self::Prompts, Self::Resources];

    /// The changes that a filter of this caller names.
    pub(crate) fn wanted_by(filter: &SubscriptionFilter, caller: &Caller) -> impl Iterator<Item = Self> {
        let lists = [filter.tools_list_changed, filter.prompts_list_changed, filter.resources_list_changed];
        let lists = Self::LISTS.into_iter().zip(lists).filter(|(_, wanted)| *wanted == Some(true));
        let uris = filter.resource_subscriptions.iter().flatten();
        let ids = filter.task_ids.iter().flatten();
        let tasks = ids.map(|id| Self::Task(TaskChange::any(caller.binding(), id)));
        let uris = uris.map(|uri| Self::Resource(uri.as_str().into()));
        lists.map(|(list, _)| list).chain(uris).chain(tasks)
    }

    /// The notification that tells of it.
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
