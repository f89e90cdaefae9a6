//! An MCP server inside a hyper server: `cargo run --example hyper --features http`.
//!
//! It listens on port 8080 of the loopback interface, or on the given port: `… -- 8081`.

use std::convert::Infallible;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use mcpwright::transport::http::{Body, HttpService};
use mcpwright::{Result, server};

struct Calculator;

#[server]
impl Calculator {
    /// Add two integers.
    #[tool(read_only)]
    async fn add(&self, a: i64, b: i64) -> i64 {
        a + b
    }
}

/// Routes one path to the MCP server, and answers all others with 404.
async fn route(service: HttpService, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    if request.uri().path() == "/mcp" {
        return Ok(service.handle(request).await);
    }
    let mut response = Response::new(Body::default());
    *response.status_mut() = StatusCode::NOT_FOUND;
    Ok(response)
}

#[tokio::main]
async fn main() -> Result<()> {
    let port: u16 = std::env::args().nth(1).map_or(Ok(8080), |port| port.parse())?;
    let service = mcpwright::http(Calculator).into_service();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    eprintln!("http://{}/mcp", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        let service = service.clone();
        tokio::spawn(async move {
            let hyper_service = service_fn(move |request| route(service.clone(), request));
            if let Err(error) =
                http1::Builder::new().serve_connection(TokioIo::new(stream), hyper_service).await
            {
                eprintln!("connection failed: {error}");
            }
        });
    }
}
