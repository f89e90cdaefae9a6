//! Tools that report what they do while they do it.

use std::time::Duration;

use mcpwright::{Context, LoggingLevel, server};
use tokio::time::sleep;

use crate::fixture::Fixture;

/// How long each step of the work takes.
const STEP: Duration = Duration::from_millis(50);

#[server(part = reports)]
impl Fixture {
    /// Write three messages to the client's log.
    #[tool(read_only)]
    async fn test_tool_with_logging(context: &Context) -> &'static str {
        context.log(LoggingLevel::Info, "Tool execution started");
        sleep(STEP).await;
        context.log(LoggingLevel::Info, "Tool processing data");
        sleep(STEP).await;
        context.log(LoggingLevel::Info, "Tool execution completed");
        "Three messages were logged."
    }

    /// Write a message to the client's log, if it wants one.
    #[tool(read_only)]
    fn test_logging_tool(context: &Context) -> &'static str {
        context.log(LoggingLevel::Info, "This is a log message for testing.");
        "A message was logged, if one was wanted."
    }

    /// Report progress three times.
    #[tool(read_only)]
    async fn test_tool_with_progress(context: &Context) -> &'static str {
        context.progress(0.0, 100.0);
        sleep(STEP).await;
        context.progress(50.0, 100.0);
        sleep(STEP).await;
        context.progress(100.0, 100.0);
        "The work is done."
    }

    /// Send the client away, and have the answer ready when it comes back.
    #[tool(read_only)]
    async fn test_reconnection(context: &Context) -> &'static str {
        context.close_stream();
        sleep(STEP).await;
        "The client came back."
    }
}
