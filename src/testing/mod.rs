//! Helpers for tests: a typed client in the same process, for any protocol revision; one body of a test with every client; a
//! lint of the catalog; and a lock of the catalog in a file.
//!
//! ```
//! use mcpwright::server;
//! use mcpwright::testing::{every_client, lint};
//!
//! struct Calculator;
//!
//! #[server]
//! impl Calculator {
//!     /// Add two integers.
//!     #[tool(read_only)]
//!     async fn add(
//!         &self,
//!         /// The first one.
//!         a: i64,
//!         /// The second one.
//!         b: i64,
//!     ) -> i64 {
//!         a + b
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! every_client(|| Calculator, async |client| -> mcpwright::Result<()> {
//!     let result = client.call_tool("add", [("a", 2), ("b", 3)]).await?;
//!     assert_eq!(result.content[0].as_text(), Some("5"));
//!     Ok(())
//! })
//! .await;
//! lint(Calculator).budget(8_000).await.assert_clean();
//! // testing::lock(Calculator, "mcp.lock").await compares the catalog with a file.
//! # }
//! ```

// The public interface is:
pub use mcpwright_server::testing::{
    Arguments, CatalogChange, CatalogSnapshot, Client, ClientProfile, ClientTransport, Delivery, Finding,
    Impact, Inbox, Lint, LintReport, Rule, ServerSource, Subject, ToolSize, lint,
};
#[cfg(any(feature = "stdio", feature = "http"))]
pub use mcpwright_transport::testing::{BodyResult, CatalogLock, EveryClient, every_client, lock};
