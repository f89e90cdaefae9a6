//! The benchmark server, written with the SDK as a user would write it.
//!
//! `workload --stdio` serves standard input and output; `workload --http PORT` serves `http://127.0.0.1:PORT/mcp`.

use mcpwright::{Builder, Json, Result, Serve, ToolHandler, server};
use serde::{Deserialize, Serialize};
use serde_json::Value;

struct Workload;

/// The result of `add`.
#[derive(Serialize, schemars::JsonSchema)]
struct Sum {
    sum: i64,
}

#[server]
impl Workload {
    /// Return the text.
    #[tool(read_only)]
    async fn echo(&self, text: String) -> String {
        text
    }

    /// Add two integers.
    #[tool(read_only)]
    async fn add(&self, a: i64, b: i64) -> Json<Sum> {
        Json(Sum { sum: a + b })
    }

    /// Return a text of the given size.
    #[tool(read_only)]
    async fn blob(&self, size: usize, pad: Option<String>) -> String {
        let mut text = "x".repeat(size);
        if let Some(pad) = pad {
            text.push_str(&format!(":{}", pad.len()));
        }
        text
    }

    /// A constant text.
    #[resource("bench://static", mime_type = "text/plain")]
    async fn text(&self) -> &'static str {
        "static benchmark resource"
    }
}

/// A tool that does nothing, with a handwritten schema.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DummyTool {
    name: String,
    description: String,
    input_schema: Value,
}

fn workload() -> Result<Builder> {
    let dummies: Vec<DummyTool> = serde_json::from_str(include_str!("dummy_tools.json"))?;
    let tools = dummies.into_iter().map(|dummy| {
        // The workload demands an empty text.
        ToolHandler::with_schema(dummy.name, dummy.input_schema, |_, _| async { "" })
            .empty_text("")
            .description(dummy.description)
    });
    Ok(tools.fold(Workload.into_builder(), Builder::tool))
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--stdio"] => Ok(mcpwright::stdio(workload()?).await.map(drop)?),
        ["--http", port] => Ok(mcpwright::http(workload()?).bind(("127.0.0.1", port.parse()?)).await?),
        _ => Err("usage: workload --stdio | --http PORT".into()),
    }
}
