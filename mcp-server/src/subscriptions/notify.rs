//! Publishing changes to the clients of a server.

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, OnceLock, Weak};

use crate::caller::Caller;
use crate::replicas::bus::{Bus, ReplicaHandle};
use crate::replicas::change::Change;
use crate::replicas::task_change::TaskChange;
use crate::subscriptions::hub::{Hub, Subscription, Wake};
use crate::sync::lock;

/// Publishes changes to the clients that subscribed to them, in either era. Cheap to clone and to keep anywhere.
///
/// Publishing never waits. A client that reads slowly receives one notification for several equal changes, and without
/// subscriptions nothing is done. Get it from [`Builder::notify`](crate::Builder::notify),
/// [`Server::notify`](crate::Server::notify) or, in a handler, [`Context::notify`](crate::Context::notify).
///
/// ```
/// use mcpwright_server::{ResourceHandler, Server};
///
/// let server = Server::builder("weather", "1.0.0")
///     .resource(ResourceHandler::function("weather://now", "now", || async { "sunny" }))
///     .build();
/// let notify = server.notify().clone();
/// std::thread::spawn(move || notify.resource_updated("weather://now"));
/// ```
///
/// See [subscriptions](https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions).
#[derive(Clone, Default)]
pub struct Notify(Arc<State>);

thread_local! {
    /// The thread runs a function that must not publish changes.
    static IS_SILENT: Cell<bool> = const { Cell::new(false) };
}

/// Runs a function that must not publish changes, because the delivery of a change calls it. Changes that it publishes are
/// ignored.
pub(crate) fn without_publishing<R>(run: impl FnOnce() -> R) -> Result<R, Box<dyn Any + Send>> {
    let before = IS_SILENT.replace(true);
    let result = catch_unwind(AssertUnwindSafe(run));
    IS_SILENT.set(before);
    result
}

#[derive(Default)]
struct State {
    hub: Arc<Hub>,
    bus: OnceLock<Arc<dyn Bus>>,
    /// The server in which this one is mounted: its clients are the ones that subscribe.
    mounted_in: OnceLock<Notify>,
}

impl Notify {
    /// Publishes that the list of tools changed.
    pub fn tools_list_changed(&self) {
        self.publish(&Change::Tools);
    }

    /// Publishes that the list of prompts changed.
    pub fn prompts_list_changed(&self) {
        self.publish(&Change::Prompts);
    }

    /// Publishes that the list of resources or of resource templates changed.
    pub fn resources_list_changed(&self) {
        self.publish(&Change::Resources);
    }

    /// Publishes that the contents of the resource with this URI changed.
    ///
    /// ```
    /// use mcpwright_core::{SubscriptionFilter, method};
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{ResourceHandler, Server};
    ///
    /// # futures::executor::block_on(async {
    /// let now = ResourceHandler::function("weather://now", "now", || async { "sunny" });
    /// let server = Server::builder("weather", "1.0.0").resource(now).build();
    /// let client = Client::modern(server.clone());
    /// client.listen(SubscriptionFilter::new().resource_subscriptions(["weather://now".to_owned()])).await?;
    /// server.notify().resource_updated("weather://now");
    /// assert_eq!(client.notifications()[0].method, method::RESOURCES_UPDATED);
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn resource_updated(&self, uri: impl AsRef<str>) {
        // Without subscriptions, not even the URI is copied.
        match self.root() {
            root if root.has_receivers() => self.publish(&Change::Resource(uri.as_ref().into())),
            root => root.hub.count_resource_update(),
        }
    }

    /// Publishes the change of a task. `change` is called only if there may be a receiver.
    pub(crate) fn task_changed(&self, change: impl FnOnce() -> Option<TaskChange>) {
        if self.root().has_receivers()
            && let Some(change) = change()
        {
            self.publish(&Change::Task(change));
        }
    }

    pub(crate) fn publish(&self, change: &Change) {
        if IS_SILENT.get() {
            tracing::warn!("ignoring a change that a rule of the server published");
            return;
        }
        let root = self.root();
        root.hub.publish(change);
        if let Some(bus) = root.bus.get() {
            bus.publish(change, &ReplicaHandle::new(&root.hub));
        }
    }

    /// Returns how often a change of a list has been published here, by this replica or another.
    pub(crate) fn published(&self, list: &Change) -> u64 {
        self.root().hub.published(list)
    }

    /// Returns how often a change of a resource has been published here, by this replica or another.
    pub(crate) fn resource_updates(&self) -> u64 {
        self.root().hub.resource_updates()
    }

    /// Opens a subscription to nothing yet. Returns `None` if its caller has too many.
    pub(crate) fn subscribe(&self, caller: &Caller, wake: Option<&Wake>) -> Option<Subscription> {
        Subscription::open(&self.0.hub, caller, wake)
    }

    /// Publishes to the clients of another server from now on.
    pub(crate) fn mount_in(&self, other: &Self) {
        // A builder is mounted once: mounting consumes it.
        let _ = self.0.mounted_in.set(other.clone());
    }

    /// Shares changes with other replicas from now on.
    pub(crate) fn join(&self, bus: Arc<dyn Bus>) {
        bus.attach(ReplicaHandle::new(&self.0.hub));
        // A server is built once: building consumes its builder.
        let _ = self.0.bus.set(bus);
    }

    /// Returns a handle that does not keep the subscriptions alive.
    fn downgrade(&self) -> WeakNotify {
        WeakNotify(Arc::downgrade(&self.0))
    }

    /// Returns the state of the outermost server.
    fn root(&self) -> &State {
        match self.0.mounted_in.get() {
            Some(outer) => outer.root(),
            None => &self.0,
        }
    }
}

impl State {
    fn has_receivers(&self) -> bool {
        !self.hub.is_empty() || self.bus.get().is_some()
    }
}

/// The servers that a provider belongs to. A change is published to the clients of all of them. Clones share the servers.
///
/// Servers are not kept alive: one that has been dropped is forgotten.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use mcpwright_core::{SubscriptionFilter, method};
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Notify, NotifySet, ProviderError, RequestInfo, Server, ToolHandler, ToolProvider, async_trait};
///
/// #[derive(Clone, Default)]
/// struct Plugins {
///     revision: Arc<AtomicU64>,
///     servers: NotifySet,
/// }
///
/// #[async_trait]
/// impl ToolProvider for Plugins {
///     fn revision(&self) -> u64 {
///         self.revision.load(Ordering::Relaxed)
///     }
///
///     async fn tools(&self, _: &RequestInfo<'_>) -> Result<Vec<ToolHandler>, ProviderError> {
///         Ok(Vec::new())
///     }
///
///     fn attach(&self, notify: &Notify) {
///         self.servers.insert(notify);
///     }
/// }
///
/// # futures::executor::block_on(async {
/// let plugins = Plugins::default();
/// let client = Client::modern(Server::builder("editor", "1.0.0").tool_provider(plugins.clone()));
/// client.listen(SubscriptionFilter::new().tools_list_changed(true)).await?;
/// // A plugin was installed.
/// plugins.revision.fetch_add(1, Ordering::Relaxed);
/// plugins.servers.tools_list_changed();
/// assert_eq!(client.notifications()[0].method, method::TOOLS_LIST_CHANGED);
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug, Default)]
pub struct NotifySet(Arc<Mutex<Vec<WeakNotify>>>);

impl NotifySet {
    /// Adds a server.
    pub fn insert(&self, notify: &Notify) {
        let mut servers = lock(&self.0);
        servers.retain(|server| server.upgrade().is_some());
        servers.push(notify.downgrade());
    }

    /// Publishes that the list of tools changed.
    pub fn tools_list_changed(&self) {
        self.publish(&Change::Tools);
    }

    /// Publishes that the list of prompts changed.
    pub fn prompts_list_changed(&self) {
        self.publish(&Change::Prompts);
    }

    /// Publishes that the list of resources or of resource templates changed.
    pub fn resources_list_changed(&self) {
        self.publish(&Change::Resources);
    }

    /// Publishes that the contents of the resource with this URI changed.
    pub fn resource_updated(&self, uri: impl AsRef<str>) {
        self.servers().iter().for_each(|notify| notify.resource_updated(&uri));
    }

    pub(crate) fn publish(&self, change: &Change) {
        self.servers().iter().for_each(|notify| notify.publish(change));
    }

    /// Returns the servers that still exist. Unlocked before a change is published: publishing may add a server.
    fn servers(&self) -> Vec<Notify> {
        lock(&self.0).iter().filter_map(WeakNotify::upgrade).collect()
    }
}

/// A [`Notify`] that does not keep its server's subscriptions alive.
#[derive(Clone)]
struct WeakNotify(Weak<State>);

impl WeakNotify {
    /// Returns `None` once the server and its clients are gone.
    fn upgrade(&self) -> Option<Notify> {
        self.0.upgrade().map(Notify)
    }
}

impl fmt::Debug for WeakNotify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WeakNotify")
    }
}

impl fmt::Debug for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notify").finish_non_exhaustive()
    }
}
