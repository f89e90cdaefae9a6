//! `_meta`: metadata outside the schema of a request, a result or a notification.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Keys of `_meta` that the specification reserves.
pub mod key {
    /// The revision of a request.
    pub const PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
    /// The implementation that the client reports.
    pub const CLIENT_INFO: &str = "io.modelcontextprotocol/clientInfo";
    /// The capabilities of the client.
    pub const CLIENT_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
    /// The minimum level of log messages that the client requests.
    pub const LOG_LEVEL: &str = "io.modelcontextprotocol/logLevel";
    /// The implementation that the server reports.
    pub const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";
    /// The id of the subscription that delivered a notification.
    pub const SUBSCRIPTION_ID: &str = "io.modelcontextprotocol/subscriptionId";
    /// The token of progress notifications for a request.
    pub const PROGRESS_TOKEN: &str = "progressToken";
}

/// A `_meta` object: metadata by key. The specification reserves the keys in [`key`]. Extensions and applications define
/// their own keys, with a prefix such as `com.example/`.
///
/// See [`_meta`](https://modelcontextprotocol.io/specification/2026-07-28/basic#meta).
///
/// ```
/// use mcpwright_core::Meta;
/// use serde_json::json;
///
/// let meta = Meta::new().with("com.example/trace", json!({ "id": 7 }));
/// assert_eq!(meta.get("com.example/trace"), Some(&json!({ "id": 7 })));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Meta(pub Map<String, Value>);

impl Meta {
    /// Creates an empty object.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an entry, replacing an earlier one with the same key.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.insert(key.into(), value.into());
        self
    }

    /// Returns the value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// Returns `true` if there are no entries.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
