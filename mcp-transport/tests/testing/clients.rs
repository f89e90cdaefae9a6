//! One body of a test with every client.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mcpwright_core::{
    CallToolResult, ClientCapabilities, ElicitationCapability, Era, ErrorCode, ErrorObject, InputRequest,
    ProtocolVersion, RootsCapability, SubscriptionFilter, method,
};
use mcpwright_server::testing::Client;
use mcpwright_server::{
    Builder, Caller, Catalog, Context, Execution, Ext, InputError, PromptHandler, ResourceHandler, Server,
    ToolHandler,
};
use mcpwright_transport::testing::every_client;
use serde_json::{Map, json};

/// The number of clients: revisions and transports.
const CLIENTS: usize = 5 * if cfg!(feature = "http") { 4 } else { 2 };

fn server() -> Builder {
    Server::builder("test", "1.0.0")
}

fn text(result: &CallToolResult) -> &str {
    result.content[0].as_text().unwrap()
}

fn is_modern(client: &Client) -> bool {
    client.version().era() == Some(Era::Modern)
}

#[tokio::test]
async fn requests_of_all_kinds() {
    let count = Arc::new(AtomicUsize::new(0));
    let builder = || {
        let add = ToolHandler::function("add", ["a", "b"], |a: i64, b: i64| async move { a + b });
        let blocking = ToolHandler::new("block", |_| {
            Ok(Execution::blocking(|| {
                std::thread::sleep(Duration::from_millis(1));
                Ok(CallToolResult::text("unblocked"))
            }))
        });
        let fail = ToolHandler::function("fail", [], || async { Err::<(), _>("broken") });
        let note = ResourceHandler::function("note://größe", "note", || async { "text" });
        let greet =
            PromptHandler::function(
                "greet",
                ["name"],
                |name: String| async move { format!("Hello, {name}") },
            );
        server().tool(add).tool(blocking).tool(fail).resource(note).prompt(greet).page_size(2)
    };
    every_client(builder, async |client| {
        count.fetch_add(1, Ordering::Relaxed);
        assert_eq!(text(&client.call_tool("add", [("a", 2), ("b", 3)]).await?), "5");
        assert_eq!(text(&client.call_tool("block", ()).await?), "unblocked");
        assert_eq!(client.call_tool("fail", ()).await?.is_error, Some(true));
        assert_eq!(client.call_tool("none", ()).await.unwrap_err().code, ErrorCode::INVALID_PARAMS);
        assert_eq!(client.list_tools().await?.len(), 3);
        assert_eq!(client.read_resource("note://größe").await?.contents.len(), 1);
        assert_eq!(client.get_prompt("greet", [("name", "Ada")]).await?.messages.len(), 1);
        assert_eq!(client.send("no/method", json!({})).await.unwrap_err().code, ErrorCode::METHOD_NOT_FOUND);
        // Requests at the same time.
        let (one, two) = futures::join!(client.call_tool("add", [("a", 1), ("b", 1)]), client.list_prompts());
        assert_eq!((text(&one?), two?.len()), ("2", 1));
        Ok::<(), ErrorObject>(())
    })
    .await;
    assert_eq!(count.load(Ordering::Relaxed), CLIENTS);
}

#[tokio::test]
async fn notifications_of_calls_precede_their_response() {
    async fn copy(context: Context) {
        context.progress(1, 2);
        tokio::time::sleep(Duration::from_millis(1)).await;
        context.progress(2, 2);
    }
    every_client(
        || server().tool(ToolHandler::function("copy", [], copy)),
        async |client| {
            client.call_tool("copy", ()).await.unwrap();
            let received = client.notifications();
            assert!(
                received.iter().any(|notification| notification.method == method::PROGRESS),
                "{received:?}"
            );
        },
    )
    .client(Client::progress)
    .await;
}

#[tokio::test]
async fn input_requests_are_responded_to() {
    async fn clear(context: Context) -> Result<String, InputError> {
        let () = context.elicit("clear", "Delete all notes?")?;
        Ok("deleted".into())
    }
    async fn roots(context: Context) -> Result<String, InputError> {
        Ok(context.roots()?.len().to_string())
    }
    let server = || {
        let clear = ToolHandler::function("clear", [], clear);
        server().tool(clear).tool(ToolHandler::function("roots", [], roots))
    };
    let capabilities = || {
        ClientCapabilities::new()
            .elicitation(ElicitationCapability::default())
            .roots(RootsCapability::default())
    };
    every_client(server, async |client| {
        assert_eq!(text(&client.call_tool("roots", ()).await?), "1");
        if client.version() >= &ProtocolVersion::new("2025-06-18") {
            assert_eq!(text(&client.call_tool("clear", ()).await?), "deleted");
        }
        Ok::<(), ErrorObject>(())
    })
    .client(|client| {
        client.capabilities(capabilities()).input_handler(|request| match request {
            InputRequest::Elicit(_) => Ok(json!({ "action": "accept", "content": {} })),
            _ => Ok(json!({ "roots": [{ "uri": "file:///home/ada" }] })),
        })
    })
    .await;
}

/// Without an input handler, the response is not waited for.
#[tokio::test]
async fn an_input_request_without_a_handler_ends_the_call() {
    async fn roots(context: Context) -> Result<String, InputError> {
        Ok(context.roots()?.len().to_string())
    }
    every_client(
        || server().tool(ToolHandler::function("roots", [], roots)),
        async |client| {
            let result = client.send("tools/call", json!({ "name": "roots" })).await;
            match is_modern(&client) {
                true => assert_eq!(result.unwrap().member("resultType"), Some("\"input_required\"")),
                false => assert!(result.unwrap_err().message.contains("not answered")),
            }
        },
    )
    .client(|client| client.capabilities(ClientCapabilities::new().roots(RootsCapability::default())))
    .await;
}

#[tokio::test]
async fn published_changes_arrive() {
    let catalogs: Mutex<Option<Catalog<ToolHandler>>> = Mutex::default();
    let builder = || {
        let catalog = Catalog::new();
        catalog.insert(ToolHandler::function("first", [], || async {}));
        *catalogs.lock().unwrap() = Some(catalog.clone());
        server().tool_provider(catalog)
    };
    every_client(builder, async |client| {
        if is_modern(&client) {
            let accepted = client.listen(SubscriptionFilter::new().tools_list_changed(true)).await?;
            assert_eq!(accepted.tools_list_changed, Some(true));
        }
        assert_eq!(client.list_tools().await?.len(), 1);
        let catalog = catalogs.lock().unwrap().clone().unwrap();
        catalog.insert(ToolHandler::function("second", [], || async {}));
        assert_eq!(client.next_notification().await.method, method::TOOLS_LIST_CHANGED);
        assert_eq!(client.list_tools().await?.len(), 2);
        Ok::<(), ErrorObject>(())
    })
    .await;
}

#[tokio::test]
async fn callers_values_and_headers_reach_handlers() {
    struct Region(&'static str);
    let builder = || {
        let whoami = ToolHandler::function("whoami", [], |caller: Caller, region: Ext<Region>| async move {
            format!("{caller} in {}", region.0)
        });
        let query = ToolHandler::function("query", ["region"], |region: String| async move { region })
            .argument("region", |region| region.header("Region"));
        server().tool(whoami).tool(query)
    };
    every_client(builder, async |client| {
        assert_eq!(text(&client.call_tool("whoami", ()).await.unwrap()), "ada in eu");
        for region in ["eu-1", "größer"] {
            assert_eq!(text(&client.call_tool("query", [("region", region)]).await.unwrap()), region);
        }
    })
    .client(|client| client.caller(Caller::new("ada", [], Map::new())).extension(Region("eu")))
    .await;
}

/// A dropped request is cancelled, and the client goes on.
#[tokio::test]
async fn dropped_requests_are_cancelled() {
    struct OnDrop(Arc<AtomicUsize>);
    impl Drop for OnDrop {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    let ended = Arc::new(AtomicUsize::new(0));
    let builder = || {
        let ended = Arc::clone(&ended);
        let wait = ToolHandler::function("wait", [], move || {
            let guard = OnDrop(Arc::clone(&ended));
            async move {
                let _guard = guard;
                std::future::pending::<()>().await;
            }
        });
        server().tool(wait).tool(ToolHandler::function("ping", [], || async { "pong" }))
    };
    every_client(builder, async |client| {
        let before = ended.load(Ordering::SeqCst);
        let call = client.call_tool("wait", ());
        assert!(tokio::time::timeout(Duration::from_millis(50), call).await.is_err());
        while ended.load(Ordering::SeqCst) == before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(text(&client.call_tool("ping", ()).await.unwrap()), "pong");
    })
    .await;
}

/// Each client has a server of its own, or all share one.
#[tokio::test]
async fn servers_are_new_or_shared() {
    let counting = || {
        let count = AtomicUsize::new(0);
        server().tool(ToolHandler::function("next", [], move || {
            let next = count.fetch_add(1, Ordering::SeqCst);
            async move { next }
        }))
    };
    every_client(counting, async |client| {
        assert_eq!(text(&client.call_tool("next", ()).await.unwrap()), "0");
    })
    .await;
    let shared = counting().build();
    every_client(shared.clone(), async |client| {
        client.call_tool("next", ()).await.unwrap();
    })
    .await;
    let last = Client::modern(shared).call_tool("next", ()).await.unwrap();
    assert_eq!(text(&last), CLIENTS.to_string());
}

/// Failures name the revision and the transport, and the body has run with all other clients.
#[tokio::test]
async fn failures_name_the_client() {
    let count = AtomicUsize::new(0);
    let failing = every_client(server, async |client: Client| {
        count.fetch_add(1, Ordering::Relaxed);
        match client.version().as_str() {
            "2025-03-26" => panic!("a panic"),
            "2024-11-05" => Err("an error"),
            _ => Ok(()),
        }
    });
    let panic = futures::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(failing.into_future())).await;
    let panic = panic.unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert_eq!(count.load(Ordering::Relaxed), CLIENTS);
    assert!(text.starts_with(&format!("failed with {} of {CLIENTS} clients:\n", 2 * CLIENTS / 5)), "{text}");
    assert!(text.contains("\n2025-03-26 over lines: a panic"), "{text}");
    assert!(text.contains("\n2024-11-05 in memory: \"an error\""), "{text}");
    #[cfg(feature = "http")]
    {
        assert!(text.contains("\n2025-03-26 over HTTP with JSON answers: a panic"), "{text}");
        assert!(text.contains("\n2024-11-05 over HTTP with event streams: \"an error\""), "{text}");
    }
}

#[tokio::test]
async fn only_some_revisions() {
    let versions = Mutex::new(Vec::new());
    every_client(server, async |client| versions.lock().unwrap().push(client.version().to_string()))
        .versions([ProtocolVersion::V2026_07_28])
        .await;
    assert_eq!(versions.into_inner().unwrap(), vec!["2026-07-28"; CLIENTS / 5]);
}
