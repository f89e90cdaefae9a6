//! What wraps every call: one middleware times calls, another refuses some of them.
//!
//! A caller on standard input and output is nobody in particular, so `reset` is refused here.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use mcpwright::core::{CallToolParams, method};
use mcpwright::{Call, Middleware, Next, Outcome, Result, Serve as _, ToolResult, async_trait, server};

#[derive(Default)]
struct Counter {
    count: AtomicU64,
}

#[server]
impl Counter {
    /// Count one more.
    #[tool(additive)]
    async fn count(&self) -> u64 {
        self.count.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Start again from nothing.
    #[tool(destructive)]
    async fn reset(&self) {
        self.count.store(0, Ordering::Relaxed);
    }
}

/// Says on standard error how long each call took.
struct Timing;

#[async_trait]
impl Middleware for Timing {
    async fn handle(&self, call: &Call, next: Next<'_>) -> Outcome {
        let start = Instant::now();
        let outcome = next.run(call).await;
        let ending = if outcome.is_error() { "failed" } else { "done" };
        eprintln!("{} of {}: {ending} after {:?}", call.method(), call.caller(), start.elapsed());
        outcome
    }
}

/// Lets only callers with a scope use a tool.
struct Scoped {
    tool: &'static str,
    scope: &'static str,
}

#[async_trait]
impl Middleware for Scoped {
    async fn handle(&self, call: &Call, next: Next<'_>) -> Outcome {
        let is_meant = call.method() == method::TOOLS_CALL
            && call.read::<CallToolParams>().is_ok_and(|params| params.name == self.tool);
        if is_meant && !call.caller().has_scope(self.scope) {
            let refusal =
                format!("{} needs the scope {}, and {} has it not", self.tool, self.scope, call.caller());
            return Outcome::complete(&ToolResult::error(refusal));
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
