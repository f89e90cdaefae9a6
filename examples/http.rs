//! A server over HTTP: `cargo run --example http --features http`, then `curl` as the guide shows.
//!
//! It listens on port 8080 of the loopback interface, or on the given port: `… -- 8081`.

use std::time::Duration;

use mcpwright::{Context, Result, server};

struct Calculator;

#[server]
impl Calculator {
    /// Add two integers.
    #[tool(read_only)]
    async fn add(&self, a: i64, b: i64) -> i64 {
        a + b
    }

    /// Count to a number, and report progress.
    #[tool(read_only)]
    async fn count(&self, context: &Context, #[arg(range = 1..=100)] to: u32) -> u32 {
        for number in 1..=to {
            tokio::time::sleep(Duration::from_millis(10)).await;
            context.progress(number, to);
        }
        to
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let port = std::env::args().nth(1).map_or(Ok(8080), |port| port.parse())?;
    let listening = mcpwright::http(Calculator).listen(("127.0.0.1", port)).await?;
    eprintln!("{}", listening.url());
    listening.run().await?;
    Ok(())
}
