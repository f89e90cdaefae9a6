//! An in-memory bus for several servers in one process.

use std::sync::{Arc, Mutex};

use mcpwright_server::{Bus, Change, ReplicaHandle};

use crate::sync::lock;

/// An in-memory bus for several servers in one process. Clones are the same bus.
///
/// ```
/// use mcpwright_server::Server;
/// use mcpwright_transport::MemoryBus;
///
/// let bus = MemoryBus::new();
/// let one = Server::builder("replica", "1.0.0").bus(bus.clone()).build();
/// let other = Server::builder("replica", "1.0.0").bus(bus).build();
/// // The clients of the other server are notified, too.
/// one.notify().resource_updated("weather://now");
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryBus(Arc<Mutex<Vec<ReplicaHandle>>>);

impl MemoryBus {
    /// Creates a bus without servers.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Bus for MemoryBus {
    fn publish(&self, change: &Change, from: &ReplicaHandle) {
        // Unlocked before the change is delivered: a woken connection may attach another server.
        let others: Vec<_> = lock(&self.0).iter().filter(|replica| *replica != from).cloned().collect();
        let gone: Vec<_> = others.into_iter().filter(|replica| !replica.deliver(change)).collect();
        if !gone.is_empty() {
            lock(&self.0).retain(|replica| !gone.contains(replica));
        }
    }

    fn attach(&self, replica: ReplicaHandle) {
        lock(&self.0).push(replica);
    }
}
