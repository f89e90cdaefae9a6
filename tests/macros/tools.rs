//! Options of `#[tool]`, and the methods that have it.

use std::time::Duration;

use mcpwright::types::{ClientCapabilities, TASKS_EXTENSION};
use mcpwright::{Caller, Context, Ext, Serve as _, TaskConfig, server, testing};
use serde_json::json;

use crate::{EMPTY_RESULT, call, client, definition, empty};

const LIMIT: Duration = Duration::from_millis(10);
const IDEMPOTENT: bool = true;

struct Everything {
    greeting: String,
}

#[server]
impl Everything {
    /// Greet
    /// the user.
    ///
    /// - kindly
    /// - loudly
    #[tool(
        name = "send-greeting",
        title = "Hello",
        read_only,
        idempotent,
        open_world = false,
        icon(src = "https://example.com/a.png", mime_type = "image/png", sizes("48x48"), theme = dark),
        icon = mcpwright::types::Icon::new("https://example.com/b.png"),
        meta("a" = 1, "b" = "two")
    )]
    async fn hello(&self) -> String {
        self.greeting.clone()
    }

    /// Not published.
    #[tool(description = concat!("Publ", "ished."), destructive, timeout = "30s", empty_text = concat!("It is ", "gone."))]
    async fn delete(&self) {}

    /// Add something.
    #[tool(destructive = false, timeout = LIMIT)]
    fn add(&self) -> &str {
        &self.greeting
    }

    #[doc = include_str!("tools.md")]
    #[tool]
    fn documented() {}

    /// Take extractors by value and by reference, in any order.
    #[tool]
    async fn extract(
        context: &Context,
        number: Ext<u32>,
        word: String,
        _caller: Caller,
        by_reference: &Ext<u32>,
    ) -> String {
        format!("{number} {word} {} {}", context.caller(), **by_reference)
    }

    /// A tool and a prompt at once.
    #[tool]
    #[mcpwright::prompt(name = "ask-both")]
    fn both(&self, topic: &str) -> String {
        format!("{} {topic}", self.greeting)
    }

    #[cfg(any())]
    /// Never compiled.
    #[tool]
    fn absent(&self, nothing: Nothing) {}

    /// Compiled.
    #[cfg(not(any()))]
    #[tool]
    fn conditional(&self) {}

    /// Not compiled.
    #[cfg(any())]
    #[tool]
    fn conditional(&self) {}

    /// Take `self` with its type.
    #[tool]
    async fn shared(self: &std::sync::Arc<Self>) -> String {
        std::sync::Arc::clone(self).greeting.clone()
    }

    /// State all hints.
    #[tool(read_only = false, destructive = false, idempotent = IDEMPOTENT, open_world)]
    fn hints(&self) {}

    /// State two hints that directories of servers require.
    #[tool(read_only, destructive = false)]
    fn both_hints(&self) {}

    /// Deprecated.
    #[deprecated]
    #[tool]
    fn old(&self) {}

    #[allow(dead_code, reason = "it is not a tool")]
    fn not_a_tool(&self, #[allow(unused)] anything: Vec<Box<dyn Fn()>>) {}
}

fn everything() -> mcpwright::Server {
    Everything { greeting: "Hello!".to_owned() }.into_builder().share(7_u32).build()
}

#[tokio::test]
async fn options_are_published() {
    let client = client(everything());
    assert_eq!(
        definition(&client, "send-greeting").await,
        json!({
            "name": "send-greeting",
            "title": "Hello",
            "description": "Greet the user.\n\n- kindly\n- loudly",
            "inputSchema": { "type": "object", "properties": {}, "additionalProperties": false },
            "annotations": { "readOnlyHint": true, "idempotentHint": true, "openWorldHint": false },
            "icons": [
                {
                    "src": "https://example.com/a.png",
                    "mimeType": "image/png",
                    "sizes": ["48x48"],
                    "theme": "dark",
                },
                { "src": "https://example.com/b.png" },
            ],
            "_meta": { "a": 1, "b": "two" },
        })
    );
    let delete = definition(&client, "delete").await;
    assert_eq!(delete["description"], "Published.");
    assert_eq!(delete["annotations"], json!({ "destructiveHint": true }));
    assert_eq!(definition(&client, "add").await["annotations"], json!({ "destructiveHint": false }));
    assert_eq!(
        definition(&client, "hints").await["annotations"],
        json!({ "readOnlyHint": false, "destructiveHint": false, "idempotentHint": true, "openWorldHint": true })
    );
    assert_eq!(
        definition(&client, "both_hints").await["annotations"],
        json!({ "readOnlyHint": true, "destructiveHint": false })
    );
    assert_eq!(definition(&client, "documented").await["description"], "From a file.\n\n");
}

#[tokio::test]
async fn a_method_without_the_attribute_is_no_tool() {
    let tools = client(everything()).list_tools().await.expect("tools can be listed");
    let names: Vec<_> = tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "send-greeting",
            "delete",
            "add",
            "documented",
            "extract",
            "both",
            "conditional",
            "shared",
            "hints",
            "both_hints",
            "old"
        ]
    );
}

#[tokio::test]
async fn a_call_runs_the_method() {
    let client = client(everything());
    assert_eq!(call(&client, "send-greeting", empty()).await, "Hello!");
    assert_eq!(call(&client, "add", empty()).await, "Hello!");
    assert_eq!(call(&client, "shared", empty()).await, "Hello!");
    assert_eq!(call(&client, "delete", empty()).await, "It is gone.");
    assert_eq!(call(&client, "documented", empty()).await, EMPTY_RESULT);
}

#[tokio::test]
async fn types_decide_about_extractors() {
    let client = client(everything());
    let schema = &definition(&client, "extract").await["inputSchema"];
    assert_eq!(schema["properties"], json!({ "word": { "type": "string" } }));
    assert_eq!(call(&client, "extract", json!({ "word": "words" })).await, "7 words anonymous 7");
}

#[tokio::test]
async fn a_method_can_have_several_handlers() {
    let client = client(everything());
    assert_eq!(call(&client, "both", json!({ "topic": "you" })).await, "Hello! you");
    let prompt = client.get_prompt("ask-both", [("topic", "you")]).await.expect("the prompt is there");
    assert_eq!(prompt.messages[0].content.as_text(), Some("Hello! you"));
}

struct Jobs;

#[server]
impl Jobs {
    /// Always a task.
    #[tool(task)]
    fn always(&self) -> &str {
        "always"
    }

    /// A task if the client declared the extension.
    #[tool(task = optional)]
    async fn optional(&self) -> &str {
        "optional"
    }

    /// A task after an hour.
    #[tool(task = "1h")]
    async fn late(&self) -> &str {
        "late"
    }

    /// Never a task.
    #[tool(task = never)]
    async fn never(&self) -> &str {
        "never"
    }
}

#[tokio::test]
async fn the_task_mode_decides_if_a_call_becomes_a_task() {
    let capabilities = ClientCapabilities::new().extensions([(TASKS_EXTENSION, serde_json::Map::default())]);
    let tasks = TaskConfig::new().after(Duration::ZERO);
    let client = testing::Client::modern(Jobs.into_builder().tasks(tasks)).capabilities(capabilities);
    for name in ["always", "optional"] {
        let task = client.create_task(name, ()).await.expect("the call becomes a task");
        let done = client.get_task(&task.task_id).await.expect("the task is there");
        assert!(done.result.is_some_and(|result| result.as_str().contains(name)));
    }
    assert_eq!(call(&client, "late", empty()).await, "late");
    assert_eq!(call(&client, "never", empty()).await, "never");
    let without = testing::Client::modern(Jobs);
    assert_eq!(call(&without, "optional", empty()).await, "optional");
    assert!(without.call_tool("always", ()).await.is_err());
}
