//! The error of a request that exceeds a limit temporarily.

use std::fmt;
use std::time::Duration;

use mcpwright_core::ErrorObject;
use serde_json::json;

use crate::runtime::in_millis;

/// The error of a request that exceeds a limit temporarily: a retry may succeed.
///
/// Over HTTP, its status is 429, which no other error has. As a JSON-RPC error it is an internal error (-32603) with
/// `retryAfterMs` in its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overloaded {
    reason: &'static str,
    retry_after: Duration,
}

impl Overloaded {
    /// Creates an error with its reason and the time after which the client may retry.
    ///
    /// ```
    /// use std::time::Duration;
    /// use mcpwright_core::{ErrorCode, ErrorObject};
    /// use mcpwright_server::Overloaded;
    ///
    /// let error = ErrorObject::from(Overloaded::new("too many calls at once", Duration::from_secs(1)));
    /// assert_eq!(error.code, ErrorCode::INTERNAL_ERROR);
    /// ```
    pub fn new(reason: &'static str, retry_after: Duration) -> Self {
        Self { reason, retry_after }
    }

    /// Returns the error of a call if too many are in flight.
    pub fn too_many_calls() -> Self {
        Self::new("too many calls at once", Duration::from_secs(1))
    }

    /// Returns the error of a subscription if its caller has too many.
    pub fn too_many_subscriptions() -> Self {
        Self::new("too many subscriptions", Duration::from_secs(60))
    }

    /// Returns the error of a call that should become a task, if its caller has too many tasks.
    pub(crate) fn too_many_tasks() -> Self {
        Self::new("too many tasks", Duration::from_secs(60))
    }

    /// Returns the time after which the client may retry.
    pub fn retry_after(&self) -> Duration {
        self.retry_after
    }
}

impl fmt::Display for Overloaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason)
    }
}

impl std::error::Error for Overloaded {}

impl From<Overloaded> for ErrorObject {
    fn from(overloaded: Overloaded) -> Self {
        let Overloaded { reason, retry_after } = overloaded;
        Self::internal(reason).data(json!({ "retryAfterMs": in_millis(retry_after) }))
    }
}
