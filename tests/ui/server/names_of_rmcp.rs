#![deny(deprecated)]

use mcpwright::{CallToolResult, Content, ErrorData, McpError, ServiceExt, server};

struct Calculator;

#[server]
impl Calculator {
    /// Add two numbers.
    #[tool]
    fn sum(&self, a: i32, b: i32) -> Result<CallToolResult, ErrorData> {
        Ok(CallToolResult::success(vec![Content::text((a + b).to_string())]))
    }

    /// Subtract a number from another.
    #[tool]
    fn sub(&self, a: i32, b: i32) -> Result<String, McpError> {
        Ok((a - b).to_string())
    }
}

fn main() {}

async fn serve() {
    let _ = Calculator.serve(()).await;
}
