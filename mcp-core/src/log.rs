//! Log messages that a client asked for.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Meta;
use crate::setters::setters;

/// How severe a log message is, the least severe first.
///
/// See [`LoggingLevel`](https://modelcontextprotocol.io/specification/2026-07-28/schema#logginglevel).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LoggingLevel {
    /// For whoever looks for a fault.
    Debug,
    /// What happens.
    Info,
    /// What happens and is worth a look.
    Notice,
    /// What may become an error.
    Warning,
    /// Something failed.
    Error,
    /// A part of the server failed.
    Critical,
    /// Somebody must act at once.
    Alert,
    /// Nothing works.
    Emergency,
}

/// One log message.
///
/// See [`LoggingMessageNotificationParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#loggingmessagenotificationparams).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LoggingMessageParams {
    /// How severe it is.
    pub level: LoggingLevel,
    /// Which part of the server says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logger: Option<String>,
    /// What it says: a string or any other JSON value.
    pub data: Value,
    /// What travels beside them.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl LoggingMessageParams {
    /// A message of this severity.
    pub fn new(level: LoggingLevel, data: impl Into<Value>) -> Self {
        Self { level, logger: None, data: data.into(), meta: Meta::new(), other: Map::new() }
    }

    setters! {
        logger: Option<String>,
        meta: Meta,
    }
}

/// From which severity on log messages are to be sent: revisions up to 2025-11-25 only.
///
/// See [`SetLevelRequestParams`](https://modelcontextprotocol.io/specification/2025-11-25/schema#setlevelrequestparams).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SetLevelParams {
    /// The least severity.
    pub level: LoggingLevel,
    /// What travels beside them.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl SetLevelParams {
    /// To send log messages from this severity on.
    pub fn new(level: LoggingLevel) -> Self {
        Self { level, meta: Meta::new(), other: Map::new() }
    }

    setters! {
        meta: Meta,
    }
}
