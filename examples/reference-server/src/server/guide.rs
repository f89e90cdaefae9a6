//! What a person at a terminal is told.

use std::path::Path;

use mcpwright::Server;
use mcpwright::core::Tool;
use serde_json::json;

/// Where the data is, what is offered, and how to connect a client.
pub fn guide(server: &Server, url: &str, data: &Path, program: &Path) -> String {
    let (data, program) = (data.display().to_string(), program.display().to_string());
    let command = ["--stdio", "--data", &data];
    let desktop = json!({ "mcpServers": { "northlight": { "command": program, "args": command } } });
    let code = json!({ "servers": { "northlight": { "type": "http", "url": url } } });
    let message = r#"{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}"#;
    let (program, data_word) = (word(&program), word(&data));
    let tools: String = server.tools().iter().map(|tool| line(tool.definition())).collect();
    format!(
        "The reference server: a sample company's database and documents.\n\n\
         Data\n  {data}\n\n\
         Tools\n{tools}\n\
         Resources\n  db://main/schema, db://main/table/{{name}}, doc://{{+path}}{{?version}}\n\n\
         Prompt\n  investigate             Answer a question about the company with its data, and show how.\n\n\
         Connect a client\n  \
         Claude Code:\n    claude mcp add --transport http northlight {url}\n  \
         VS Code, in .vscode/mcp.json:\n    {code}\n  \
         Claude Desktop, which starts the server itself, in claude_desktop_config.json:\n    {desktop}\n  \
         The inspector:\n    npx @modelcontextprotocol/inspector --cli {url} --transport http --method tools/list\n  \
         By hand:\n    curl -s {url} -H 'Content-Type: application/json' -d '{message}'\n  \
         Over standard input and output, for a client that starts it:\n    {program} --stdio --data {data_word}\n\n\
         Listening at {url}\n\
         End it with Ctrl-C.\n"
    )
}

/// A tool by its name, and what it does: the beginning of what a model is told.
fn line(tool: &Tool) -> String {
    let description = tool.description.as_deref().unwrap_or_default();
    let beginning = description.split([',', '.', ';', ':']).next().unwrap_or_default();
    format!("  {:<23} {beginning}.\n", tool.name)
}

/// A text as one word of a command.
fn word(text: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "/._-+=:@%".contains(character);
    if text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn a_path_is_one_word() {
        for (path, expected) in [
            ("/srv/data-1/x.y", "/srv/data-1/x.y"),
            ("/home/a b", "'/home/a b'"),
            ("/it's", r"'/it'\''s'"),
            ("/$HOME", "'/$HOME'"),
        ] {
            assert_eq!(word(path), expected);
        }
    }
}
