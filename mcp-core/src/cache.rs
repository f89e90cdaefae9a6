//! Cache hints of results.

use serde::{Deserialize, Serialize};

/// Cache hints of a result: a time to live and a scope.
///
/// The default is a time to live of 0 and the private scope: the result is stale at once.
/// See [`CacheableResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#cacheableresult).
///
/// ```
/// use mcpwright_core::{CacheScope, Caching};
///
/// let caching = Caching::new(60_000, CacheScope::Public);
/// assert_eq!(serde_json::to_string(&caching).unwrap(), r#"{"ttlMs":60000,"cacheScope":"public"}"#);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Caching {
    /// Time for which the client may cache the result, in milliseconds. 0 means that it is stale at once.
    pub ttl_ms: u64,
    /// Scope of the cached result.
    pub cache_scope: CacheScope,
}

impl Caching {
    /// Creates cache hints from a time to live, in milliseconds, and a scope.
    pub fn new(ttl_ms: u64, cache_scope: CacheScope) -> Self {
        Self { ttl_ms, cache_scope }
    }
}

/// The scope of a cached result, as in HTTP's `Cache-Control: public` and `Cache-Control: private`.
///
/// ```
/// use mcpwright_core::{CacheScope, Caching};
///
/// // A price list is the same for every caller; an inbox is not.
/// let price_list = Caching::new(3_600_000, CacheScope::Public);
/// let inbox = Caching::new(5_000, CacheScope::Private);
/// assert_eq!(price_list.cache_scope.as_str(), "public");
/// assert_eq!(inbox.cache_scope, CacheScope::default());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CacheScope {
    /// The result does not depend on the caller. Clients and intermediaries may share it across callers.
    Public,
    /// The result is for the caller that requested it. It must not be shared across authorization contexts.
    #[default]
    Private,
}

impl CacheScope {
    /// Returns the name of the scope in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
        }
    }
}
