//! What a person at a terminal is told.

use std::path::Path;

use mcpwright::Server;
use serde_json::json;

/// Where the data is, what is offered, and how to connect a client.
pub fn guide(server: &Server, url: &str, data: &Path, program: &Path) -> String {
    let (data, program) = (data.display().to_string(), program.display().to_string());
    let desktop = json!({ "mcpServers": { "northlight": { "command": program, "args": ["--stdio", "--data", data] } } });
    let code = json!({ "servers": { "northlight": { "type": "http", "url": url } } });
    let tools: String = server
        .tools()
        .iter()
        .map(|tool| {
            let tool = tool.definition();
            format!("  {:<18} {}\n", tool.name, tool.description.as_deref().unwrap_or_default())
        })
        .collect();
    format!(
        "The reference server: a sample company's database and documents, read-only.\n\n\
         Data\n  {data}\n\n\
         Tools\n{tools}\n\
         Resources\n  db://main/schema, db://main/table/{{name}}, doc://{{+path}}{{?version}}\n\n\
         Prompt\n  investigate        Answer a question about the company with its data, and show how.\n\n\
         Connect a client\n  \
         VS Code, in .vscode/mcp.json:\n    {code}\n  \
         Claude Code:\n    claude mcp add --transport http northlight {url}\n  \
         Claude Desktop, which starts the server itself, in claude_desktop_config.json:\n    {desktop}\n  \
         The inspector:\n    npx @modelcontextprotocol/inspector --cli {url} --transport http --method tools/list\n\n\
         Listening at {url}\n\
         End it with Ctrl-C.\n"
    )
}
