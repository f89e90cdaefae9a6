//! Which folders the client works in.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Meta;
use crate::setters::setters;

/// Which folders the client works in.
///
/// See [`ListRootsResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#listrootsresult).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListRootsResult {
    /// The folders.
    pub roots: Vec<Root>,
    /// What travels beside it.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ListRootsResult {
    /// The client works in these folders.
    pub fn new(roots: impl Into<Vec<Root>>) -> Self {
        Self { roots: roots.into(), ..Self::default() }
    }

    setters! {
        meta: Meta,
    }
}

/// A folder or a file that the client works in.
///
/// See [`Root`](https://modelcontextprotocol.io/specification/2026-07-28/schema#root).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Root {
    /// Where it is: a `file:` URI.
    pub uri: String,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What travels beside it.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Root {
    /// The folder at this URI.
    pub fn new(uri: impl Into<String>) -> Self {
        Self { uri: uri.into(), ..Self::default() }
    }

    setters! {
        name: Option<String>,
        meta: Meta,
    }
}
