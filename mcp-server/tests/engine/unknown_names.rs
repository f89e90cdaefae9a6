//! Names of tools and prompts that do not exist, with the name that was probably meant.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::executor::block_on;
use mcpwright_core::{ErrorCode, ErrorObject, ProtocolVersion};
use mcpwright_server::testing::Client;
use mcpwright_server::{
    Builder, Catalog, PromptHandler, ProviderError, RequestInfo, Server, ToolHandler, ToolProvider,
    async_trait,
};

fn builder() -> Builder {
    Server::builder("test", "1.0.0")
}

fn tool(name: &str) -> ToolHandler {
    ToolHandler::function(name, [], || async {})
}

/// Returns clients of both eras.
fn clients(builder: Builder) -> [Client; 2] {
    let server = builder.build();
    let legacy = block_on(Client::legacy(server.clone(), ProtocolVersion::V2025_06_18)).unwrap();
    [Client::modern(server), legacy]
}

fn unknown_tool(client: &Client, name: &str) -> ErrorObject {
    let error = block_on(client.call_tool(name, ())).unwrap_err();
    assert_eq!(error.code, ErrorCode::INVALID_PARAMS);
    error
}

#[test]
fn the_closest_name_is_suggested() {
    let catalog = Catalog::new();
    catalog.insert(tool("delete_note"));
    let prompt = PromptHandler::function("summarize", [], || async { "Summarize." });
    let server = builder().tool(tool("search_notes")).tool_provider(catalog).prompt(prompt);
    let server = server.mount("inner", builder().tool(tool("translate")));
    for client in clients(server) {
        for (name, expected) in [
            ("searchNotes", "unknown tool: searchNotes; did you mean `search_notes`?"),
            ("delete_notes", "unknown tool: delete_notes; did you mean `delete_note`?"),
            ("inner_tarnslate", "unknown tool: inner_tarnslate; did you mean `inner_translate`?"),
            ("weather", "unknown tool: weather"),
        ] {
            assert_eq!(unknown_tool(&client, name).message, expected);
        }
        let error = block_on(client.get_prompt("sumarize", ())).unwrap_err();
        assert_eq!(error.message, "unknown prompt: sumarize; did you mean `summarize`?");
    }
}

#[test]
fn hidden_names_are_never_suggested() {
    let catalog = Catalog::new();
    catalog.insert(tool("secret_provided"));
    let prompt = PromptHandler::function("secret_prompt", [], || async { "Hidden." });
    let server = builder()
        .tool(tool("secret_tool"))
        .tool(tool("weather"))
        .tool_provider(catalog)
        .prompt(prompt)
        .visible(|_, item| !format!("{item:?}").contains("secret"));
    for client in clients(server) {
        assert_eq!(unknown_tool(&client, "secret_tool").message, "unknown tool: secret_tool");
        assert_eq!(unknown_tool(&client, "secret_tol").message, "unknown tool: secret_tol");
        assert_eq!(unknown_tool(&client, "secret_provide").message, "unknown tool: secret_provide");
        let error = block_on(client.get_prompt("secret_promt", ())).unwrap_err();
        assert_eq!(error.message, "unknown prompt: secret_promt");
    }
}

/// A provider that counts how often it is asked for its list, which is empty at first and then fails.
struct Counting(Arc<AtomicUsize>);

#[async_trait]
impl ToolProvider for Counting {
    fn list_key(&self, _: &RequestInfo<'_>) -> Option<String> {
        None
    }

    async fn tools(&self, _: &RequestInfo<'_>) -> Result<Vec<ToolHandler>, ProviderError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Err("the database is down".into())
    }

    async fn tool(&self, _: &RequestInfo<'_>, _: &str) -> Result<Option<ToolHandler>, ProviderError> {
        Ok(None)
    }
}

#[test]
fn suggestions_are_bounded() {
    let visible = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&visible);
    let many =
        (0..5000).fold(builder(), |builder, number| builder.tool(tool(&format!("tool_number_{number}"))));
    let many = many.visible(move |_, _| {
        seen.fetch_add(1, Ordering::SeqCst);
        true
    });
    let [client, _] = clients(many);
    visible.store(0, Ordering::SeqCst);
    let start = Instant::now();
    assert!(unknown_tool(&client, "tool_numbr_7").message.contains("did you mean"));
    assert!(visible.load(Ordering::SeqCst) <= 1000);
    for length in [65, 1_000_000] {
        visible.store(0, Ordering::SeqCst);
        assert!(unknown_tool(&client, &"x".repeat(length)).message.len() < 100);
        assert_eq!(visible.load(Ordering::SeqCst), 0);
    }
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn a_provider_without_a_list_does_not_hide_the_error() {
    let asked = Arc::new(AtomicUsize::new(0));
    let server = builder().tool(tool("search")).tool_provider(Counting(Arc::clone(&asked)));
    let [client, _] = clients(server);
    assert_eq!(unknown_tool(&client, "serch").message, "unknown tool: serch; did you mean `search`?");
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    unknown_tool(&client, &"serch".repeat(20));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}
