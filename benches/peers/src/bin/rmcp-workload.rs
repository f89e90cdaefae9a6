//! The workload on `rmcp`, written as in its documentation.

use std::process::ExitCode;
use std::sync::Arc;

use axum::serve::ListenerExt;
use mcpwright_peers::{Arguments, DUMMY_TOOLS, Result};
use rmcp::handler::server::router::tool::{ToolRoute, ToolRouter};
use rmcp::handler::server::wrapper::{Json, Parameters};
use rmcp::model::{
    CallToolResult, ContentBlock, ListResourcesResult, PaginatedRequestParams, ReadResourceRequestParams,
    ReadResourceResponse, ReadResourceResult, Resource, ResourceContents, ServerCapabilities, ServerConfig,
    Tool,
};
use rmcp::schemars::{self, JsonSchema};
use rmcp::service::RequestContext;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService, stdio, stdio_pipes};
use rmcp::{ErrorData, RoleServer, ServerHandler, ServiceExt, tool, tool_handler, tool_router};
use serde::{Deserialize, Serialize};

fn main() -> ExitCode {
    mcpwright_peers::exit("rmcp-workload", run())
}

fn run() -> Result<()> {
    let mut arguments = Arguments::from_env();
    // `stdio()` is the transport that rmcp's guides use, and the default.
    arguments.flag("--stdio");
    let pipes = arguments.flag("--pipes");
    let port = arguments.values("--http")?.pop();
    let json = arguments.flag("--json");
    arguments.finish()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let server = RmcpServer::new()?;
        let service = match (port, pipes) {
            (Some(port), _) => return http(server, port, json).await,
            (None, true) => server.serve(stdio_pipes()).await?,
            (None, false) => server.serve(stdio()).await?,
        };
        service.waiting().await?;
        Ok(())
    })
}

/// Serves HTTP as the `counter_streamhttp` example of rmcp does. Unless `json` is set, a response is a stream of one event.
/// In sessions of the legacy era, responses are always streams.
async fn http(server: RmcpServer, port: u16, json: bool) -> Result<()> {
    let service = StreamableHttpService::new(
        move || Ok(server.clone()),
        Arc::new(LocalSessionManager::default()),
        StreamableHttpServerConfig::default().with_json_response(json),
    );
    let router = axum::Router::new().nest_service("/mcp", service);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    // The example does not set TCP_NODELAY. The call fails only if the client closed the connection.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, router).await?;
    Ok(())
}

#[derive(Deserialize, JsonSchema)]
struct EchoParams {
    text: String,
}

#[derive(Deserialize, JsonSchema)]
struct AddParams {
    a: i64,
    b: i64,
}

#[derive(Serialize, JsonSchema)]
struct Sum {
    sum: i64,
}

#[derive(Deserialize, JsonSchema)]
struct BlobParams {
    size: usize,
    pad: Option<String>,
}

#[derive(Clone)]
struct RmcpServer {
    /// The router. It is stored because the macro's default handler builds a router for each call, and shared because each
    /// session, and in the modern era each request, has its own handler.
    tools: Arc<ToolRouter<Self>>,
}

#[tool_router]
impl RmcpServer {
    fn new() -> Result<Self> {
        let mut tools = Self::tool_router();
        for tool in serde_json::from_str::<Vec<Tool>>(DUMMY_TOOLS)? {
            tools.add_route(ToolRoute::new_dyn(tool, |_| {
                Box::pin(async { Ok(CallToolResult::success(vec![ContentBlock::text("")]).into()) })
            }));
        }
        Ok(Self { tools: Arc::new(tools) })
    }

    #[tool(description = "Returns the text.")]
    async fn echo(&self, Parameters(EchoParams { text }): Parameters<EchoParams>) -> String {
        text
    }

    #[tool(description = "Adds two integers.")]
    async fn add(&self, Parameters(AddParams { a, b }): Parameters<AddParams>) -> Result<Json<Sum>, String> {
        let sum = a.checked_add(b).ok_or("the sum is too large")?;
        Ok(Json(Sum { sum }))
    }

    #[tool(description = "Returns a text of a size.")]
    async fn blob(&self, Parameters(BlobParams { size, pad }): Parameters<BlobParams>) -> String {
        let mut text = "x".repeat(size);
        if let Some(pad) = pad {
            text.push_str(&format!(":{}", pad.len()));
        }
        text
    }
}

#[tool_handler(router = self.tools)]
impl ServerHandler for RmcpServer {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().enable_resources().build())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let resource = Resource::new("bench://static", "static").with_mime_type("text/plain");
        Ok(ListResourcesResult::with_all_items(vec![resource]))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        if request.uri != "bench://static" {
            return Err(ErrorData::resource_not_found("unknown resource", None));
        }
        let contents =
            ResourceContents::text("static benchmark resource", request.uri).with_mime_type("text/plain");
        Ok(ReadResourceResult::new(vec![contents]).into())
    }
}
