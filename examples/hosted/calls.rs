//! A line in the log for each call.

use std::time::Instant;

use mcpwright::types::method;
use mcpwright::{Call, CallToolResult, Middleware, Next, Outcome, async_trait};

/// Logs each tool call with its caller, duration and result.
pub(crate) struct Log;

#[async_trait]
impl Middleware for Log {
    async fn handle(&self, call: &Call, next: Next<'_>) -> Outcome {
        let start = Instant::now();
        let outcome = next.run(call).await;
        if call.method() == method::TOOLS_CALL {
            // Panics and timeouts of handlers are outcomes, too.
            let blocks = outcome.result::<CallToolResult>().map_or(0, |result| result.content.len());
            tracing::info!(
                tool = %call.name().unwrap_or_default(),
                caller = %call.caller(),
                is_error = outcome.is_error(),
                blocks,
                duration = ?start.elapsed(),
                "called a tool"
            );
        }
        outcome
    }
}
