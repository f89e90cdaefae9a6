//! The macros.

use mcpwright::{server, Context, Json, Ext};
use mcpwright_server::testing::Client;

struct Notes;

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Note { id: u32 }

/// Notes of this machine's user.
#[server(instructions = "Notes.")]
impl Notes {
    /// Search the notes.
    #[tool(read_only)]
    async fn find(
        &self,
        /// Words to look for.
        query: String,
        /// At most this many.
        #[arg(default = 10, range = 1..=100)]
        limit: u32,
        context: &Context,
    ) -> Json<Vec<Note>> {
        let _ = (query, context);
        Json(vec![Note { id: limit }])
    }

    /// Add.
    #[tool]
    fn add(a: i64, b: i64) -> i64 { a + b }

    /// Version.
    #[tool]
    fn version(&self) -> &str { "1" }

    #[resource("note://{id}", mime_type = "text/markdown", cache("5min", private))]
    async fn text(&self, id: u32, Ext(x): Ext<u8>) -> Result<String, Box<dyn std::error::Error + Send + Sync>> { let _ = x; Ok(format!("{id}")) }

    #[prompt]
    fn summarize(&self, id: u32, tone: Option<String>) -> String { format!("{id} {tone:?}") }
}

#[tokio::test]
async fn scratch() {
    let client = Client::modern(Notes);
    let result = client.call_tool("find", [("query", "a")]).await.unwrap();
    println!("{result:?}");
    println!("{:?}", client.call_tool("add", [("a", 1), ("b", 2)]).await.unwrap());
}
