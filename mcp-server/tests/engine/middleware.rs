//! Middleware: outcomes that it sees, reads, replaces and creates.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::executor::block_on;
use mcpwright_core::{
    CallToolResult, ContentBlock, ErrorCode, JsonText, ListToolsResult, ProtocolVersion, method,
};
use mcpwright_server::testing::Client;
use mcpwright_server::{Builder, Call, Middleware, Next, Outcome, Server, ToolHandler, async_trait};
use serde_json::{Value, json};

use crate::calls::InstantRuntime;

/// A middleware that records the outcomes of tool calls.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<Recorded>>>);

#[derive(Debug, PartialEq)]
enum Recorded {
    Result(String),
    /// The text of a tool's error, without the number of its incident.
    ToolError(String),
    Error(ErrorCode),
}

#[async_trait]
impl Middleware for Recorder {
    async fn handle(&self, call: &Call, next: Next<'_>) -> Outcome {
        let outcome = next.run(call).await;
        let recorded = match (&outcome, outcome.result::<CallToolResult>()) {
            (_, Some(result)) => {
                let text = result.content[0].as_text().unwrap_or_default().to_owned();
                assert_eq!(outcome.is_error(), result.is_error == Some(true));
                if outcome.is_error() {
                    Recorded::ToolError(without_incident(&text))
                } else {
                    Recorded::Result(text)
                }
            }
            (Outcome::Failed(error), None) => Recorded::Error(error.code),
            (outcome, None) => panic!("unexpected outcome: {outcome:?}"),
        };
        self.0.lock().unwrap().push(recorded);
        outcome
    }
}

/// Returns the text of a fault without the number of its incident.
fn without_incident(text: &str) -> String {
    text.split(", incident ").next().unwrap_or_default().to_owned()
}

/// A middleware that panics before it passes the call on.
struct Panicking;

#[async_trait]
impl Middleware for Panicking {
    async fn handle(&self, _: &Call, _: Next<'_>) -> Outcome {
        panic!("the audit log is full")
    }
}

/// A middleware that answers with what a function returns.
struct Answering<F>(F);

#[async_trait]
impl<F: Fn() -> Outcome + Send + Sync + 'static> Middleware for Answering<F> {
    async fn handle(&self, call: &Call, next: Next<'_>) -> Outcome {
        if call.method() == method::TOOLS_CALL { (self.0)() } else { next.run(call).await }
    }
}

fn builder() -> Builder {
    Server::builder("test", "1.0.0")
        .tool(ToolHandler::function("fine", [], || async { "fine" }))
        .tool(ToolHandler::function("panics", [], || async {
            if true {
                panic!("the handler has an error");
            }
        }))
        .tool(ToolHandler::function("slow", [], std::future::pending::<()>).timeout(Duration::from_secs(7)))
}

#[test]
fn panics_and_timeouts_are_outcomes() {
    let recorder = Recorder::default();
    let server = builder().middleware(recorder.clone()).build().with_runtime(Arc::new(InstantRuntime));
    let client = Client::modern(server);
    let mut answers = Vec::new();
    for name in ["fine", "panics", "slow"] {
        answers.push(block_on(client.call_tool(name, ())));
    }
    assert_eq!(answers[1].as_ref().unwrap().is_error, Some(true));
    let panicked = "panics panicked".to_owned();
    let timed_out = "timed out: slow took longer than 7s".to_owned();
    assert_eq!(
        *recorder.0.lock().unwrap(),
        [Recorded::Result("fine".to_owned()), Recorded::ToolError(panicked), Recorded::ToolError(timed_out),]
    );
}

#[test]
fn a_panic_of_an_inner_middleware_is_an_outcome() {
    let recorder = Recorder::default();
    let client = Client::modern(builder().middleware(recorder.clone()).middleware(Panicking));
    assert_eq!(block_on(client.call_tool("fine", ())).unwrap().is_error, Some(true));
    assert_eq!(*recorder.0.lock().unwrap(), [Recorded::ToolError("fine panicked".to_owned())]);
    // An outermost middleware has none around it.
    let client = Client::modern(builder().middleware(Panicking));
    assert_eq!(block_on(client.call_tool("fine", ())).unwrap().is_error, Some(true));
    assert_eq!(block_on(client.list_tools()).unwrap_err().code, ErrorCode::INTERNAL_ERROR);
}

#[test]
fn a_result_of_a_middleware_is_like_that_of_a_handler() {
    let answers: [fn() -> Outcome; 2] = [
        || CallToolResult::error("no scope").into(),
        || Outcome::complete(&CallToolResult::error("no scope")),
    ];
    for answer in answers {
        let recorder = Recorder::default();
        let client = Client::modern(builder().middleware(recorder.clone()).middleware(Answering(answer)));
        let result = block_on(client.call_tool("fine", ())).unwrap();
        assert_eq!((result.content[0].as_text(), result.is_error), (Some("no scope"), Some(true)));
        assert_eq!(*recorder.0.lock().unwrap(), [Recorded::ToolError("no scope".to_owned())]);
    }
}

/// Earlier revisions have no resource links, no audio, and only objects as structured content.
#[test]
fn a_result_of_a_middleware_has_only_content_of_the_revision() {
    fn result() -> CallToolResult {
        let link = serde_json::from_value(json!({
            "type": "resource_link", "name": "report", "uri": "file:///report.txt",
        }));
        CallToolResult::new([link.unwrap(), ContentBlock::audio([1], "audio/wav")])
            .structured_content(JsonText::parse("[1]").unwrap())
    }
    let answers: [fn() -> Outcome; 3] = [
        || result().into(),
        || Outcome::complete(&result()),
        || Outcome::from(CallToolResult::text("old")).map_result(|_: CallToolResult| result()),
    ];
    for answer in answers {
        let server = builder().middleware(Answering(answer)).build();
        let modern = block_on(Client::modern(server.clone()).call_tool("fine", ())).unwrap();
        assert_eq!(modern.content, result().content);
        assert_eq!(modern.structured_content, result().structured_content);
        let legacy = block_on(Client::legacy(server, ProtocolVersion::V2024_11_05)).unwrap();
        let legacy = block_on(legacy.send(method::TOOLS_CALL, json!({ "name": "fine" }))).unwrap();
        assert_eq!(
            legacy.decode_owned::<Value>().unwrap(),
            json!({ "content": [
                { "type": "text", "text": "report: file:///report.txt" },
                { "type": "text", "text": "[audio, audio/wav]" },
            ] })
        );
    }
}

/// A middleware that replaces results of one type, and leaves all others as they are.
struct Mapping;

#[async_trait]
impl Middleware for Mapping {
    async fn handle(&self, call: &Call, next: Next<'_>) -> Outcome {
        let outcome = next.run(call).await;
        outcome
            .map_result(|mut result: CallToolResult| {
                result.content.push(ContentBlock::text("added"));
                result.meta.0.insert("com.example/added".to_owned(), json!(true));
                result
            })
            .map_result(|mut list: ListToolsResult| {
                list.tools.retain(|tool| tool.name == "fine");
                list
            })
    }
}

#[test]
fn a_mapped_result_keeps_what_the_mapping_does_not_change() {
    let caching = |builder: Builder| {
        builder.cache(Duration::from_secs(60), mcpwright_core::CacheScope::Public).middleware(Mapping)
    };
    let client = Client::modern(caching(builder()));
    let result = block_on(client.call_tool("fine", ())).unwrap();
    let texts: Vec<_> = result.content.iter().map(ContentBlock::as_text).collect();
    assert_eq!(texts, [Some("fine"), Some("added")]);
    assert_eq!(result.meta.0["com.example/added"], json!(true));
    let result = block_on(client.call_tool("panics", ())).unwrap();
    assert_eq!((result.is_error, result.content.len()), (Some(true), 2));
    let list: Value = block_on(client.send(method::TOOLS_LIST, json!({}))).unwrap().decode_owned().unwrap();
    assert_eq!((list["tools"].as_array().unwrap().len(), &list["ttlMs"]), (1, &json!(60_000)));
    assert_eq!(list["cacheScope"], json!("public"));
}
