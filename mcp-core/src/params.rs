//! Parameters and results of those messages that have none of their own.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Meta;
use crate::setters::setters;

/// The parameters of a request that has none of its own, such as `server/discover`.
///
/// See [`RequestParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#requestparams).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RequestParams {
    /// What travels beside them.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl RequestParams {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        meta: Meta,
    }
}

/// The parameters of a request for a list, which comes page by page.
///
/// See [`PaginatedRequestParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#paginatedrequestparams).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PaginatedParams {
    /// Where the page begins: what the page before gave as `nextCursor`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// What travels beside them.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl PaginatedParams {
    /// For the first page.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        cursor: Option<String>,
        meta: Meta,
    }
}

/// The parameters of a notification that has none of its own, such as `notifications/tools/list_changed`.
///
/// See [`NotificationParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#notificationparams).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NotificationParams {
    /// What travels beside them.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl NotificationParams {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        meta: Meta,
    }
}

/// A result that says no more than that it went well.
///
/// See [`EmptyResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#emptyresult).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmptyResult {
    /// What travels beside it.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl EmptyResult {
    /// It went well.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        meta: Meta,
    }
}
