//! A server built from functions and closures with the builder, without macros and without a server type.

use std::collections::BTreeMap;

use mcpwright::{
    Completer, CompletionRequest, Context, Ext, PromptHandler, PromptMessage, ResourceHandler, Result,
    Server, TemplateHandler, ToolHandler,
};

/// Towns with their populations.
struct Towns {
    people: BTreeMap<&'static str, u32>,
}

async fn largest(towns: Ext<Towns>) -> Option<String> {
    let (name, people) = towns.people.iter().max_by_key(|(_, people)| **people)?;
    Some(format!("{name}, {people}"))
}

async fn people(towns: Ext<Towns>, town: String) -> Option<String> {
    towns.people.get(town.as_str()).map(ToString::to_string)
}

async fn suggest(completing: CompletionRequest) -> Vec<&'static str> {
    let Some(towns) = completing.context.extension::<Towns>() else { return Vec::new() };
    towns.people.keys().copied().filter(|name| name.starts_with(&completing.value)).collect()
}

async fn walk(context: Context, kilometres: f64) -> String {
    for step in 1..=4 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        context.progress(kilometres * f64::from(step) / 4.0, kilometres);
    }
    format!("walked {kilometres} km")
}

#[tokio::main]
async fn main() -> Result<()> {
    let towns = [("Ahrensburg", 34_000), ("Bargteheide", 16_000), ("Lübeck", 219_000)];
    let server = Server::builder("towns", env!("CARGO_PKG_VERSION"))
        .instructions("Towns, their populations, and walks between them.")
        .share(Towns { people: BTreeMap::from(towns) })
        .tool(
            ToolHandler::function("largest", [], largest)
                .description("Name the largest town.")
                .read_only(true),
        )
        .tool(
            ToolHandler::function("walk", ["kilometres"], walk)
                .argument("kilometres", |argument| argument.description("Distance.").range(0.5..=50.0))
                .description("Go for a walk, and report progress."),
        )
        .resource(
            ResourceHandler::function("town://all", "all", |towns: Ext<Towns>| async move {
                towns.people.keys().copied().collect::<Vec<_>>().join("\n")
            })
            .mime_type("text/plain"),
        )
        .template(
            TemplateHandler::function("town://{town}/people", "people", ["town"], people)
                .argument("town", |argument| argument.complete(Completer::new(suggest)))
                .description("The population of a town."),
        )
        .prompt(
            PromptHandler::function("visit", ["town"], |town: String| async move {
                PromptMessage::user(format!("Plan a day in {town}."))
            })
            .description("Plan a visit."),
        );
    mcpwright::stdio(server).await?;
    Ok(())
}
