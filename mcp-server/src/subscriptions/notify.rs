//! How a server is told of changes: by the program itself, and by other replicas.

use std::fmt;
use std::sync::{Arc, OnceLock, Weak};

use crate::caller::Caller;
use crate::replicas::bus::Bus;
use crate::replicas::change::Change;
use crate::replicas::task_change::TaskChange;
use crate::subscriptions::hub::{Hub, Subscription, Wake};

/// Tells clients of changes: those that have asked for them, in either era. Cheap to clone and to keep anywhere.
///
/// It never waits. A client that is slow to read hears once of what has changed several times meanwhile, and where nobody
/// listens, nothing is done. It comes from [`Builder::notify`](crate::Builder::notify),
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

#[derive(Default)]
struct State {
    hub: Arc<Hub>,
    bus: OnceLock<Arc<dyn Bus>>,
    /// The server in which this one is mounted: its clients are those who listen.
    mounted_in: OnceLock<Notify>,
}

impl Notify {
    /// The list of tools is another one now.
    pub fn tools_list_changed(&self) {
        self.changed(&Change::Tools);
    }

    /// The list of prompts is another one now.
    pub fn prompts_list_changed(&self) {
        self.changed(&Change::Prompts);
    }

    /// The list of resources is another one now.
    pub fn resources_list_changed(&self) {
        self.changed(&Change::Resources);
    }

    /// The contents of the resource of this URI are others now.
    pub fn resource_updated(&self, uri: impl AsRef<str>) {
        let root = self.root();
        // Where nobody listens, not even the URI is copied.
        if !root.hub.is_empty() || root.bus.get().is_some() {
            self.changed(&Change::Resource(uri.as_ref().into()));
        }
    }

    /// It is otherwise with a task. How it is with it now is not even written where nobody listens.
    pub(crate) fn task_changed(&self, change: impl FnOnce() -> Option<TaskChange>) {
        let root = self.root();
        if (!root.hub.is_empty() || root.bus.get().is_some())
            && let Some(change) = change()
        {
            self.changed(&Change::Task(change));
        }
    }

    pub(crate) fn changed(&self, change: &Change) {
        let root = self.root();
        root.hub.send(change);
        if let Some(bus) = root.bus.get() {
            bus.publish(change, &ReplicaHandle(Arc::downgrade(&root.hub)));
        }
    }

    /// Opens a subscription that wants nothing yet; nothing if its caller has too many.
    pub(crate) fn subscribe(&self, caller: &Caller, wake: Option<&Wake>) -> Option<Subscription> {
        Subscription::open(&self.0.hub, caller, wake)
    }

    /// Tells the clients of another server from here on.
    pub(crate) fn mount_in(&self, other: &Self) {
        // A builder is mounted once: mounting takes it.
        let _ = self.0.mounted_in.set(other.clone());
    }

    /// Shares changes with other replicas from here on.
    pub(crate) fn join(&self, bus: Arc<dyn Bus>) {
        bus.attach(ReplicaHandle(Arc::downgrade(&self.0.hub)));
        // A server is built once: building takes its builder.
        let _ = self.0.bus.set(bus);
    }

    /// Where those who listen are.
    fn root(&self) -> &State {
        match self.0.mounted_in.get() {
            Some(outer) => outer.root(),
            None => &self.0,
        }
    }
}

/// Those who listen to one replica of a server: a [`Bus`] tells them of the changes of the others.
///
/// Two are equal if they are of the same replica.
#[derive(Clone)]
pub struct ReplicaHandle(Weak<Hub>);

impl ReplicaHandle {
    /// Tells them of a change at another replica, without waiting for them. Says whether the replica is still there.
    pub fn tell(&self, change: &Change) -> bool {
        let hub = self.0.upgrade();
        hub.as_ref().inspect(|hub| hub.send(change)).is_some()
    }
}

impl PartialEq for ReplicaHandle {
    fn eq(&self, other: &Self) -> bool {
        self.0.ptr_eq(&other.0)
    }
}

impl Eq for ReplicaHandle {}

impl fmt::Debug for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Notify")
    }
}

impl fmt::Debug for ReplicaHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listeners")
    }
}
