//! Calls that take some time, fail, or are cancelled.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use mcpwright_core::ErrorObject;
use mcpwright_server::{Builder, Context, Server, ToolHandler};

use super::Shared;

pub(super) fn server(shared: &Arc<Shared>) -> Builder {
    let wait = {
        let shared = Arc::clone(shared);
        move |context: Context, gate: String| {
            let shared = Arc::clone(&shared);
            async move {
                context.progress_with(1.0, 2.0, "waiting");
                shared.wait_for(&gate).await;
                context.progress_with(2.0, 2.0, "the gate is open");
                format!("{gate} is open")
            }
        }
    };
    let dropped = Arc::clone(&shared.dropped);
    let dropped = move || {
        let dropped = dropped.load(Ordering::SeqCst);
        async move { dropped }
    };
    let touch = |context: Context| async move {
        context.notify().tools_list_changed();
        context.notify().resource_updated("calls://text");
        "touched"
    };
    let invalid = || async { Err::<(), _>(ErrorObject::invalid_params("no such file")) };
    Server::builder("calls", "1.0.0")
        .logging()
        .tool(ToolHandler::function("wait", ["gate"], wait).description("Wait until a gate is open."))
        .tool(ToolHandler::function("dropped", [], dropped).description("Count the calls that were dropped."))
        .tool(
            ToolHandler::function("late", [], std::future::pending::<()>)
                .description("Never end.")
                .timeout(Duration::from_millis(50)),
        )
        .tool(ToolHandler::function("touch", [], touch).description("Change the list of tools and the text."))
        .tool(
            ToolHandler::function("invalid", [], invalid).description("Fail with an error of the protocol."),
        )
}

/// A server with one tool and nothing else.
pub(super) fn bare() -> Builder {
    Server::builder("bare", "1.0.0")
        .tool(ToolHandler::function("nothing", [], || async {}).description("Do nothing."))
}

/// A server whose errors are replaced by a number.
pub(super) fn masked() -> Builder {
    let fail = || async { Err::<(), _>("a password is in /etc/passwd".to_owned()) };
    let reject = || async { Err::<(), _>(mcpwright_server::ToolError::new("ask for less")) };
    Server::builder("masked", "1.0.0")
        .logging()
        .mask_errors()
        .tool(ToolHandler::function("fail", [], fail).description("Fail."))
        .tool(ToolHandler::function("reject", [], reject).description("Reject."))
}
