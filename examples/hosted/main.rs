//! A hosted server behind axum, whose tools depend on who asks: `cargo run --example hosted --features http`.
//!
//! - Two endpoints of one server: `/mcp` for people, and `/agent` for agents, which have fewer tools.
//! - Callers with scopes, from bearer tokens; tools that require a scope or a capability of the client.
//! - Tools from a data file, which is read again when it changes.
//! - A record of the caller, which an extractor loads for each call.
//! - A line in the log for each call, with its result.
//!
//! It listens on port 8080 of the loopback interface, or on the given port, and reads the reports of `reports.json`, or of
//! the given file: `… -- 8081 my-reports.json`.

mod callers;
mod calls;
mod reports;

use std::path::PathBuf;

use axum::Router;
use axum::middleware::from_fn;
use mcpwright::{
    Builder, Catalog, Context, Form, Item, RequestInfo, Result, Serve as _, ToolHandler, server,
};

use crate::callers::{Agent, Customer, authenticate};
use crate::calls::Log;

/// The tools that are part of the program.
struct Shop;

/// The form with which the user confirms a cancellation.
#[derive(Form)]
struct Confirmation {
    /// The reason
    reason: String,
}

#[server(
    name = "shop",
    version = "1.0.0",
    with = |builder| builder.visible(is_visible).instructions_for(instructions).middleware(Log)
)]
impl Shop {
    /// Return the state of an order.
    #[tool(read_only)]
    async fn order_status(&self, number: u32, customer: Customer) -> String {
        format!("The order {number} of {} is on its way.", customer.name)
    }

    /// Cancel an order, after the user has confirmed it.
    #[tool(destructive)]
    async fn cancel_order(&self, context: &Context, number: u32) -> Result<String> {
        // If the user declines, the call returns this error as the tool's error, which the model reads.
        let Confirmation { reason } = context.elicit("confirm", format!("Cancel the order {number}?"))?;
        Ok(format!("The order {number} is cancelled: {reason}."))
    }
}

/// Returns `true` if an item exists for a request: a tool that cancels orders needs a user whom the client can ask, and a
/// report with a scope needs a caller that has it.
fn is_visible(request: &RequestInfo<'_>, item: Item<'_>) -> bool {
    let Item::Tool(tool) = item else { return true };
    if tool.name == "cancel_order" {
        let is_agent = request.extension::<Agent>().is_some();
        return !is_agent && request.capabilities().elicitation.is_some();
    }
    reports::scope(tool).is_none_or(|scope| request.caller().has_scope(scope))
}

/// Returns the instructions of the endpoint.
fn instructions(request: &RequestInfo<'_>) -> Option<String> {
    let is_agent = request.extension::<Agent>().is_some();
    Some(
        if is_agent { "Reports and orders, to read only." } else { "Reports and orders of the shop." }
            .to_owned(),
    )
}

/// Returns the server with the reports, which change while it runs.
fn shop(reports: Catalog<ToolHandler>) -> Builder {
    Shop.into_builder().tool_provider(reports)
}

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(tracing::Level::WARN).init();
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().map_or(Ok(8080), |port| port.parse())?;
    let default = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hosted/reports.json"));
    let file = arguments.next().map_or_else(default, PathBuf::from);

    let catalog = Catalog::new();
    catalog.replace(reports::read(&file)?);
    tokio::spawn(reports::watch(file, catalog.clone()));

    let service = mcpwright::http(shop(catalog)).endpoint("/agent", Agent).into_service();
    let application = Router::new()
        .route_service("/mcp", service.clone())
        .route_service("/agent", service.clone())
        .layer(from_fn(authenticate));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    eprintln!("http://{}/mcp", listener.local_addr()?);
    let closing = service.clone();
    let stop = async move {
        // An error means that the signal cannot be received; then the server shuts down at once.
        let _ = tokio::signal::ctrl_c().await;
        // Open streams would block the graceful shutdown.
        closing.close();
    };
    axum::serve(listener, application).with_graceful_shutdown(stop).await?;
    service.shut_down().await;
    Ok(())
}
