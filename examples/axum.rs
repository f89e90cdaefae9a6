//! A server inside an axum application that authenticates callers: `cargo run --example axum --features http`.
//!
//! It listens on port 8080 of the loopback interface, or on the given port: `… -- 8081`.

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use mcpwright::serde_json::Map;
use mcpwright::{Caller, Ext, Result, server};

struct Greeter;

/// The customer whose data a request may access.
#[derive(Clone)]
struct Tenant(String);

#[server]
impl Greeter {
    /// Return the caller's name and tenant.
    #[tool(read_only)]
    async fn who_am_i(&self, caller: Caller, tenant: Ext<Tenant>) -> String {
        format!("{caller} of {}", tenant.0)
    }
}

/// Rejects requests without the token, and attaches the caller and its tenant to the others. A real application queries
/// its identity provider.
async fn authenticate(mut request: Request, next: Next) -> Response {
    let token = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if token != Some("Bearer open sesame") {
        return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")]).into_response();
    }
    request.extensions_mut().insert(Caller::new("ali baba", [], Map::new()));
    request.extensions_mut().insert(Tenant("forty thieves".to_owned()));
    next.run(request).await
}

#[tokio::main]
async fn main() -> Result<()> {
    let port: u16 = std::env::args().nth(1).map_or(Ok(8080), |port| port.parse())?;
    let service = mcpwright::http(Greeter)
        .extract(|request| request.extensions.get::<Tenant>().cloned())
        .into_service();
    let application = Router::new()
        .route_service("/mcp", service.clone())
        .layer(from_fn(authenticate))
        .route("/", get(|| async { "An application with a server at /mcp.\n" }));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    eprintln!("http://{}/mcp", listener.local_addr()?);
    let stopping = service.clone();
    let stop = async move {
        // An error means that the signal cannot be received; then the server shuts down at once.
        let _ = tokio::signal::ctrl_c().await;
        // Open streams would block the graceful shutdown.
        stopping.close();
    };
    axum::serve(listener, application).with_graceful_shutdown(stop).await?;
    // Cancels tasks, and runs the hooks of the server.
    service.shut_down().await;
    Ok(())
}
