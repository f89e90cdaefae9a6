//! Parameters and results without members of their own, and parameters of paginated requests.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::meta::Meta;
use crate::setters::setters;

/// Parameters of a request without members of its own, such as `server/discover`.
///
/// See [`RequestParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#requestparams).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RequestParams {
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl RequestParams {
    /// Creates parameters without metadata.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        meta: Meta,
    }
}

/// Parameters of a paginated request, such as `tools/list`.
///
/// See [`PaginatedRequestParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#paginatedrequestparams).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PaginatedParams {
    /// Cursor of the requested page: the `nextCursor` of the page before it. `None` requests the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl PaginatedParams {
    /// Creates the parameters that request the first page.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        cursor: Option<String>,
        meta: Meta,
    }
}

/// Parameters of a notification without members of its own, such as `notifications/tools/list_changed`.
///
/// See [`NotificationParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#notificationparams).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NotificationParams {
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl NotificationParams {
    /// Creates parameters without metadata.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        meta: Meta,
    }
}

/// A result that only indicates success.
///
/// See [`EmptyResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#emptyresult).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmptyResult {
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl EmptyResult {
    /// Creates a result without metadata.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        meta: Meta,
    }
}
