//! Roots: directories and files of the client that a server can operate on.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::meta::Meta;
use crate::setters::setters;

/// The result of `roots/list`: the roots of the client.
///
/// See [`ListRootsResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#listrootsresult).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListRootsResult {
    /// The roots.
    pub roots: Vec<Root>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ListRootsResult {
    /// Creates a result from the roots of the client.
    pub fn new(roots: impl Into<Vec<Root>>) -> Self {
        Self { roots: roots.into(), ..Self::default() }
    }

    setters! {
        meta: Meta,
    }
}

/// A directory or file that the server can operate on.
///
/// See [`Root`](https://modelcontextprotocol.io/specification/2026-07-28/schema#root).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Root {
    /// The URI of the root, which starts with `file://`.
    pub uri: String,
    /// Human-readable name for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Root {
    /// Creates a root from its URI.
    pub fn new(uri: impl Into<String>) -> Self {
        Self { uri: uri.into(), ..Self::default() }
    }

    setters! {
        name: Option<String>,
        meta: Meta,
    }
}
