//! The keys of a server, in a build with the feature `seal`.

use crate::replicas::seal::keys::Key;
use crate::server::builder::Builder;

impl Builder {
    /// Adds a key that seals the data of the server that clients store: session ids, and the state of calls that require
    /// input. All replicas must have the same keys.
    ///
    /// The first key seals, and all of them open. Without a key, each process has a random one. A key is good for some
    /// billions of seals: at a thousand per second, replace it once a month.
    ///
    /// ```
    /// use mcpwright_server::{Key, Server};
    ///
    /// let key: Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".parse()?;
    /// let replica = || Server::builder("notes", "1.0.0").key(key.clone()).build();
    /// let sealed = replica().seal().seal("cursor", &["ada"], b"row 700");
    /// assert_eq!(replica().seal().open("cursor", &["ada"], &sealed).as_deref(), Some(&b"row 700"[..]));
    /// # Ok::<(), mcpwright_server::KeyError>(())
    /// ```
    pub fn key(mut self, key: Key) -> Self {
        self.keys.push(key);
        self
    }
}
