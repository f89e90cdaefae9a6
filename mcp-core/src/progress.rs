//! Progress of requests.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::codec;
use crate::message::RequestId;
use crate::meta::Meta;
use crate::setters::setters;

/// A token that associates progress notifications with their request. The client chooses it in the request's `_meta`.
///
/// See [`ProgressToken`](https://modelcontextprotocol.io/specification/2026-07-28/schema#progresstoken).
pub type ProgressToken = RequestId;

/// Parameters of `notifications/progress`.
///
/// See [`ProgressNotificationParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#progressnotificationparams).
///
/// ```
/// use mcpwright_core::ProgressParams;
///
/// let progress = ProgressParams::new("upload-1", 3).total(10).message("third of ten parts");
/// assert_eq!(
///     serde_json::to_string(&progress).unwrap(),
///     r#"{"progressToken":"upload-1","progress":3,"total":10,"message":"third of ten parts"}"#,
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ProgressParams {
    /// The token of the request.
    pub progress_token: ProgressToken,
    /// The progress so far, which increases with every notification.
    #[serde(with = "codec::number")]
    pub progress: f64,
    /// The total progress required, if known.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "codec::optional_number")]
    pub total: Option<f64>,
    /// Human-readable description of the current progress.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ProgressParams {
    /// Creates the parameters from the token of a request and its progress.
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
