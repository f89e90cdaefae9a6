//! Lists that change while the server runs.

use std::sync::Arc;
use std::time::Duration;

use mcpwright_core::{CacheScope, PromptMessage};
use mcpwright_server::{Builder, PromptHandler, ResourceHandler, Server, ToolHandler};

use super::Shared;

pub(super) fn server(shared: &Arc<Shared>) -> Builder {
    Server::builder("changes", "1.0.0")
        .logging()
        .cache(Duration::from_secs(60), CacheScope::Public)
        .tool(tool("first"))
        .prompt(prompt("first"))
        .resource(resource("changes://first"))
        .tool_provider(shared.tools.clone())
        .prompt_provider(shared.prompts.clone())
        .resource_provider(shared.resources.clone())
}

pub(super) fn tool(name: &str) -> ToolHandler {
    let text = format!("the tool {name}");
    ToolHandler::function(name, [], move || {
        let text = text.clone();
        async move { text }
    })
    .description("Return a text.")
}

pub(super) fn prompt(name: &str) -> PromptHandler {
    let text = format!("the prompt {name}");
    PromptHandler::function(name, [], move || {
        let text = text.clone();
        async move { PromptMessage::user(text) }
    })
}

pub(super) fn resource(uri: &str) -> ResourceHandler {
    let (text, name) = (format!("the resource {uri}"), uri.rsplit('/').next().unwrap_or(uri).to_owned());
    ResourceHandler::function(uri, name, move || {
        let text = text.clone();
        async move { text }
    })
}
