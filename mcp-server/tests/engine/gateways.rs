//! Servers whose tools are data or belong to another server: definitions, errors and arguments from elsewhere.

use std::sync::{Arc, Mutex};

use futures::executor::block_on;
use mcpwright_core::{CallToolResult, ErrorCode, ErrorObject, JsonText, ProtocolVersion, Tool, method};
use mcpwright_server::testing::Client;
use mcpwright_server::{
    Builder, Call, Execution, Item, Middleware, Next, OptionalFeature, Outcome, PromptHandler, ProviderError,
    RequestInfo, ResourceHandler, ResourceProvider, Server, ToolHandler, ToolProvider, async_trait,
};
use serde_json::{Value, json};

fn tool(name: &str) -> ToolHandler {
    ToolHandler::function(name, [], || async { "done" })
}

/// Clients of both eras.
async fn clients(server: Server) -> [Client; 2] {
    let legacy = Client::legacy(server.clone(), ProtocolVersion::V2025_11_25).await.unwrap();
    [Client::modern(server), legacy]
}

/// A provider that fails with an error of the protocol, or with any other.
struct Failing {
    has_code: bool,
}

impl Failing {
    fn error(&self) -> ProviderError {
        if self.has_code {
            ErrorObject::invalid_request("the application `x` does not exist").into()
        } else {
            "password: 1234".into()
        }
    }
}

#[async_trait]
impl ToolProvider for Failing {
    async fn tools(&self, _: &RequestInfo<'_>) -> Result<Vec<ToolHandler>, ProviderError> {
        Err(self.error())
    }
}

#[async_trait]
impl ResourceProvider for Failing {
    async fn resources(&self, _: &RequestInfo<'_>) -> Result<Vec<ResourceHandler>, ProviderError> {
        Err(self.error())
    }
}

#[test]
fn protocol_error_of_a_provider_reaches_the_client() {
    block_on(async {
        for has_code in [true, false] {
            let server = Server::builder("gateway", "1.0.0")
                .tool_provider(Failing { has_code })
                .resource_provider(Failing { has_code });
            for client in clients(server.build()).await {
                let errors = [
                    client.list_tools().await.unwrap_err(),
                    client.call_tool("any", ()).await.unwrap_err(),
                    client.list_resources().await.unwrap_err(),
                    client.read_resource("x://any").await.unwrap_err(),
                ];
                for error in errors {
                    let expected =
                        if has_code { ErrorCode::INVALID_REQUEST } else { ErrorCode::INTERNAL_ERROR };
                    assert_eq!(error.code, expected, "{error}");
                    assert_eq!(error.message.contains("application `x`"), has_code, "{error}");
                    assert!(!error.message.contains("1234"), "{error}");
                }
            }
        }
    });
}

/// Records what a middleware learns of each outcome: whether the name is unknown, and the text of the error.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<Learned>>>);

type Learned = (bool, Option<String>);

#[async_trait]
impl Middleware for Recorder {
    async fn handle(&self, call: &Call, next: Next<'_>) -> Outcome {
        let outcome = next.run(call).await;
        let is_unknown = matches!(outcome, Outcome::UnknownName(_));
        assert!(outcome.is_error() || !is_unknown);
        self.0.lock().unwrap().push((is_unknown, outcome.error_text().map(Into::into)));
        outcome
    }
}

#[test]
fn middleware_tells_unknown_names_and_reads_errors() {
    let recorder = Recorder::default();
    let failing =
        ToolHandler::function("failing", [], || async { CallToolResult::error("the disk is full") });
    let server = Server::builder("gateway", "1.0.0")
        .tools_of([tool("works"), tool("hidden"), failing])
        .prompt(PromptHandler::function("known", [], || async { "Hello" }))
        .resource(ResourceHandler::function("x://known", "known", || async { "contents" }))
        .visible(|_, item| !matches!(item, Item::Tool(tool) if tool.name == "hidden"))
        .middleware(recorder.clone())
        .build();
    block_on(async {
        for client in clients(server).await {
            let unknown = client.call_tool("nothing", ()).await.unwrap_err();
            let hidden = client.call_tool("hidden", ()).await.unwrap_err();
            assert_eq!((unknown.code, hidden.code), (ErrorCode::INVALID_PARAMS, ErrorCode::INVALID_PARAMS));
            assert_eq!(unknown.message.replace("nothing", "hidden"), hidden.message);
            let prompt = client.get_prompt("nothing", ()).await.unwrap_err();
            let resource = client.read_resource("x://nothing").await.unwrap_err();
            client.call_tool("failing", ()).await.unwrap();
            client.call_tool("works", ()).await.unwrap();
            let seen = std::mem::take(&mut *recorder.0.lock().unwrap());
            let text = |error: &ErrorObject| Some(error.message.to_string());
            let (unknown, hidden, prompt) = (text(&unknown), text(&hidden), text(&prompt));
            assert_eq!(seen[..3], [(true, unknown), (true, hidden), (true, prompt)]);
            assert!(
                !seen[3].0 && seen[3].1.as_ref().unwrap().to_lowercase().contains("resource"),
                "{resource}"
            );
            assert_eq!(seen[4..], [(false, Some("the disk is full".to_owned())), (false, None)]);
        }
    });
}

trait ToolsOf {
    fn tools_of(self, tools: impl IntoIterator<Item = ToolHandler>) -> Self;
}

impl ToolsOf for Builder {
    fn tools_of(self, tools: impl IntoIterator<Item = ToolHandler>) -> Self {
        tools.into_iter().fold(self, Builder::tool)
    }
}

fn definition(annotations: Value) -> Tool {
    let mut definition = json!({
        "name": "other",
        "title": "Get an issue",
        "description": "Returns an issue.",
        "inputSchema": { "type": "object", "properties": { "number": { "type": "integer" } } },
        "icons": [{ "src": "https://example.com/icon.png" }],
        "_meta": { "example.com/team": "support" },
        "example.com/rank": 7,
    });
    definition["annotations"] = annotations;
    serde_json::from_value(definition).unwrap()
}

#[test]
fn definition_from_elsewhere_describes_a_tool() {
    let source = definition(json!({ "readOnlyHint": true, "title": "Issue" }));
    let described = tool("own").title("replaced").described_by(source.clone()).checked().unwrap();
    let published = described.definition();
    assert_eq!(published.name, "own");
    assert_eq!(published.input_schema, tool("own").definition().input_schema);
    let parts = |tool: &Tool| (tool.title.clone(), tool.description.clone(), tool.annotations.clone());
    assert_eq!(parts(published), parts(&source));
    assert_eq!((&published.icons, &published.meta), (&source.icons, &source.meta));
    assert_eq!(published.other, source.other);

    let contradiction = definition(json!({ "readOnlyHint": true, "destructiveHint": true }));
    assert!(tool("own").described_by(contradiction).checked().is_err());
}

#[test]
fn builder_shows_its_tools() {
    let builder = Server::builder("gateway", "1.0.0").tools_of([tool("first"), tool("second")]);
    let names: Vec<_> = builder.tools().map(|tool| &*tool.name).collect();
    assert_eq!(names, ["first", "second"]);
}

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Depth {
    #[allow(dead_code, reason = "the schema is what counts")]
    bids: Vec<f64>,
}

fn depth(is_error: bool) -> ToolHandler {
    ToolHandler::new("depth", move |arguments| {
        arguments.check()?;
        let structured = JsonText::from(json!({ "errors": ["no such symbol"] }));
        let result =
            if is_error { CallToolResult::error("no such symbol") } else { CallToolResult::text("") };
        Ok(Execution::future(async move { Ok(result.structured_content(structured)) }))
    })
}

#[test]
fn error_results_need_not_match_the_output_schema() {
    let mut tools: Vec<fn(bool) -> ToolHandler> = vec![|is_error| depth(is_error).output::<Depth>()];
    #[cfg(feature = "validate")]
    tools.push(|is_error| depth(is_error).output_schema(json!({ "type": "object", "required": ["bids"] })));
    block_on(async {
        for tool in tools.drain(..) {
            let client = Client::modern(Server::builder("gateway", "1.0.0").tool(tool(true)));
            let result = client.call_tool("depth", ()).await.unwrap();
            assert_eq!(result.is_error, Some(true));
            assert_eq!(result.structured_content.unwrap().as_str(), r#"{"errors":["no such symbol"]}"#);
            let client = Client::modern(Server::builder("gateway", "1.0.0").tool(tool(false)));
            assert_eq!(client.call_tool("depth", ()).await.unwrap_err().code, ErrorCode::INTERNAL_ERROR);
        }
    });
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Page {
    size: Option<u32>,
}

fn search_tool() -> ToolHandler {
    type Tags = Option<Vec<String>>;

    let names = ["text", "limit", "tags", "page"];
    ToolHandler::function(
        "search",
        names,
        |text: Option<String>, limit: Option<i64>, tags: Tags, page: Option<Page>| {
            let page = page.map(|page| page.size);
            let seen = format!("{text:?} {limit:?} {tags:?} {page:?}");
            async move { seen }
        },
    )
}

#[test]
fn empty_text_means_that_an_optional_argument_is_absent() {
    let cases = [
        (json!({ "text": "", "limit": "", "tags": "", "page": "" }), r#"Some("") None None None"#),
        (json!({ "limit": "5", "page": { "size": "" } }), "None Some(5) None Some(None)"),
    ];
    block_on(async {
        for client in clients(Server::builder("gateway", "1.0.0").tool(search_tool()).build()).await {
            for (arguments, expected) in &cases {
                let result = client.call_tool("search", arguments.clone()).await.unwrap();
                assert_eq!(result.content[0].as_text(), Some(*expected), "{arguments}");
            }
        }
        let strict = Client::modern(Server::builder("gateway", "1.0.0").tool(search_tool().strict()));
        let result = strict.call_tool("search", json!({ "limit": "" })).await.unwrap();
        assert_eq!(result.is_error, Some(true));
        let double = ToolHandler::function("double", ["number"], |number: i64| async move { 2 * number });
        let required = Client::modern(Server::builder("gateway", "1.0.0").tool(double));
        let result = required.call_tool("double", json!({ "number": "" })).await.unwrap();
        assert_eq!(result.is_error, Some(true));
    });
}

#[test]
fn empty_text_means_absence_in_schemas_from_elsewhere() {
    let schema = json!({ "type": "object", "properties": {
        "name": { "type": "string" },
        "count": { "type": "integer" },
        "either": { "anyOf": [{ "type": "string" }, { "type": "integer" }] },
        "nullable": { "type": "string", "nullable": true },
    } });
    let echo =
        ToolHandler::with_portable_schema(
            "echo",
            schema,
            |arguments, _| async move { arguments.to_string() },
        );
    block_on(async {
        let client = Client::modern(Server::builder("gateway", "1.0.0").tool(echo));
        let sent = json!({ "name": "", "count": "", "either": "", "nullable": null });
        let result = client.call_tool("echo", sent).await.unwrap();
        let received: Value = serde_json::from_str(result.content[0].as_text().unwrap()).unwrap();
        assert_eq!(received, json!({ "name": "", "either": "", "nullable": null }));
    });
}

#[test]
fn input_schema_always_has_properties() {
    for tool in [tool("plain"), tool("open").allow_unknown_arguments()] {
        assert_eq!(tool.definition().input_schema.get("properties"), Some(&json!({})));
    }
}

/// A provider with two tools of one name.
struct Doubled;

#[async_trait]
impl ToolProvider for Doubled {
    async fn tools(&self, _: &RequestInfo<'_>) -> Result<Vec<ToolHandler>, ProviderError> {
        Ok(["first", "second"]
            .map(|text| ToolHandler::function("same", [], move || async move { text }))
            .into())
    }
}

#[test]
fn first_of_two_tools_with_one_name_is_listed_and_called() {
    block_on(async {
        let client = Client::modern(Server::builder("gateway", "1.0.0").tool_provider(Doubled));
        assert_eq!(client.list_tools().await.unwrap().len(), 1);
        let result = client.call_tool("same", ()).await.unwrap();
        assert_eq!(result.content[0].as_text(), Some("first"));
    });
}

#[test]
fn features_that_are_left_out_do_not_exist() {
    let all = [
        OptionalFeature::ListChanges,
        OptionalFeature::Subscriptions,
        OptionalFeature::Completions,
        OptionalFeature::Logging,
    ];
    let builder = Server::builder("gateway", "1.0.0")
        .tool_provider(mcpwright_server::Catalog::<ToolHandler>::new())
        .prompt_provider(mcpwright_server::Catalog::<PromptHandler>::new())
        .resource(ResourceHandler::function("x://known", "known", || async { "contents" }));
    let server = all.into_iter().fold(builder, Builder::without).build();
    let capabilities = serde_json::to_value(server.capabilities()).unwrap();
    assert_eq!(capabilities, json!({ "tools": {}, "prompts": {}, "resources": {} }));
    block_on(async {
        let legacy = Client::legacy(server.clone(), ProtocolVersion::V2025_11_25).await.unwrap();
        let requests = [
            (method::LOGGING_SET_LEVEL, json!({ "level": "debug" })),
            (method::RESOURCES_SUBSCRIBE, json!({ "uri": "x://known" })),
            (
                method::COMPLETION_COMPLETE,
                json!({ "ref": { "type": "ref/prompt", "name": "a" }, "argument": { "name": "b", "value": "" } }),
            ),
        ];
        for (name, params) in requests {
            let error = legacy.send(name, params).await.unwrap_err();
            assert_eq!(error.code, ErrorCode::METHOD_NOT_FOUND, "{name}: {error}");
        }
        server.notify().tools_list_changed();
        assert!(legacy.notifications().is_empty(), "{:?}", legacy.notifications());
        let modern = Client::modern(server.clone());
        let filter = mcpwright_core::SubscriptionFilter::new()
            .tools_list_changed(true)
            .resource_subscriptions(vec!["x://known".to_owned()]);
        let accepted = modern.listen(filter).await.unwrap();
        assert_eq!(serde_json::to_value(accepted).unwrap(), json!({}));
    });
}
