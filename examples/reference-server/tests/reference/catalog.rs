//! The published catalog: the rules of clients, changes of it, and clients of every revision over every transport.

use mcpwright::Server;
use mcpwright::testing::{Client, every_client, lint, lock};
use mcpwright::types::CallToolResult;
use reference_server::ReferenceServer;
use serde_json::{Value, json};

use crate::support::database;

/// Tokens of the tools and the instructions.
const BUDGET: usize = 3_200;

fn server() -> Server {
    ReferenceServer::build(database()).0
}

#[tokio::test]
async fn the_catalog_has_no_findings() {
    let report = lint(server()).budget(BUDGET).await;
    eprintln!("{report}");
    report.assert_clean();
}

/// The documents are data of the company, so their list is left out.
#[tokio::test]
async fn the_catalog_is_that_of_the_file() {
    lock(server(), "tests/mcp.lock").without_resources().await;
}

#[tokio::test]
async fn every_client_queries_and_reads() {
    every_client(server(), async |client: Client| -> mcpwright::Result<()> {
        let call = async |tool: &str, arguments: Value| -> mcpwright::Result<CallToolResult> {
            let result = client.call_tool(tool, arguments).await?;
            assert_ne!(result.is_error, Some(true), "{tool}: {result:?}");
            Ok(result)
        };
        let rows = call("query", json!({ "sql": "SELECT ? + 1", "params": [41] })).await?;
        assert!(rows.content[0].as_text().is_some_and(|text| text.contains("[[42]]")), "{rows:?}");
        call("explain", json!({ "sql": "SELECT 1" })).await?;
        call("search_catalog", json!({ "text": "supplier" })).await?;
        call("search_documents", json!({ "text": "returns" })).await?;
        assert_eq!(client.read_resource("db://main/schema").await?.contents.len(), 1);
        assert!(!client.get_prompt("investigate", [("question", "Who is late?")]).await?.messages.is_empty());
        Ok(())
    })
    .await;
}
