//! A server with one tool: `cargo run --example hello`, then send messages to its standard input, one per line.

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

#[tokio::main]
async fn main() -> Result<()> {
    mcpwright::stdio(Calculator).await?;
    Ok(())
}
