//! The interface between a handler and the task that it runs for.

use std::fmt;
use std::time::Duration;

/// The task that a call runs for. Tasks implement it, so that calls need not know them.
pub(crate) trait RunningTask: fmt::Debug + Send + Sync {
    /// Replaces the status message of the task.
    fn set_status_message(&self, message: String);

    /// Returns the time until the task expires.
    fn remaining(&self) -> Duration;

    /// Returns `true` if the task was cancelled or has expired.
    fn is_cancelled(&self) -> bool;
}
