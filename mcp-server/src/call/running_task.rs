//! The running task that a call belongs to.

use std::fmt;
use std::time::Duration;

/// The running task that a call belongs to.
pub(crate) trait RunningTask: fmt::Debug + Send + Sync {
    /// Sets the message of the task's status.
    fn set_status_message(&self, message: String);

    /// Returns the time until the task expires.
    fn remaining(&self) -> Duration;

    /// Returns `true` if the handler must end.
    fn is_aborted(&self) -> bool;
}
