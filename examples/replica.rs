//! One of several replicas: `cargo run --example replica --features http -- 8081`, and a second one on 8082.
//!
//! Each replica continues the sessions of the others, because all of them have the same secret key. In production, set
//! the key in the environment: `REPLICA_KEY=$(openssl rand -base64 32)`.

use std::sync::atomic::{AtomicU32, Ordering};

use mcpwright::{Context, Form, Result, server};

struct Replica {
    port: u16,
    /// Number of stops booked by this replica.
    booked: AtomicU32,
}

/// The next stop of the journey.
#[derive(Form)]
struct Stop {
    town: String,
}

#[server]
impl Replica {
    /// Add two integers.
    #[tool(read_only)]
    async fn add(&self, a: i64, b: i64) -> i64 {
        a + b
    }

    /// Return the port of the replica that answers.
    #[tool(read_only)]
    async fn which(&self) -> u16 {
        self.port
    }

    /// Plan a journey of five stops. The user names each stop, and each is booked once, whichever replicas handle the call.
    #[tool]
    async fn plan(&self, context: &Context) -> Result<String> {
        let mut journey = Vec::new();
        for number in 1..=5 {
            let stop: Stop = context.elicit(&format!("stop {number}"), format!("Stop {number}?"))?;
            let booked = context.step(&format!("book {number}"), async { self.book(&stop.town) }).await?;
            journey.push(booked);
        }
        Ok(journey.join(", "))
    }

    /// Count the stops booked by this replica.
    #[tool(read_only)]
    async fn booked(&self) -> u32 {
        self.booked.load(Ordering::SeqCst)
    }

    fn book(&self, town: &str) -> Result<String> {
        self.booked.fetch_add(1, Ordering::SeqCst);
        Ok(format!("{town} at {}", self.port))
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let port = std::env::args().nth(1).map_or(Ok(8081), |port| port.parse())?;
    let key = std::env::var("REPLICA_KEY").unwrap_or_else(|_| "0".repeat(64));
    let replica = Replica { port, booked: AtomicU32::new(0) };
    let listening = mcpwright::http(replica).key(key.parse()?).listen(("127.0.0.1", port)).await?;
    eprintln!("{}", listening.url());
    listening.run().await?;
    Ok(())
}
