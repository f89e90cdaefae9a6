//! Faults of the server: each is answered with what happened and the number of an incident, for every kind of handler.

use std::sync::Arc;
use std::time::Duration;

use futures::executor::block_on;
use mcpwright_core::{CompleteParams, ErrorCode, ErrorObject, JsonText, ProtocolVersion, method};
use mcpwright_server::testing::Client;
use mcpwright_server::{
    AsyncFromContext, Builder, Catalog, Completer, Context, Execution, Ext, FromContext, MissingExtension,
    PromptHandler, ResourceHandler, Server, TemplateHandler, ToolHandler,
};
use serde_json::{Value, json};

use crate::calls::InstantRuntime;

struct Pool;

/// An extractor of an author, which needs a value that the server does not share.
struct Transaction;

impl AsyncFromContext for Transaction {
    type Rejection = MissingExtension;

    async fn from_context(context: &Context) -> Result<Self, MissingExtension> {
        context.extension::<Pool>().map(|_| Self).ok_or_else(MissingExtension::of::<Pool>)
    }
}

/// An extractor whose rejection is that of another one, boxed.
struct Lease;

impl FromContext for Lease {
    type Rejection = Box<dyn std::error::Error + Send + Sync>;

    fn from_context(context: &Context) -> Result<Self, Self::Rejection> {
        Ext::<Pool>::from_context(context)?;
        Ok(Self)
    }
}

fn panic_at_once() {
    assert!(std::env::args().count() == 0, "in /etc/passwd");
}

fn tools() -> Vec<ToolHandler> {
    vec![
        ToolHandler::function("panics", [], || async { panic_at_once() }),
        ToolHandler::new("panics_before", |_| {
            panic_at_once();
            Ok(Execution::future(async { Ok(Default::default()) }))
        }),
        ToolHandler::function("slow", [], std::future::pending::<()>).timeout(Duration::from_secs(7)),
        ToolHandler::function("lacks", [], |_: Ext<Pool>| async {}),
        ToolHandler::function("lacks_boxed", [], |_: Lease| async {}),
        ToolHandler::function("lacks_async", [], |_: Transaction| async {}),
    ]
}

/// Returns clients of both eras.
fn clients(builder: Builder) -> [Client; 2] {
    let server = builder.build().with_runtime(Arc::new(InstantRuntime));
    let legacy = block_on(Client::legacy(server.clone(), ProtocolVersion::V2025_11_25)).unwrap();
    [Client::modern(server), legacy]
}

/// Asserts that a text ends with the number of an incident, and returns what comes before.
#[track_caller]
fn before_incident(text: &str) -> &str {
    let (what, number) = text.rsplit_once(", incident ").unwrap_or_else(|| panic!("no incident: {text}"));
    assert!(number.len() == 12 && number.bytes().all(|byte| byte.is_ascii_hexdigit()), "{text}");
    what
}

#[test]
fn every_fault_of_a_tool_is_a_result_for_the_model() {
    let provided = Catalog::new();
    tools().into_iter().for_each(|tool| provided.insert(tool));
    let mounted = tools().into_iter().fold(Server::builder("inner", "1.0.0"), Builder::tool);
    let own = tools().into_iter().fold(Server::builder("own", "1.0.0"), Builder::tool);
    let outer = Server::builder("outer", "1.0.0");
    for (prefix, builder) in [
        ("", own.mask_errors()),
        ("", Server::builder("provided", "1.0.0").tool_provider(provided)),
        ("inner_", outer.mount("inner", mounted)),
    ] {
        for client in clients(builder) {
            for (name, expected) in [
                ("panics", "{} panicked"),
                ("panics_before", "{} panicked"),
                ("slow", "timed out: {} took longer than 7s"),
                ("lacks", "{} needs a value that the server does not have"),
                ("lacks_boxed", "{} needs a value that the server does not have"),
                ("lacks_async", "{} needs a value that the server does not have"),
            ] {
                let name = format!("{prefix}{name}");
                let result = block_on(client.call_tool(&name, ())).unwrap();
                assert_eq!(result.is_error, Some(true), "{name}");
                let text = result.content[0].as_text().unwrap();
                assert_eq!(before_incident(text), expected.replace("{}", &name));
            }
        }
    }
}

#[test]
fn every_fault_of_another_handler_is_an_internal_error() {
    let builder = Server::builder("test", "1.0.0")
        .timeout(Duration::from_secs(7))
        .prompt(PromptHandler::function("panics", [], || async {
            panic_at_once();
            ""
        }))
        .prompt(PromptHandler::function("slow", [], std::future::pending::<String>))
        .prompt(PromptHandler::function("lacks", [], |_: Ext<Pool>| async { "" }))
        .resource(ResourceHandler::function("app://panics", "panics", || async {
            panic_at_once();
            ""
        }))
        .resource(ResourceHandler::function("app://slow", "slow", std::future::pending::<String>))
        .template(TemplateHandler::function(
            "app://lacks/{id}",
            "lacks",
            ["id"],
            |_id: u8, _: Ext<Pool>| async { "" },
        ))
        .prompt(PromptHandler::function("completes", ["word"], |word: String| async { word }).argument(
            "word",
            |word| {
                word.complete(Completer::new(|_| async {
                    panic_at_once();
                    Vec::<String>::new()
                }))
            },
        ));
    for client in clients(builder) {
        let completion = json!({
            "ref": { "type": "ref/prompt", "name": "completes" }, "argument": { "name": "word", "value": "" }
        });
        let completion: CompleteParams = serde_json::from_value(completion).unwrap();
        let requests: [(&str, Value, &str); 7] = [
            (method::PROMPTS_GET, json!({ "name": "panics" }), "panics panicked"),
            (method::PROMPTS_GET, json!({ "name": "slow" }), "timed out: slow took longer than 7s"),
            (
                method::PROMPTS_GET,
                json!({ "name": "lacks" }),
                "lacks needs a value that the server does not have",
            ),
            (method::RESOURCES_READ, json!({ "uri": "app://panics" }), "the resource panicked"),
            (
                method::RESOURCES_READ,
                json!({ "uri": "app://slow" }),
                "timed out: the resource took longer than 7s",
            ),
            (
                method::RESOURCES_READ,
                json!({ "uri": "app://lacks/1" }),
                "the resource needs a value that the server does not have",
            ),
            (method::COMPLETION_COMPLETE, json!(completion), "completion/complete panicked"),
        ];
        for (method, params, expected) in requests {
            let error: ErrorObject = block_on(client.send(method, params)).unwrap_err();
            assert_eq!(error.code, ErrorCode::INTERNAL_ERROR, "{expected}");
            assert_eq!(before_incident(&error.message), expected);
        }
    }
}

#[test]
fn an_error_without_a_text_says_so() {
    let silent = ToolHandler::function("silent", [], || async { Err::<(), _>("") });
    for client in clients(Server::builder("test", "1.0.0").tool(silent)) {
        let result = block_on(client.call_tool("silent", ())).unwrap();
        let expected = (Some(true), Some("silent failed, and gave no reason"));
        assert_eq!((result.is_error, result.content[0].as_text()), expected);
        let _: Option<JsonText> = result.structured_content;
    }
}
