//! When a call of a tool becomes a task.

use std::time::Duration;

/// When a call of a tool becomes a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskMode {
    /// At once. Clients that do not know tasks cannot call the tool.
    Always,
    /// At once, where the client knows tasks; in all others it stays a call.
    Optional,
    /// When it has taken this long and the client knows tasks; in all others it stays a call.
    After(Duration),
    /// Never, whatever the server says of its tools.
    Never,
}
