//! A server with misbehaving tools, which the tests of stdio run as a child process.

use std::sync::Arc;
use std::time::Duration;

use mcpwright_core::CallToolResult;
use mcpwright_server::{Argument, Builder, CallArguments, Context, Execution, Failure, Server, ToolHandler};
use mcpwright_transport::{Error, LineLimits, stdio};

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Error> {
    let stop = Arc::new(tokio::sync::Notify::new());
    let stopping = Arc::clone(&stop);
    let server = Server::builder("misbehaving", "1.0.0")
        .tool(
            ToolHandler::function("echo", ["text"], |text: String| async move { text }).description("Echo."),
        )
        .tool(ToolHandler::function("sleep", ["ms"], sleep).description("Sleep, and report progress."))
        .tool(ToolHandler::function("block", ["ms"], block).description("Block a thread of the runtime."))
        .tool(
            ToolHandler::new("watch", watch)
                .parameter::<Context, _>(Argument::new("context"))
                .description("Wait for cancellation."),
        )
        .tool(ToolHandler::function("print", [], print).description("Print to standard output."))
        .tool(ToolHandler::function("panic", [], panic).description("Panic."))
        .tool(ToolHandler::function("large", ["bytes"], large).description("Return a large result."))
        .tool(ToolHandler::function("stop", [], move || {
            stopping.notify_one();
            async { "stopping" }
        }));
    let is_quiet = std::env::var_os("QUIET").is_some();
    let server = if is_quiet { server } else { with_hooks(server) };
    let limits = LineLimits::default();
    let limits = match std::env::var("DRAIN_MILLIS") {
        Ok(millis) => limits.drain_timeout(Duration::from_millis(millis.parse().expect("it is a number"))),
        Err(_) => limits,
    };
    let end = stdio(server).limits(limits).run_until(stop.notified()).await?;
    if !is_quiet {
        eprintln!("ended: {end:?}");
    }
    Ok(())
}

/// Adds shutdown hooks that panic, and that say that they run.
fn with_hooks(server: Builder) -> Builder {
    server.on_shutdown(|| async { panic!("a hook that panics") }).on_shutdown(|| async {
        eprintln!("the hook runs");
        if let Ok(seconds) = std::env::var("HOOK_SECONDS") {
            tokio::time::sleep(Duration::from_secs(seconds.parse().expect("it is a number"))).await;
        }
        eprintln!("the hook has run");
    })
}

async fn sleep(context: Context, ms: u64) -> &'static str {
    for step in 0..ms / 10 {
        context.progress(step, None);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    eprintln!("slept");
    "slept"
}

fn watch(mut arguments: CallArguments<'_>) -> Result<Execution<CallToolResult>, Failure> {
    let context = arguments.extract::<Context, _>(0);
    arguments.check()?;
    let context = context.value();
    Ok(Execution::blocking(move || {
        while !context.is_cancelled() {
            std::thread::sleep(Duration::from_millis(5));
        }
        eprintln!("cancellation observed");
        Ok(CallToolResult::default())
    }))
}

async fn block(ms: u64) -> &'static str {
    std::thread::sleep(Duration::from_millis(ms));
    "blocked"
}

#[expect(clippy::print_stdout, reason = "it shows that printing does not corrupt the protocol")]
async fn print() -> &'static str {
    println!("printed by Rust");
    let status = std::process::Command::new("sh").args(["-c", "echo printed by a child; cat"]).status();
    assert!(status.is_ok_and(|status| status.success()), "a child must get an empty standard input");
    "printed"
}

async fn panic() {
    panic!("on purpose");
}

async fn large(bytes: usize) -> String {
    "x".repeat(bytes)
}
