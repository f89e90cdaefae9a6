//! How the replicas of a server tell each other of changes.

use crate::replicas::change::Change;
use crate::subscriptions::notify::ReplicaHandle;

/// Carries changes between the replicas of a server, so that a client hears of them wherever it is connected.
///
/// It carries what is told with [`Notify`](crate::Notify), as serde writes a [`Change`], and no contents but those of tasks:
/// whoever hears of another change reads for itself. The change of a task carries its state, with its questions or its
/// result, and its owner, so a broker sees them; it should be no more open than the [`Store`](crate::Store) is. A bus that is
/// not available may lose changes, and says so in its log.
pub trait Bus: Send + Sync + 'static {
    /// Carries a change to the other replicas. `from` is the replica where it was told: its own clients know of it.
    ///
    /// It must not block, since handlers wait for it: a bus that goes over a network keeps the change and sends it later.
    fn publish(&self, change: &Change, from: &ReplicaHandle);

    /// Is called once for each replica, when its server is built: keep `listeners` to tell them of what others publish.
    fn attach(&self, listeners: ReplicaHandle);
}
