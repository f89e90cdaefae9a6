//! The text that the server prints when it starts.

use std::path::Path;

use mcpwright::Server;
use mcpwright::types::Tool;
use serde_json::json;

/// Returns the startup text: the location of the data, the tools and resources, and the configuration of clients.
pub fn banner(server: &Server, url: &str, data: &Path, program: &Path) -> String {
    let (data, program) = (data.display().to_string(), program.display().to_string());
    let command = ["--stdio", "--data", &data];
    let desktop = json!({ "mcpServers": { "northlight": { "command": program, "args": command } } });
    let code = json!({ "servers": { "northlight": { "type": "http", "url": url } } });
    let message = r#"{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}"#;
    let (program, data_argument) = (shell_quote(&program), shell_quote(&data));
    let tools: String = server.tools().iter().map(|tool| summary(tool.definition())).collect();
    format!(
        "The reference server: the database and documents of a sample company.\n\n\
         Data\n  {data}\n\n\
         Tools\n{tools}\n\
         Resources\n  db://main/schema, db://main/table/{{name}}, doc://{{+path}}{{?version}}\n\n\
         Prompt\n  investigate             Answer a question about the company from its data, and show the statements.\n\n\
         Connect a client\n  \
         Claude Code:\n    claude mcp add --transport http northlight {url}\n  \
         VS Code, in .vscode/mcp.json:\n    {code}\n  \
         Claude Desktop, which starts the server, in claude_desktop_config.json:\n    {desktop}\n  \
         The inspector:\n    npx @modelcontextprotocol/inspector --cli {url} --transport http --method tools/list\n  \
         curl:\n    curl -s {url} -H 'Content-Type: application/json' -d '{message}'\n  \
         Standard input and output, for a client that starts the server:\n    {program} --stdio --data {data_argument}\n\n\
         Listening at {url}\n\
         Press Ctrl-C to stop the server.\n"
    )
}

/// Returns a tool's name and the first clause of its description.
fn summary(tool: &Tool) -> String {
    let description = tool.description.as_deref().unwrap_or_default();
    let clause = description.split([',', '.', ';', ':']).next().unwrap_or_default();
    format!("  {:<23} {clause}.\n", tool.name)
}

/// Quotes a text as one argument of a shell command.
fn shell_quote(text: &str) -> String {
    let is_safe = |character: char| character.is_alphanumeric() || "/._-+=:@%".contains(character);
    if text.chars().all(is_safe) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::shell_quote;

    #[test]
    fn paths_are_quoted() {
        for (path, expected) in [
            ("/srv/data-1/x.y", "/srv/data-1/x.y"),
            ("/home/a b", "'/home/a b'"),
            ("/it's", r"'/it'\''s'"),
            ("/$HOME", "'/$HOME'"),
        ] {
            assert_eq!(shell_quote(path), expected);
        }
    }
}
