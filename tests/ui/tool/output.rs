use mcpwright::{server, types::CallToolResult};

struct Depth;

struct Exchange;

#[server]
impl Exchange {
    /// List the orders.
    #[tool(output = "Depth")]
    fn text(&self) -> CallToolResult {
        CallToolResult::default()
    }

    /// List the orders.
    #[tool(output)]
    fn alone(&self) -> CallToolResult {
        CallToolResult::default()
    }

    #[prompt(output = Depth)]
    fn ask(&self) -> String {
        String::new()
    }
}

fn main() {}
