//! Handling of every call: timeouts, panics, masked errors, result limits, middleware and downgrades.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::executor::block_on;
use futures::future::BoxFuture;
use mcpwright_core::{ErrorCode, ErrorObject, PromptArgument, ProtocolVersion};
use mcpwright_server::testing::Client;
use mcpwright_server::{
    Builder, Call, Context, Execution, Ext, MethodHandler, Middleware, Next, NotificationSender, Outcome,
    PromptHandler, ResourceHandler, Runtime, Server, TemplateHandler, ToolError, ToolHandler, async_trait,
};
use serde_json::json;

fn server() -> Builder {
    Server::builder("test", "1.0.0")
}

fn text(result: &mcpwright_core::CallToolResult) -> &str {
    result.content.first().and_then(|block| block.as_text()).unwrap_or_default()
}

/// A runtime whose timers elapse at once and whose blocking jobs run on threads of their own.
pub(crate) struct InstantRuntime;

impl Runtime for InstantRuntime {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(futures::future::ready(()))
    }

    fn spawn(&self, _: BoxFuture<'static, ()>) {
        unreachable!("no call in these tests becomes a task");
    }

    fn spawn_blocking(&self, job: Box<dyn FnOnce() + Send>) {
        std::thread::spawn(job);
    }
}

#[test]
fn a_timeout_is_a_tool_error() {
    let never = ToolHandler::function("never", [], futures::future::pending::<()>)
        .description("Never ends.")
        .timeout(Duration::from_secs(7));
    let server = server().tool(never).build().with_runtime(Arc::new(InstantRuntime));
    let result = block_on(Client::modern(server).call_tool("never", ())).unwrap();
    assert_eq!(result.is_error, Some(true));
    assert!(
        text(&result).starts_with("timed out: never took longer than 7s, incident "),
        "{}",
        text(&result)
    );
}

#[test]
fn a_panic_in_a_blocking_handler_is_a_tool_error() {
    let blocking = ToolHandler::new("blocking", |_| Ok(Execution::blocking(|| panic!("in /etc/passwd"))))
        .description("Panics.");
    let server = server().tool(blocking).build();
    let client = Client::modern(server);
    let result = block_on(client.call_tool("blocking", ())).unwrap();
    assert_eq!(result.is_error, Some(true));
    assert!(text(&result).starts_with("blocking panicked, incident "), "{}", text(&result));
    assert!(!text(&result).contains("passwd"));
}

#[test]
fn mask_errors_hides_all_errors_but_tool_error() {
    let fails = ToolHandler::function("fails", [], || async { Err::<(), _>("at /home/me/secret.db") })
        .description("Fails.");
    let reports =
        ToolHandler::function("reports", [], || async { Err::<(), _>(ToolError::new("try tomorrow")) })
            .description("Reports an error.");
    let client = Client::modern(server().tool(fails).tool(reports).mask_errors());
    let masked = block_on(client.call_tool("fails", ())).unwrap();
    assert!(text(&masked).starts_with("fails failed, incident "), "{}", text(&masked));
    assert_eq!(masked.is_error, Some(true));
    assert_eq!(text(&block_on(client.call_tool("reports", ())).unwrap()), "try tomorrow");
}

#[test]
fn an_error_result_holds_the_error_without_its_sources() {
    #[derive(Debug, thiserror::Error)]
    #[error("the note is locked")]
    struct Locked(#[source] std::io::Error);
    let tool = ToolHandler::function("note", [], || async {
        Err::<(), _>(Locked(std::io::Error::other("/var/notes")))
    });
    let client = Client::modern(server().tool(tool.description("Note.")));
    assert_eq!(text(&block_on(client.call_tool("note", ())).unwrap()), "the note is locked");
}

#[test]
fn an_error_object_is_returned_as_a_protocol_error() {
    let tool = ToolHandler::function("removed", [], || async {
        Err::<(), _>(ErrorObject::new(ErrorCode(4711), "removed"))
    });
    let client = Client::modern(server().tool(tool.description("Removed.")));
    assert_eq!(block_on(client.call_tool("removed", ())).unwrap_err().code, ErrorCode(4711));
}

#[test]
fn an_oversized_result_becomes_a_tool_error() {
    let tool = ToolHandler::function("large", [], || async { "x".repeat(2000) }).description("Large.");
    let client = Client::modern(server().tool(tool).max_result_bytes(1000));
    let result = block_on(client.call_tool("large", ())).unwrap();
    assert_eq!(result.is_error, Some(true));
    assert!(text(&result).contains("too large"), "{}", text(&result));
}

#[test]
fn the_error_for_an_oversized_result_is_exempt_from_the_limit() {
    let tool = ToolHandler::function("large", [], || async { "x".repeat(2000) }).description("Large.");
    let client = Client::modern(server().tool(tool).max_result_bytes(1));
    let result = block_on(client.call_tool("large", ())).unwrap();
    assert_eq!((result.is_error, text(&result).contains("request less")), (Some(true), true));
}

#[test]
fn oversized_resources_and_prompts_are_protocol_errors() {
    let large = || async { "x".repeat(2000) };
    let name = |name: String| async move { "x".repeat(if name == "large" { 2000 } else { 10 }) };
    let builder = server()
        .resource(ResourceHandler::function("demo://large", "large", large))
        .template(TemplateHandler::function("demo://of/{name}", "of", ["name"], name))
        .prompt(PromptHandler::function("large", [], large))
        .prompt(PromptHandler::function("of", ["name"], name));
    let client = Client::modern(builder.max_result_bytes(1000));
    for (method, params) in [
        ("resources/read", json!({ "uri": "demo://large" })),
        ("resources/read", json!({ "uri": "demo://of/large" })),
        ("prompts/get", json!({ "name": "large" })),
        ("prompts/get", json!({ "name": "of", "arguments": { "name": "large" } })),
    ] {
        let error = block_on(client.send(method, params)).unwrap_err();
        assert_eq!(error.code, ErrorCode::INTERNAL_ERROR);
        let (reason, incident) = error.message.split_once(", incident ").unwrap();
        assert!(
            reason.starts_with("the result is too large: it must be at most 1000 bytes, and is 20"),
            "{reason}"
        );
        assert!(incident.len() == 12 && incident.bytes().all(|byte| byte.is_ascii_hexdigit()), "{incident}");
    }
    assert!(block_on(client.send("resources/read", json!({ "uri": "demo://of/small" }))).is_ok());
    assert!(
        block_on(client.send("prompts/get", json!({ "name": "of", "arguments": { "name": "a" } }))).is_ok()
    );
}

struct CountCalls(Arc<AtomicUsize>);

#[async_trait]
impl Middleware for CountCalls {
    async fn handle(&self, call: &Call, next: Next<'_>) -> Outcome {
        let order = self.0.fetch_add(1, Ordering::SeqCst);
        let mut call = call.clone();
        call.extensions_mut().insert(order);
        next.run(&call).await
    }
}

struct RejectToolsList;

#[async_trait]
impl Middleware for RejectToolsList {
    async fn handle(&self, call: &Call, next: Next<'_>) -> Outcome {
        match call.method() {
            "tools/list" => ErrorObject::new(ErrorCode(401), "not for you").into(),
            _ => next.run(call).await,
        }
    }
}

#[test]
fn middleware_runs_on_every_call_and_inserts_extensions() {
    let count = Arc::new(AtomicUsize::new(5));
    let tool = ToolHandler::function("order", [], |order: Ext<usize>| async move { *order as u64 })
        .description("Order.");
    let server = server().tool(tool).middleware(CountCalls(Arc::clone(&count))).middleware(RejectToolsList);
    let client = Client::modern(server);
    assert_eq!(text(&block_on(client.call_tool("order", ())).unwrap()), "5");
    assert_eq!(block_on(client.list_tools()).unwrap_err().code, ErrorCode(401));
    assert_eq!(count.load(Ordering::SeqCst), 7);
}

#[test]
fn a_shared_value_is_found_by_type_and_a_missing_one_is_a_tool_error() {
    let tool = || {
        ToolHandler::function("name", [], |name: Ext<String>| async move { name.to_string() })
            .description("Name.")
    };
    let shared = Client::modern(server().tool(tool()).share("Ada".to_owned()));
    assert_eq!(text(&block_on(shared.call_tool("name", ())).unwrap()), "Ada");
    let result = block_on(Client::modern(server().tool(tool())).call_tool("name", ())).unwrap();
    assert_eq!(result.is_error, Some(true));
    let expected = "name needs a value that the server does not have, incident ";
    assert!(text(&result).starts_with(expected), "{}", text(&result));
}

struct Reverse;

#[async_trait]
impl MethodHandler for Reverse {
    async fn handle(&self, call: &Call, _: &NotificationSender) -> Outcome {
        #[derive(serde::Deserialize)]
        struct Params {
            text: String,
        }
        match call.read::<Params>() {
            Ok(params) => Outcome::complete(&json!({
                "text": params.text.chars().rev().collect::<String>(),
                "_meta": { "com.example/own": 1 },
            })),
            Err(error) => error.into(),
        }
    }
}

#[test]
fn extension_methods_work_in_modern_and_legacy_revisions() {
    let builder = || {
        server().method("com.example/reverse", Reverse).extension("com.example/reverse", Default::default())
    };
    let modern = Client::modern(builder());
    let result = block_on(modern.send("com.example/reverse", json!({ "text": "abc" }))).unwrap();
    let result: serde_json::Value = result.decode_owned().unwrap();
    assert_eq!(
        (&result["text"], &result["resultType"], &result["_meta"]["com.example/own"]),
        (&json!("cba"), &json!("complete"), &json!(1))
    );
    assert!(
        block_on(modern.discover()).unwrap().capabilities.extensions.get("com.example/reverse").is_some()
    );
    let legacy = block_on(Client::legacy(builder(), ProtocolVersion::V2025_06_18)).unwrap();
    let result: serde_json::Value = block_on(legacy.send("com.example/reverse", json!({ "text": "abc" })))
        .unwrap()
        .decode_owned()
        .unwrap();
    assert_eq!(result, json!({ "text": "cba", "_meta": { "com.example/own": 1 } }));
    let error = block_on(modern.send("com.example/reverse", json!({ "text": 5 }))).unwrap_err();
    assert_eq!(error.code, ErrorCode::INVALID_PARAMS);
}

#[test]
fn methods_of_undeclared_features_are_not_found() {
    let client = Client::modern(server());
    for method in [
        "tools/list",
        "tools/call",
        "prompts/list",
        "prompts/get",
        "resources/list",
        "resources/read",
        "completion/complete",
    ] {
        let error = block_on(client.send(method, json!({ "name": "x", "uri": "x:y" }))).unwrap_err();
        assert_eq!(error.code, ErrorCode::METHOD_NOT_FOUND, "{method}");
    }
}

#[test]
fn content_is_downgraded_for_legacy_revisions() {
    use mcpwright_core::{ContentBlock, Resource};
    let tool = || {
        ToolHandler::function("all", [], || async {
            vec![
                ContentBlock::text("one"),
                ContentBlock::audio([1], "audio/wav"),
                ContentBlock::resource_link(Resource::new("demo://x", "x")),
            ]
        })
        .description("All.")
    };
    let kinds = |version: ProtocolVersion| {
        let client = block_on(Client::legacy(server().tool(tool()), version)).unwrap();
        let result: serde_json::Value =
            block_on(client.send("tools/call", json!({ "name": "all" }))).unwrap().decode_owned().unwrap();
        let blocks = result["content"].as_array().unwrap().clone();
        blocks.iter().map(|block| block["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(kinds(ProtocolVersion::V2025_11_25), ["text", "audio", "resource_link"]);
    assert_eq!(kinds(ProtocolVersion::V2025_03_26), ["text", "audio", "text"]);
    assert_eq!(kinds(ProtocolVersion::V2024_11_05), ["text", "text", "text"]);
}

#[test]
fn a_handler_learns_the_revision_of_its_client() {
    let revision = |context: Context| async move {
        context.client().protocol_version().map(ToString::to_string).unwrap_or_default()
    };
    let server = Server::from(server().tool(ToolHandler::function("revision", [], revision)));
    let modern = Client::modern(server.clone());
    for _ in 0..2 {
        assert_eq!(text(&block_on(modern.call_tool("revision", ())).unwrap()), "2026-07-28");
    }
    for version in [ProtocolVersion::V2024_11_05, ProtocolVersion::V2025_06_18, ProtocolVersion::V2025_11_25]
    {
        let legacy = block_on(Client::legacy(server.clone(), version.clone())).unwrap();
        assert_eq!(text(&block_on(legacy.call_tool("revision", ())).unwrap()), version.as_str());
    }
}

#[test]
fn arguments_of_a_prompt_can_be_data() {
    let arguments = [
        PromptArgument::new("topic").description("A topic.").title("Topic").required(true),
        PromptArgument::new("tone"),
    ];
    let prompt = PromptHandler::with_arguments("write", arguments, |values, _| async move {
        values.into_iter().map(|(name, value)| format!("{name}={value};")).collect::<String>()
    });
    let listed = prompt.definition().arguments.clone();
    assert_eq!(
        (&*listed[0].name, listed[0].required, listed[1].required),
        ("topic", Some(true), Some(false))
    );
    assert_eq!(
        (listed[0].description.as_deref(), listed[0].title.as_deref()),
        (Some("A topic."), Some("Topic"))
    );
    let client = Client::modern(server().prompt(prompt));
    let get = |arguments: &[(&str, &str)]| {
        let arguments: serde_json::Value =
            arguments.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        block_on(client.get_prompt("write", arguments))
    };
    let text = |arguments| get(arguments).unwrap().messages[0].content.as_text().unwrap().to_owned();
    assert_eq!(text(&[("topic", "tea")]), "topic=tea;");
    assert_eq!(text(&[("topic", "tea"), ("tone", "dry")]), "tone=dry;topic=tea;");
    assert_eq!(get(&[("tone", "dry")]).unwrap_err().code, ErrorCode::INVALID_PARAMS);
    assert_eq!(get(&[("topic", "tea"), ("other", "x")]).unwrap_err().code, ErrorCode::INVALID_PARAMS);
}
