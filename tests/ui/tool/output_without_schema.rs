use mcpwright::{server, types::CallToolResult};

struct Depth;

struct Exchange;

#[server]
impl Exchange {
    /// List the orders.
    #[tool(output = Depth)]
    fn depth(&self) -> CallToolResult {
        CallToolResult::default()
    }
}

fn main() {}
