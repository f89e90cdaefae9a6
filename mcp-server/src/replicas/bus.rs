//! The bus between the replicas of a server.

use std::fmt;
use std::sync::{Arc, Weak};

use crate::replicas::change::Change;

/// A bus that carries changes between the replicas of a server, so that a client receives them wherever it is connected.
///
/// A [`Change`] is serialized with serde. It contains no data, except for tasks: clients read changed lists and resources
/// again. The change of a task contains its state, its input requests or result, and its owner, so the broker
/// must be as protected as the [`Store`](crate::Store). A bus that is unavailable may lose changes; it should log that.
///
/// ```
/// use mcpwright_server::{Bus, Change, ReplicaHandle, Server};
///
/// /// A bus for a single replica: there is no other one to publish to.
/// struct NoBus;
///
/// impl Bus for NoBus {
///     fn publish(&self, change: &Change, _: &ReplicaHandle) {
///         println!("{change:?}");
///     }
///
///     fn attach(&self, _: ReplicaHandle) {}
/// }
///
/// let server = Server::builder("weather", "1.0.0").bus(NoBus).build();
/// server.notify().tools_list_changed();
/// ```
pub trait Bus: Send + Sync + 'static {
    /// Publishes a change to the other replicas. `from` is the replica that published it and has notified its own clients.
    ///
    /// Must not block, because handlers wait for it: a bus over a network queues the change.
    fn publish(&self, change: &Change, from: &ReplicaHandle);

    /// Called once for each replica, when its server is built: keep `replica` to deliver what the others publish.
    fn attach(&self, replica: ReplicaHandle);
}

/// The receiver of changes in one replica.
pub(crate) trait ReceiveChanges: Send + Sync {
    fn receive(&self, change: &Change);
}

/// A handle to one replica of a server, through which a [`Bus`] delivers the changes of the others.
///
/// Two handles are equal if they belong to the same replica.
///
/// ```
/// use std::sync::{Arc, Mutex};
///
/// use mcpwright_core::SubscriptionFilter;
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Bus, Change, ReplicaHandle, Server, ToolHandler};
///
/// /// A bus for servers in one process.
/// #[derive(Clone, Default)]
/// struct LocalBus(Arc<Mutex<Vec<ReplicaHandle>>>);
///
/// impl Bus for LocalBus {
///     fn publish(&self, change: &Change, from: &ReplicaHandle) {
///         let replicas = self.0.lock().unwrap().clone();
///         for replica in replicas.iter().filter(|replica| *replica != from) {
///             replica.deliver(change);
///         }
///     }
///
///     fn attach(&self, replica: ReplicaHandle) {
///         self.0.lock().unwrap().push(replica);
///     }
/// }
///
/// # futures::executor::block_on(async {
/// let bus = LocalBus::default();
/// let now = || ToolHandler::function("now", [], || async { "noon" });
/// let one = Server::builder("clock", "1.0.0").tool(now()).bus(bus.clone()).build();
/// let client = Client::modern(Server::builder("clock", "1.0.0").tool(now()).bus(bus));
/// client.listen(SubscriptionFilter::new().tools_list_changed(true)).await?;
/// one.notify().tools_list_changed();
/// assert_eq!(client.notifications().len(), 1);
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct ReplicaHandle(Weak<dyn ReceiveChanges>);

impl ReplicaHandle {
    pub(crate) fn new(receiver: &Arc<impl ReceiveChanges + 'static>) -> Self {
        let receiver = Arc::downgrade(receiver);
        Self(receiver)
    }

    /// Delivers a change of another replica to local clients, without waiting for them. Returns `false` if the replica has
    /// shut down.
    pub fn deliver(&self, change: &Change) -> bool {
        let receiver = self.0.upgrade();
        receiver.as_ref().inspect(|receiver| receiver.receive(change)).is_some()
    }
}

impl PartialEq for ReplicaHandle {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::addr_eq(self.0.as_ptr(), other.0.as_ptr())
    }
}

impl Eq for ReplicaHandle {}

impl fmt::Debug for ReplicaHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplicaHandle").finish_non_exhaustive()
    }
}
