//! Tools that send notifications while they run: log messages and progress.

use std::time::Duration;

use mcpwright::{Context, LoggingLevel, server};
use tokio::time::sleep;

use crate::fixture::Fixture;

/// Duration of each step of the work.
const STEP: Duration = Duration::from_millis(50);

#[server(part = reports)]
impl Fixture {
    /// Send three log messages to the client.
    #[tool(read_only)]
    async fn test_tool_with_logging(context: &Context) -> &'static str {
        context.log(LoggingLevel::Info, "Tool execution started");
        sleep(STEP).await;
        context.log(LoggingLevel::Info, "Tool processing data");
        sleep(STEP).await;
        context.log(LoggingLevel::Info, "Tool execution completed");
        "Sent three log messages."
    }

    /// Send a log message to the client, if the client's log level permits it.
    #[tool(read_only)]
    fn test_logging_tool(context: &Context) -> &'static str {
        context.log(LoggingLevel::Info, "This is a log message for testing.");
        "Sent a log message if the level permits it."
    }

    /// Send three progress notifications.
    #[tool(read_only)]
    async fn test_tool_with_progress(context: &Context) -> &'static str {
        context.progress(0.0, 100.0);
        sleep(STEP).await;
        context.progress(50.0, 100.0);
        sleep(STEP).await;
        context.progress(100.0, 100.0);
        "The work is done."
    }

    /// Close the call's stream; the client reconnects to receive the result.
    #[tool(read_only)]
    async fn test_reconnection(context: &Context) -> &'static str {
        context.close_stream();
        sleep(STEP).await;
        "The client reconnected."
    }
}
