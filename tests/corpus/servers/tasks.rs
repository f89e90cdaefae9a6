//! Tools whose calls become tasks.

use std::sync::Arc;
use std::time::Duration;

use mcpwright_core::ErrorObject;
use mcpwright_server::{Builder, Context, Server, StepError, TaskConfig, TaskMode, ToolHandler};

use super::Shared;
use super::input::ask;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Time after which a call of `wait` becomes a task.
const PROMOTION: Duration = Duration::from_millis(50);

pub(super) fn server(shared: &Arc<Shared>) -> Builder {
    let (waiting, holding, asking) = (Arc::clone(shared), Arc::clone(shared), Arc::clone(shared));
    let wait = move |context: Context, gate: String| wait_for(Arc::clone(&waiting), context, gate);
    let hold = move |context: Context, gate: String| wait_for(Arc::clone(&holding), context, gate);
    let ask = move |context: Context| ask_in_task(Arc::clone(&asking), context);
    let dropped = Arc::clone(&shared.dropped);
    let dropped = move || {
        let dropped = dropped.load(std::sync::atomic::Ordering::SeqCst);
        async move { dropped }
    };
    let tool = |tool: ToolHandler, mode| tool.description("A tool.").task(mode);
    Server::builder("tasks", "1.0.0")
        .logging()
        .tasks(TaskConfig::new().poll_interval(Duration::from_millis(20)))
        .tool(tool(ToolHandler::function("always", [], done), TaskMode::Always))
        .tool(tool(ToolHandler::function("optional", [], done), TaskMode::Optional))
        .tool(tool(ToolHandler::function("never", [], done), TaskMode::Never))
        .tool(tool(ToolHandler::function("wait", ["gate"], wait), TaskMode::After(PROMOTION)))
        .tool(tool(ToolHandler::function("hold", ["gate"], hold), TaskMode::Always))
        .tool(tool(ToolHandler::function("ask", [], ask), TaskMode::Always))
        .tool(tool(ToolHandler::function("fail", [], fail), TaskMode::Always))
        .tool(tool(ToolHandler::function("reject", [], reject), TaskMode::Always))
        .tool(tool(ToolHandler::function("panic", [], panics), TaskMode::Always))
        .tool(tool(ToolHandler::function("dropped", [], dropped), TaskMode::Never))
}

async fn done() -> &'static str {
    "done"
}

async fn fail() -> Result<(), String> {
    Err("no luck".to_owned())
}

async fn reject() -> Result<(), ErrorObject> {
    Err(ErrorObject::invalid_params("no such file"))
}

async fn panics() {
    panic!("in a task, in /etc/passwd");
}

async fn wait_for(shared: Arc<Shared>, context: Context, gate: String) -> String {
    context.progress_with(1.0, 2.0, "waiting");
    shared.wait_for(&gate).await;
    format!("{gate} is open")
}

/// Sends two input requests at once and then a third, with one effect before them.
async fn ask_in_task(shared: Arc<Shared>, context: Context) -> Result<String, Error> {
    let number = context.step("effect", async { Ok::<_, StepError>(shared.effect()) }).await?;
    let (first, last) = (ask(&context, "first name"), ask(&context, "last name"));
    let (first, last) = (first?, last?);
    let title = ask(&context, "title")?;
    Ok(format!("{title} {first} {last}, {number}"))
}
