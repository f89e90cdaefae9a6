//! A typed client in the same process, for tests: any protocol revision, no transport. Also a lint of the catalog.
//!
//! ```
//! use mcpwright_server::testing::Client;
//! use mcpwright_server::{Server, ToolHandler};
//!
//! # futures::executor::block_on(async {
//! let server = Server::builder("calculator", "1.0.0")
//!     .tool(ToolHandler::function("add", ["a", "b"], |a: i64, b: i64| async move { a + b }));
//! let client = Client::modern(server);
//! let result = client.call_tool("add", [("a", 2), ("b", 3)]).await?;
//! assert_eq!(result.content[0].as_text(), Some("5"));
//! # Ok::<(), mcpwright_core::ErrorObject>(())
//! # }).unwrap();
//! ```

pub(crate) mod arguments;
pub(crate) mod client;
pub(crate) mod in_process;
pub(crate) mod lint;
pub(crate) mod published;
pub(crate) mod requests;
pub(crate) mod server_source;
pub(crate) mod snapshot;
pub(crate) mod subject;
pub(crate) mod tasks;
pub(crate) mod transport;

use mcpwright_core::ErrorObject;

pub use self::arguments::Arguments;
pub use self::client::Client;
pub use self::lint::report::{Finding, LintReport, ToolSize};
pub use self::lint::rule::{ClientProfile, Rule};
pub use self::lint::{Lint, lint};
pub use self::server_source::ServerSource;
pub use self::snapshot::CatalogSnapshot;
pub use self::snapshot::change::{CatalogChange, Impact};
pub use self::subject::Subject;
pub use self::transport::{ClientTransport, Delivery, Inbox};

/// Returns the error for a value that cannot be serialized or deserialized.
fn internal_error(error: &serde_json::Error) -> ErrorObject {
    ErrorObject::internal(format!("between the test client and the server: {error}"))
}
