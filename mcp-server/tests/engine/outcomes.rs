//! The kinds of outcomes that a middleware sees, and the texts of their errors.

use std::borrow::Cow;
use std::sync::{Arc, Mutex};

use futures::executor::block_on;
use mcpwright_core::{
    CallToolResult, ClientCapabilities, ContentBlock, ElicitationCapability, ErrorCode, ErrorObject,
    ProtocolVersion, method,
};
use mcpwright_server::testing::Client;
use mcpwright_server::{
    Call, Context, InputError, Item, Middleware, Next, Outcome, PromptHandler, ResourceHandler, Server,
    ToolHandler, async_trait,
};
use serde_json::json;

/// The kind of an outcome, and the text of its error.
type Seen = (&'static str, Option<String>);

/// A middleware that records outcomes.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<Seen>>>);

impl Recorder {
    /// Removes and returns what was recorded.
    fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

#[async_trait]
impl Middleware for Recorder {
    async fn handle(&self, call: &Call, next: Next<'_>) -> Outcome {
        let outcome = next.run(call).await;
        let kind = match &outcome {
            Outcome::Complete(_) => "complete",
            Outcome::InputRequired(_) => "input required",
            Outcome::MissingCapability(_) => "missing capability",
            Outcome::ResourceNotFound(_) => "resource not found",
            Outcome::UnknownName(_) => "unknown name",
            Outcome::Failed(_) => "failed",
            other => panic!("{other:?}"),
        };
        let text = outcome.error_text().map(Cow::into_owned);
        assert_eq!(outcome.is_error(), text.is_some(), "{outcome:?}");
        self.0.lock().unwrap().push((kind, text));
        outcome
    }
}

async fn confirm(context: Context) -> Result<&'static str, InputError> {
    let () = context.elicit("confirm", "Delete all notes?")?;
    Ok("deleted")
}

fn server(recorder: &Recorder) -> Server {
    let tool = |name: &str| ToolHandler::function(name, [], || async { "done" });
    let prompt = |name: &str| PromptHandler::function(name, [], || async { "Hello" });
    let two_texts = ToolHandler::function("two_texts", [], || async {
        let image = ContentBlock::image([1], "image/png");
        let mut result =
            CallToolResult::new([ContentBlock::text("the disk"), image, ContentBlock::text("is full")]);
        result.is_error = Some(true);
        result
    });
    let fails = ToolHandler::function("fails", [], || async {
        Err::<String, _>(ErrorObject::new(ErrorCode(-32050), "the database is locked"))
    });
    Server::builder("outcomes", "1.0.0")
        .tool(tool("works"))
        .tool(tool("hidden"))
        .tool(two_texts)
        .tool(fails)
        .tool(ToolHandler::function("confirm", [], confirm))
        .prompt(prompt("greet"))
        .prompt(prompt("hidden"))
        .resource(ResourceHandler::function("note:1", "note", || async { "milk" }))
        .visible(|_, item| match item {
            Item::Tool(tool) => tool.name != "hidden",
            Item::Prompt(prompt) => prompt.name != "hidden",
            _ => true,
        })
        .middleware(recorder.clone())
        .build()
}

/// Clients of both eras that have these capabilities.
fn clients(server: &Server, capabilities: &ClientCapabilities) -> [Client; 2] {
    let version = ProtocolVersion::V2025_11_25;
    let legacy = block_on(Client::legacy_with(server.clone(), version, capabilities.clone())).unwrap();
    [Client::modern(server.clone()).capabilities(capabilities.clone()), legacy]
}

fn seen(kind: &'static str, text: &str) -> Vec<Seen> {
    vec![(kind, Some(text.to_owned()))]
}

#[test]
fn unknown_and_hidden_names_are_one_outcome() {
    let recorder = Recorder::default();
    for client in clients(&server(&recorder), &ClientCapabilities::new()) {
        for name in ["nothing", "hidden", "a\nb"] {
            let tool = block_on(client.call_tool(name, ())).unwrap_err();
            let prompt = block_on(client.get_prompt(name, ())).unwrap_err();
            let texts = ["tool", "prompt"].map(|kind| format!("unknown {kind}: {}", name.escape_debug()));
            assert_eq!([tool, prompt], texts.clone().map(ErrorObject::invalid_params));
            assert_eq!(recorder.take(), texts.map(|text| ("unknown name", Some(text))));
        }
    }
}

#[test]
fn completion_for_an_unknown_prompt_is_an_unknown_name() {
    let recorder = Recorder::default();
    let with_completion = PromptHandler::function("greet", ["name"], |name: String| async move { name })
        .argument("name", |name| name.one_of(["Ada", "Grace"]));
    let server = Server::builder("outcomes", "1.0.0").prompt(with_completion).middleware(recorder.clone());
    for client in clients(&server.build(), &ClientCapabilities::new()) {
        let argument = json!({ "name": "name", "value": "A" });
        let params =
            |prompt| json!({ "ref": { "type": "ref/prompt", "name": prompt }, "argument": argument });
        let completed = block_on(client.send(method::COMPLETION_COMPLETE, params("greet"))).unwrap();
        assert!(completed.as_str().contains("Ada"), "{}", completed.as_str());
        assert_eq!(recorder.take(), [("complete", None)]);
        let error = block_on(client.send(method::COMPLETION_COMPLETE, params("nothing"))).unwrap_err();
        assert_eq!(error, ErrorObject::invalid_params("unknown prompt: nothing"));
        assert_eq!(recorder.take(), seen("unknown name", "unknown prompt: nothing"));
    }
}

#[test]
fn error_text_is_that_of_the_tool_or_of_the_protocol_error() {
    let recorder = Recorder::default();
    for client in clients(&server(&recorder), &ClientCapabilities::new()) {
        block_on(client.call_tool("works", ())).unwrap();
        block_on(client.list_tools()).unwrap();
        assert_eq!(recorder.take(), [("complete", None), ("complete", None)]);

        let result = block_on(client.call_tool("two_texts", ())).unwrap();
        assert_eq!((result.content.len(), result.is_error), (3, Some(true)));
        assert_eq!(recorder.take(), seen("complete", "the disk\nis full"));

        let error = block_on(client.call_tool("fails", ())).unwrap_err();
        assert_eq!(error, ErrorObject::new(ErrorCode(-32050), "the database is locked"));
        assert_eq!(recorder.take(), seen("failed", "the database is locked"));

        let error = block_on(client.read_resource("note:2")).unwrap_err();
        assert_eq!(error.data, Some(json!({ "uri": "note:2" })));
        assert_eq!(recorder.take(), seen("resource not found", &error.message));
    }
}

#[test]
fn missing_capability_has_a_text_in_both_eras() {
    let recorder = Recorder::default();
    let [modern, legacy] = clients(&server(&recorder), &ClientCapabilities::new());
    let error = block_on(modern.call_tool("confirm", ())).unwrap_err();
    assert_eq!(error.code, ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY);
    assert_eq!(recorder.take(), seen("missing capability", &error.message));
    // Earlier revisions have no such error: the model reads the text of a tool.
    assert_eq!(block_on(legacy.call_tool("confirm", ())).unwrap().is_error, Some(true));
    assert_eq!(recorder.take(), seen("missing capability", &error.message));
}

#[test]
fn required_input_is_no_error() {
    let recorder = Recorder::default();
    let form = ClientCapabilities::new().elicitation(ElicitationCapability::default());
    for client in clients(&server(&recorder), &form) {
        let client = client.input_handler(|_| Ok(json!({ "action": "accept", "content": {} })));
        let result = block_on(client.call_tool("confirm", ())).unwrap();
        assert_eq!(result.content[0].as_text(), Some("deleted"));
        assert_eq!(recorder.take(), [("input required", None), ("complete", None)]);
    }
}
