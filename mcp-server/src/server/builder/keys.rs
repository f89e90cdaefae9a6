//! The keys of a server, in a build with the feature `seal`.

use crate::replicas::seal::keys::Key;
use crate::server::builder::Builder;

impl Builder {
    /// Adds a key that seals the data of the server that clients store: session ids, and the state of calls that require
    /// input. All replicas must have the same keys.
    ///
    /// The first key seals, and all of them open. Without a key, each process has a random one. A key is good for some
    /// billions of seals: at a thousand per second, replace it once a month.
    pub fn key(mut self, key: Key) -> Self {
        self.keys.push(key);
        self
    }
}
