//! A server inside of an axum application, which says who calls: `cargo run --example axum --features http`.
//!
//! It listens on port 8080 of this machine, or on the one that is named: `… -- 8081`.

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use mcpwright::serde_json::Map;
use mcpwright::{Caller, Ext, Result, server};

struct Greeter;

/// Which customer's data a request is about.
#[derive(Clone)]
struct Tenant(String);

#[server]
impl Greeter {
    /// Say who you are and for whom you work.
    #[tool(read_only)]
    async fn who_am_i(&self, caller: Caller, tenant: Ext<Tenant>) -> String {
        format!("{caller} of {}", tenant.0)
    }
}

/// Lets those in who have the token, and says who that is. A real application asks its identity provider.
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
    let stop = async move {
        // Without the signal there is nothing to wait for.
        let _ = tokio::signal::ctrl_c().await;
        // Open streams would keep the application from ending.
        service.close();
    };
    axum::serve(listener, application).with_graceful_shutdown(stop).await?;
    Ok(())
}
