use mcpwright::{
    CallToolResult, Content, ErrorData, ServerHandler, ServiceExt, prompt_router, server, tool_handler, tool_router,
};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct SumRequest {
    a: i32,
    b: i32,
}

struct Calculator;

#[tool_router]
impl Calculator {
    #[tool(description = "Add two numbers")]
    fn sum(&self, Parameters(SumRequest { a, b }): Parameters<SumRequest>) -> Result<CallToolResult, ErrorData> {
        Ok(CallToolResult::success(vec![Content::text((a + b).to_string())]))
    }

    #[tool(description = "Subtract")]
    async fn sub(&self, Parameters(request): Parameters<SumRequest>, context: RequestContext<RoleServer>) -> String {
        (request.a - request.b).to_string()
    }
}

#[prompt_router]
impl Calculator {
    /// Explain a sum.
    #[prompt]
    fn explain(&self) -> String {
        String::new()
    }
}

#[tool_handler]
impl ServerHandler for Calculator {
    fn get_info(&self) -> ServerInfo {
        ServerInfo::default()
    }
}

struct Other;

#[server]
#[tool_router]
impl Other {
    /// Add two numbers.
    #[tool]
    fn sum(&self) {}
}

struct Older;

#[mcpwright::tool(tool_box)]
impl Older {
    fn sum(&self) {}
}

fn main() {}
