#![deny(deprecated)]

use mcpwright::handler::server::router::tool::ToolRouter;
use mcpwright::handler::server::wrapper::Parameters;
use mcpwright::model::{CallToolResult, ServerInfo};
use mcpwright::service::RequestContext;
use mcpwright::{RoleServer, server};

struct Calculator {
    _router: Option<ToolRouter<Self>>,
}

#[server]
impl Calculator {
    /// Count the calls.
    #[tool]
    fn count(&self) -> CallToolResult {
        CallToolResult::text("none")
    }
}

fn add(_: Parameters<u32>, _: RequestContext<RoleServer>) -> ServerInfo {
    todo!()
}

fn main() {}
