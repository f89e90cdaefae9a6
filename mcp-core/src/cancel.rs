//! That a request is no longer wanted.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::setters::setters;
use crate::{Meta, RequestId};

/// Which request is no longer wanted, and why.
///
/// See [`CancelledNotificationParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#cancellednotificationparams).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CancelledParams {
    /// The request: revision 2025-11-25 lets it be absent, and then nothing is cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestId>,
    /// Why, for a log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What travels beside them.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl CancelledParams {
    /// This request is no longer wanted.
    pub fn new(request_id: impl Into<RequestId>) -> Self {
        Self { request_id: Some(request_id.into()), ..Self::default() }
    }

    setters! {
        reason: Option<String>,
        meta: Meta,
    }
}
