//! What changes while a server runs, and who is told.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use mcpwright_core::{Meta, Notification, ResourceUpdatedParams, SubscriptionFilter, method};
use serde_json::json;

use crate::Caller;
use crate::call::with_meta;
use crate::task::Record;

/// Something that a client may have asked to be told about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// The list of tools is another one now.
    Tools,
    /// The list of prompts is another one now.
    Prompts,
    /// The list of resources is another one now.
    Resources,
    /// The resource of this URI has other contents now.
    Resource(String),
    /// It is otherwise with a task.
    Task(TaskChange),
}

/// That it is otherwise with a task: only its owner may hear of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskChange {
    owner: Arc<str>,
    id: Arc<str>,
    /// How it is with it now, as its owner is told.
    state: Arc<str>,
}

impl TaskChange {
    pub(crate) fn new(record: &Record) -> Option<Self> {
        let state = serde_json::to_string(&record.detailed()).ok()?;
        Some(Self { owner: record.owner.as_str().into(), id: record.id.as_str().into(), state: state.into() })
    }
}

impl Change {
    pub(crate) fn is_wanted_by(&self, filter: &SubscriptionFilter, caller: &Caller) -> bool {
        match self {
            Self::Tools => filter.tools_list_changed == Some(true),
            Self::Prompts => filter.prompts_list_changed == Some(true),
            Self::Resources => filter.resources_list_changed == Some(true),
            Self::Resource(uri) => {
                filter.resource_subscriptions.as_ref().is_some_and(|uris| uris.contains(uri))
            }
            Self::Task(TaskChange { owner, id, .. }) => {
                let is_named = |ids: &Vec<String>| ids.iter().any(|named| **named == **id);
                **owner == *caller.binding() && filter.task_ids.as_ref().is_some_and(is_named)
            }
        }
    }

    /// The notification that tells of it.
    pub(crate) fn notification(&self, meta: &Meta) -> Option<Notification> {
        let name = match self {
            Self::Tools => method::TOOLS_LIST_CHANGED,
            Self::Prompts => method::PROMPTS_LIST_CHANGED,
            Self::Resources => method::RESOURCES_LIST_CHANGED,
            Self::Resource(uri) => {
                let mut params = ResourceUpdatedParams::new(uri.clone());
                params.meta = meta.clone();
                return Notification::new(method::RESOURCES_UPDATED, &params).ok();
            }
            Self::Task(TaskChange { state, .. }) => {
                let params = Some(with_meta(state.to_string(), meta));
                return Some(Notification { method: method::TASKS.into(), params });
            }
        };
        if meta.is_empty() {
            return Some(Notification { method: name.into(), params: None });
        }
        Notification::new(name, &json!({ "_meta": meta })).ok()
    }
}

/// Tells everybody who listens of changes. Cheap to clone, and cheap to call when nobody listens.
#[derive(Clone, Default)]
pub struct Changes(Arc<Mutex<Vec<Weak<Listener>>>>);

/// Somebody who listens for as long as this is kept.
pub struct Listener(Box<dyn Fn(&Change) + Send + Sync>);

impl Changes {
    /// Calls `tell` for each change until the listener is dropped. `tell` must not block.
    #[must_use]
    pub fn listen(&self, tell: impl Fn(&Change) + Send + Sync + 'static) -> Arc<Listener> {
        let listener = Arc::new(Listener(Box::new(tell)));
        let mut listeners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|listener| listener.strong_count() > 0);
        listeners.push(Arc::downgrade(&listener));
        listener
    }

    /// Tells of a change.
    pub fn notify(&self, change: &Change) {
        // The lock is released before anybody is told: a listener may well drop itself or another.
        let listeners: Vec<_> = {
            let listeners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            listeners.iter().filter_map(Weak::upgrade).collect()
        };
        for listener in listeners {
            (listener.0)(change);
        }
    }

    /// The contents of the resource of this URI are others now.
    pub fn resource_updated(&self, uri: impl Into<String>) {
        self.notify(&Change::Resource(uri.into()));
    }
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Changes")
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}
