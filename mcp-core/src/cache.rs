//! How long, and by whom, a result may be kept.

use serde::{Deserialize, Serialize};

/// How long a client may keep a result, and for whom.
///
/// By default it is not kept.
/// See [`CacheableResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#cacheableresult).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Caching {
    /// For how many milliseconds.
    pub ttl_ms: u64,
    /// For whom.
    pub cache_scope: CacheScope,
}

impl Caching {
    /// For so many milliseconds, for these.
    pub fn new(ttl_ms: u64, cache_scope: CacheScope) -> Self {
        Self { ttl_ms, cache_scope }
    }
}

/// For whom a result may be kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CacheScope {
    /// For everybody: nothing in it depends on who asks.
    Public,
    /// For the caller only.
    #[default]
    Private,
}

impl CacheScope {
    /// The scope's name in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
        }
    }
}
