use mcpwright::server;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Order {
    symbol: String,
}

struct Broker;

#[server]
impl Broker {
    /// Submit an order.
    #[tool]
    fn submit(
        &self,
        /// The order.
        #[arg(flatten)]
        described: Order,
        #[arg(flatten, name = "order")] named: Order,
        #[arg(default, flatten)] absent: Order,
        #[arg(flatten = true)] valued: Order,
    ) {
        let _ = (described, named, absent, valued);
    }

    /// Cancel an order.
    #[tool]
    fn cancel(&self, #[arg(flat)] order: Order) {
        let _ = order;
    }
}

fn main() {}
