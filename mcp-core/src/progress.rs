//! How far a request has come.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::setters::setters;
use crate::{Meta, RequestId, codec};

/// What progress notifications are known by: the client chose it when it asked.
///
/// See [`ProgressToken`](https://modelcontextprotocol.io/specification/2026-07-28/schema#progresstoken).
pub type ProgressToken = RequestId;

/// How far a request has come.
///
/// See [`ProgressNotificationParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#progressnotificationparams).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ProgressParams {
    /// Which request it is.
    pub progress_token: ProgressToken,
    /// How much is done: each time more than before.
    #[serde(with = "codec::number")]
    pub progress: f64,
    /// How much there is to do, if known.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "codec::optional_number")]
    pub total: Option<f64>,
    /// What is being done, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What travels beside them.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ProgressParams {
    /// So much of a request is done.
    pub fn new(progress_token: impl Into<ProgressToken>, progress: impl Into<f64>) -> Self {
        Self {
            progress_token: progress_token.into(),
            progress: progress.into(),
            total: None,
            message: None,
            meta: Meta::new(),
            other: Map::new(),
        }
    }

    setters! {
        total: Option<f64>,
        message: Option<String>,
        meta: Meta,
    }
}
