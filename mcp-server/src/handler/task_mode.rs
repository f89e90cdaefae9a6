//! The mode in which calls of a tool become tasks.

use std::time::Duration;

/// The mode in which calls of a tool become [tasks](https://modelcontextprotocol.io/extensions/tasks).
///
/// A client that has not declared the tasks extension gets no tasks: its calls stay calls, except those of a tool with
/// [`Always`](Self::Always), which fail with error -32021 (missing client capability).
///
/// ```
/// use std::time::Duration;
///
/// use mcpwright_server::{Server, TaskMode, ToolHandler};
///
/// let report = ToolHandler::function("report", ["topic"], |topic: String| async move { topic })
///     .description("Write a report. Takes minutes.")
///     .task(TaskMode::Always);
/// let search = ToolHandler::function("search", ["query"], |query: String| async move { query })
///     .description("Search the archive.")
///     .task(TaskMode::After(Duration::from_secs(5)));
/// let server = Server::builder("archive", "1.0.0").tool(report).tool(search).build();
/// assert!(server.capabilities().extensions.get("io.modelcontextprotocol/tasks").is_some());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskMode {
    /// Each call becomes a task at once. Clients without the tasks extension cannot call the tool.
    Always,
    /// Each call of a client with the tasks extension becomes a task at once.
    Optional,
    /// A call of a client with the tasks extension becomes a task once it has taken this long.
    After(Duration),
    /// No call becomes a task, whatever [`TaskConfig`](crate::TaskConfig) sets for all tools.
    Never,
}
