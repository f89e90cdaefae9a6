//! One of several replicas: `cargo run --example replica --features http -- 8081`, and another one on 8082.
//!
//! Each of them goes on with the sessions of the others, since they have the same key. A real one is in the environment:
//! `REPLICA_KEY=$(openssl rand -base64 32)`.

use mcpwright::{Key, Result, server};

struct Replica {
    port: u16,
}

#[server]
impl Replica {
    /// Add two integers.
    #[tool(read_only)]
    async fn add(&self, a: i64, b: i64) -> i64 {
        a + b
    }

    /// Say which replica this is.
    #[tool(read_only)]
    async fn which(&self) -> u16 {
        self.port
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let port = std::env::args().nth(1).map_or(Ok(8081), |port| port.parse())?;
    let key = std::env::var("REPLICA_KEY").unwrap_or_else(|_| "0".repeat(64));
    let listening =
        mcpwright::http(Replica { port }).key(Key::parse(&key)?).listen(("127.0.0.1", port)).await?;
    eprintln!("{}", listening.url());
    listening.run().await?;
    Ok(())
}
