//! Middleware around every call: one measures the duration of calls, another requires a scope for a tool.
//!
//! Callers on standard input and output are anonymous and have no scopes, so calls of `reset` are rejected here.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use mcpwright::types::method;
use mcpwright::{Call, CallToolResult, Middleware, Next, Outcome, Result, Serve as _, async_trait, server};

#[derive(Default)]
struct Counter {
    count: AtomicU64,
}

#[server]
impl Counter {
    /// Increment the counter, and return its value.
    #[tool(destructive = false)]
    async fn count(&self) -> u64 {
        self.count.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Reset the counter to zero.
    #[tool(destructive)]
    async fn reset(&self) {
        self.count.store(0, Ordering::Relaxed);
    }
}

/// Logs the duration of each call to standard error.
struct Timing;

#[async_trait]
impl Middleware for Timing {
    async fn handle(&self, call: &Call, next: Next<'_>) -> Outcome {
        let start = Instant::now();
        let outcome = next.run(call).await;
        let status = if outcome.is_error() { "failed" } else { "completed" };
        eprintln!("{} of {}: {status} after {:?}", call.method(), call.caller(), start.elapsed());
        outcome
    }
}

/// Rejects calls of a tool by callers without a scope.
struct Scoped {
    tool: &'static str,
    scope: &'static str,
}

#[async_trait]
impl Middleware for Scoped {
    async fn handle(&self, call: &Call, next: Next<'_>) -> Outcome {
        let is_protected =
            call.method() == method::TOOLS_CALL && call.name().is_ok_and(|name| name == self.tool);
        if is_protected && !call.caller().has_scope(self.scope) {
            let rejection = format!(
                "{} requires the scope {}, which {} does not have",
                self.tool,
                self.scope,
                call.caller()
            );
            return CallToolResult::error(rejection).into();
        }
        next.run(call).await
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let server = Counter::default()
        .into_builder()
        .middleware(Timing)
        .middleware(Scoped { tool: "reset", scope: "counter:reset" });
    mcpwright::stdio(server).await?;
    Ok(())
}
