//! Cancellation of requests.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::message::RequestId;
use crate::meta::Meta;
use crate::setters::setters;

/// Parameters of `notifications/cancelled`.
///
/// See [`CancelledNotificationParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#cancellednotificationparams).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CancelledParams {
    /// The id of the request to cancel. Revision 2025-11-25 allows it to be absent; then nothing is cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestId>,
    /// The reason for the cancellation, for logs and users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl CancelledParams {
    /// Creates the parameters that cancel the request with the given id.
    pub fn new(request_id: impl Into<RequestId>) -> Self {
        Self { request_id: Some(request_id.into()), ..Self::default() }
    }

    setters! {
        reason: Option<String>,
        meta: Meta,
    }
}
