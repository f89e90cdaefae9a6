//! Log messages for clients.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::meta::Meta;
use crate::setters::setters;

/// The severity of a log message. Levels are ordered: [`Debug`](Self::Debug) is the least severe.
///
/// They are the severities of syslog, as in [RFC 5424](https://www.rfc-editor.org/rfc/rfc5424#section-6.2.1).
///
/// See [`LoggingLevel`](https://modelcontextprotocol.io/specification/2026-07-28/schema#logginglevel).
///
/// ```
/// use mcpwright_core::LoggingLevel;
///
/// // A client that requests warnings receives errors as well, but no information.
/// let min_level = LoggingLevel::Warning;
/// assert!(LoggingLevel::Error >= min_level);
/// assert!(LoggingLevel::Info < min_level);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LoggingLevel {
    /// Detailed debugging information.
    Debug,
    /// General informational messages.
    Info,
    /// Normal but significant events.
    Notice,
    /// Warning conditions.
    Warning,
    /// Error conditions.
    Error,
    /// Critical conditions, such as a failed component.
    Critical,
    /// Conditions that require immediate action.
    Alert,
    /// The system is unusable.
    Emergency,
}

/// Parameters of `notifications/message`: one log message.
///
/// See [`LoggingMessageNotificationParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#loggingmessagenotificationparams).
///
/// ```
/// use mcpwright_core::{LoggingLevel, LoggingMessageParams};
/// use serde_json::json;
///
/// let message = LoggingMessageParams::new(LoggingLevel::Warning, json!({ "disk": "sda", "free": 0.02 }))
///     .logger("storage");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LoggingMessageParams {
    /// The severity of the message.
    pub level: LoggingLevel,
    /// The name of the logger that issued the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logger: Option<String>,
    /// The logged data: a string or any other JSON value.
    pub data: Value,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl LoggingMessageParams {
    /// Creates a log message from its severity and data.
    pub fn new(level: LoggingLevel, data: impl Into<Value>) -> Self {
        Self { level, logger: None, data: data.into(), meta: Meta::new(), other: Map::new() }
    }

    setters! {
        logger: Option<String>,
        meta: Meta,
    }
}

/// Parameters of `logging/setLevel`. Revisions up to 2025-11-25 only.
///
/// See [`SetLevelRequestParams`](https://modelcontextprotocol.io/specification/2025-11-25/schema#setlevelrequestparams).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SetLevelParams {
    /// The minimum severity of log messages to send.
    pub level: LoggingLevel,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl SetLevelParams {
    /// Creates the parameters from the minimum severity of log messages to send.
    pub fn new(level: LoggingLevel) -> Self {
        Self { level, meta: Meta::new(), other: Map::new() }
    }

    setters! {
        meta: Meta,
    }
}
