//! What a server offers.

pub(crate) mod builder;
pub(crate) mod catalog;
pub(crate) mod list_cache;
pub(crate) mod mount;
pub(crate) mod provider;
pub(crate) mod state;

use std::collections::BTreeSet;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use mcpwright_core::{Caching, Implementation, ServerCapabilities, SubscriptionFilter, method};

use crate::call::middleware::{MethodHandler, Middleware};
use crate::caller::Caller;
use crate::handler::ToolHandler;
use crate::incident;
use crate::meta_cache::MetaCache;
use crate::protocol::connection::Connection;
use crate::replicas::change::Change;
use crate::replicas::seal::aes_gcm::Seal;
use crate::replicas::store::Store;
use crate::runtime::{InlineRuntime, Runtime};
use crate::server::builder::Builder;
use crate::server::state::ServerState;
use crate::subscriptions::notify::Notify;
use crate::tasks::registry::Registry;

/// A server: what it offers, ready to be called. Cheap to clone.
///
/// It comes from a [`Builder`], or from a type with `#[server]`.
#[derive(Clone)]
pub struct Server {
    pub(crate) state: Arc<ServerState>,
    pub(crate) runtime: Arc<dyn Runtime>,
    pub(crate) seal: Seal,
}

impl Server {
    /// Describes a server of this name and version.
    pub fn builder(name: impl Into<String>, version: impl Into<String>) -> Builder {
        Builder::new(name, version)
    }

    /// The same server, on a host that has time and threads. Transports call this.
    #[must_use]
    pub fn with_runtime(mut self, runtime: Arc<dyn Runtime>) -> Self {
        self.runtime = runtime;
        self
    }

    /// A connection for a client who has not said anything yet.
    pub fn connect(&self, caller: Caller) -> Connection {
        Connection::new(self.clone(), caller)
    }

    /// Who the server says it is.
    pub fn info(&self) -> &Implementation {
        &self.state.info
    }

    /// How to use the server, for the model.
    pub fn instructions(&self) -> Option<&str> {
        self.state.instructions.as_deref()
    }

    /// What the server can do: follows from what is registered.
    pub fn capabilities(&self) -> &ServerCapabilities {
        &self.state.capabilities
    }

    /// Tells clients of changes.
    pub fn notify(&self) -> &Notify {
        &self.state.notify
    }

    /// Where replicas keep what they share, if that has been said.
    pub fn store(&self) -> Option<&Arc<dyn Store>> {
        self.state.store.as_ref()
    }

    /// What the server takes of the world.
    pub fn runtime(&self) -> &Arc<dyn Runtime> {
        &self.runtime
    }

    /// The tools that are always there, in the order of the list.
    pub fn tools(&self) -> &[ToolHandler] {
        &self.state.tools.fixed
    }

    pub(crate) fn middleware(&self) -> &[Arc<dyn Middleware>] {
        &self.state.middleware
    }

    pub(crate) fn custom(&self, method: &str) -> Option<&Arc<dyn MethodHandler>> {
        self.state.methods.get(method)
    }

    /// Whether a method belongs to a capability that the server has, or to none.
    pub(crate) fn offers(&self, name: &str) -> bool {
        let has = &self.state.capabilities;
        match name {
            method::TOOLS_LIST | method::TOOLS_CALL => has.tools.is_some(),
            method::PROMPTS_LIST | method::PROMPTS_GET => has.prompts.is_some(),
            method::RESOURCES_LIST | method::RESOURCES_TEMPLATES_LIST | method::RESOURCES_READ => {
                has.resources.is_some()
            }
            method::COMPLETION_COMPLETE => has.completions.is_some(),
            _ => true,
        }
    }

    /// Whether any of the catalogues may change.
    pub(crate) fn has_providers(&self) -> bool {
        let ServerState { tools, prompts, resources, .. } = &*self.state;
        !(tools.providers.is_empty() && prompts.providers.is_empty() && resources.providers.is_empty())
    }

    /// What tasks there are, if a call may become one.
    pub(crate) fn tasks(&self) -> Option<&Registry> {
        self.state.tasks.as_ref()
    }

    pub(crate) fn caching(&self) -> Caching {
        self.state.caching
    }

    pub(crate) fn identities(&self) -> &MetaCache {
        &self.state.identities
    }

    pub(crate) fn info_text(&self) -> &str {
        &self.state.info_text
    }

    pub(crate) fn has_subscriptions(&self) -> bool {
        self.state.capabilities.resources.is_some()
    }

    /// Whether a caller may read the resource of a URI, and hear of its changes. Not where that cannot be found out.
    pub(crate) fn may_read(&self, caller: &Caller, uri: &str) -> bool {
        let Some(may_read) = &self.state.may_read else { return true };
        let answer = catch_unwind(AssertUnwindSafe(|| may_read(caller, uri)));
        answer.unwrap_or_else(|payload| {
            incident::panic("may_read", payload);
            false
        })
    }

    /// Whether a caller may hear of a change.
    pub(crate) fn may_hear(&self, caller: &Caller, change: &Change) -> bool {
        match change {
            Change::Resource(uri) => self.may_read(caller, uri),
            // Of a task, nobody but its owner can listen.
            Change::Tools | Change::Prompts | Change::Resources | Change::Task(_) => true,
        }
    }

    /// The part of a filter that the server can honour for a caller.
    pub(crate) fn supported(&self, mut asked: SubscriptionFilter, caller: &Caller) -> SubscriptionFilter {
        let has = &self.state.capabilities;
        let keep = |asked: Option<bool>, has: bool| asked.filter(|asked| *asked && has);
        let mut filter = SubscriptionFilter::new();
        filter.tools_list_changed = keep(asked.tools_list_changed, has.tools.is_some());
        filter.prompts_list_changed = keep(asked.prompts_list_changed, has.prompts.is_some());
        filter.resources_list_changed = keep(asked.resources_list_changed, has.resources.is_some());
        if self.has_subscriptions() {
            filter.resource_subscriptions = std::mem::take(&mut asked.resource_subscriptions);
            filter
                .resource_subscriptions
                .iter_mut()
                .for_each(|uris| uris.retain(|uri| self.may_read(caller, uri)));
        }
        if self.tasks().is_some() {
            filter.task_ids = std::mem::take(&mut asked.task_ids);
            // Each is looked up, however often it is named.
            let mut named = BTreeSet::new();
            filter.task_ids.iter_mut().for_each(|ids| ids.retain(|id| named.insert(id.clone())));
        }
        filter
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("info", &self.state.info).finish_non_exhaustive()
    }
}

pub(crate) fn inline_runtime() -> Arc<dyn Runtime> {
    Arc::new(InlineRuntime::default())
}
