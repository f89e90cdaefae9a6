//! The server of the recorded conversations.

use mcpwright_core::{CacheScope, ContentBlock, LoggingLevel, PromptMessage, ResourceContents, ResourceLink};
use mcpwright_server::{
    Builder, Completer, CompletionRequest, Context, Json, PromptHandler, ResourceHandler, Server,
    TemplateHandler, ToolError, ToolHandler,
};
use serde_json::json;

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Sum {
    sum: i64,
}

fn builder() -> Builder {
    Server::builder("demo", "1.0.0").logging()
}

pub(crate) fn server() -> Server {
    builder()
        .instructions("For conversations.")
        .page_size(3)
        .tool(
            ToolHandler::function(
                "add",
                ["a", "b"],
                |a: i64, b: i64| async move { Json(Sum { sum: a + b }) },
            )
            .description("Add two integers."),
        )
        .tool(
            ToolHandler::function("greet", ["name", "times"], |name: String, times: u32| async move {
                vec![format!("Hello, {name}!"); times as usize].join(" ")
            })
            .argument("times", |times| times.default(1).range(1..=3))
            .description("Greet somebody."),
        )
        .tool(
            ToolHandler::function("fail", [], || async { Err::<(), _>("no luck".to_owned()) })
                .description("Fail."),
        )
        .tool(
            ToolHandler::function("reject", [], || async {
                Err::<(), _>(ToolError::new("try `add` instead"))
            })
            .description("Reject."),
        )
        .tool(ToolHandler::function("panic", [], panics).description("Panic."))
        .tool(ToolHandler::function("work", [], work).description("Report progress, and log."))
        .tool(ToolHandler::function("show", [], show).description("Show other content than text."))
        .tool(ToolHandler::function("numbers", [], || async { Json(vec![1, 2]) }).description("A list."))
        .resource(
            ResourceHandler::function("demo://text", "text", || async { "a text" }).mime_type("text/plain"),
        )
        .resource(ResourceHandler::function("demo://bytes", "bytes", || async { vec![0_u8, 255] }))
        .template(
            TemplateHandler::function("demo://item/{id}", "item", ["id"], |id: u32| async move {
                (id < 100).then(|| format!("item {id}"))
            })
            .cache(std::time::Duration::from_secs(60), CacheScope::Public)
            .argument("id", |id| id.complete(Completer::new(ids))),
        )
        .template(TemplateHandler::function(
            "demo://file/{+path}",
            "file",
            ["path"],
            |path: String| async move { vec![ResourceContents::text(format!("demo://file/{path}"), path)] },
        ))
        .prompt(
            PromptHandler::function(
                "ask",
                ["topic", "tone"],
                |topic: String, tone: Option<Tone>| async move {
                    PromptMessage::user(format!("{topic}, {tone:?}?"))
                },
            )
            .description("Ask about a topic."),
        )
        .build()
}

#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Tone {
    Kind,
    Keen,
    Stern,
}

async fn panics() {
    panic!("at the disco, in /etc/passwd");
}

async fn work(context: Context) -> &'static str {
    for progress in [1.0, 1.0, 0.5, 2.0, f64::NAN] {
        context.progress(progress, 2.0);
    }
    context.log(LoggingLevel::Debug, "a detail");
    context.log(LoggingLevel::Warning, json!({ "left": 1 }));
    "done"
}

async fn show() -> [ContentBlock; 3] {
    [
        ContentBlock::audio(b"a sound", "audio/wav"),
        ContentBlock::resource_link(ResourceLink::new("demo://text", "text")),
        ContentBlock::resource(ResourceContents::text("demo://text", "a text")),
    ]
}

async fn ids(request: CompletionRequest) -> Vec<String> {
    (0..200).map(|id| id.to_string()).filter(|id| id.starts_with(&request.value)).collect()
}
