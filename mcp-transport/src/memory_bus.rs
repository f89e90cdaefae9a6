//! An in-memory bus for several servers in one process.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mcpwright_server::{Bus, Change, ReplicaHandle};

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

    fn attached(&self) -> MutexGuard<'_, Vec<ReplicaHandle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bus for MemoryBus {
    fn publish(&self, change: &Change, from: &ReplicaHandle) {
        // Unlocked before the change is delivered: a woken connection may attach another server.
        let others: Vec<_> = self.attached().iter().filter(|listeners| *listeners != from).cloned().collect();
        let gone: Vec<_> = others.into_iter().filter(|replica| !replica.deliver(change)).collect();
        if !gone.is_empty() {
            self.attached().retain(|listeners| !gone.contains(listeners));
        }
    }

    fn attach(&self, listeners: ReplicaHandle) {
        self.attached().push(listeners);
    }
}
