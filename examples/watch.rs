//! A resource that changes by itself, with subscribed clients: the water in a kettle gets warmer every second.
//!
//! To watch it, send `subscriptions/listen` and keep the input open. Each message is one line, hence `tr`:
//!
//! ```sh
//! (tr -d '\n' <<'END'; echo; sleep 10) | cargo run --example watch
//! {"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": {
//!   "notifications": {"resourceSubscriptions": ["kettle://temperature"]},
//!   "_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28",
//!             "io.modelcontextprotocol/clientCapabilities": {}}}}
//! END
//! ```
//!
//! The first message acknowledges the subscription, each one after it reports an update of the resource, and the last
//! one, sent when the input ends, closes the subscription. Clients of earlier revisions send `resources/subscribe` after
//! their handshake.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use mcpwright::{Context, Result, Serve as _, server};

const TEMPERATURE: &str = "kettle://temperature";
const COLD: u32 = 15;
const BOILING: u32 = 100;

struct Kettle {
    celsius: Arc<AtomicU32>,
}

#[server]
impl Kettle {
    /// The temperature of the water.
    #[resource("kettle://temperature", mime_type = "text/plain")]
    fn temperature(&self) -> String {
        format!("{} °C", self.celsius.load(Ordering::Relaxed))
    }

    /// Fill the kettle with cold water.
    #[tool(idempotent)]
    fn fill(&self, context: &Context) {
        self.celsius.store(COLD, Ordering::Relaxed);
        context.notify().resource_updated(TEMPERATURE);
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let celsius = Arc::new(AtomicU32::new(COLD));
    let kettle = Kettle { celsius: Arc::clone(&celsius) }.into_builder();
    let notify = kettle.notify().clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            if celsius.load(Ordering::Relaxed) < BOILING {
                celsius.fetch_add(1, Ordering::Relaxed);
                notify.resource_updated(TEMPERATURE);
            }
        }
    });
    mcpwright::stdio(kettle).await?;
    Ok(())
}
