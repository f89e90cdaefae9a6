//! The text on standard error for the person who starts a server over HTTP: its address, and its use.

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use mcpwright_core::push_json_string;
use mcpwright_server::Server;

use crate::log::write_line;
use crate::terminal::{client_name, quoted, title};

/// Says where a server listens, if a person has started it: its log is a terminal.
pub(crate) fn greet_on_http(server: &Server, url: &str) {
    if std::io::stderr().is_terminal() {
        write_line(&http_greeting(server, url));
    }
}

fn http_greeting(server: &Server, url: &str) -> String {
    let (name, client_name) = (title(server), client_name(server));
    let mut settings = String::from(r#"{"mcpServers":{"#);
    push_json_string(&mut settings, &client_name);
    settings.push_str(r#":{"type":"http","url":"#);
    push_json_string(&mut settings, url);
    settings.push_str("}}}");
    let url = quoted(url);
    let mut text = format!(
        "{name} is an MCP server, and listens at {url}\n\n\
         \x20 Connect:   claude mcp add --transport http {client_name} {url}\n\
         \x20 Settings:  {settings}\n\
         \x20 Try it:    npx @modelcontextprotocol/inspector --cli {url} --transport http --method tools/list\n"
    );
    let discover = r#"{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}"#;
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "             curl -s {url} -H 'Content-Type: application/json' -H 'MCP-Protocol-Version: 2026-07-28' \
         -H 'Mcp-Method: server/discover' -d '{discover}'"
    );
    text.push_str("  Stop it:   Ctrl+C\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_over_http_says_where_it_listens() {
        let server = Server::builder("my notes!", "1.2.0").title("Notes").build();
        let text = http_greeting(&server, "http://127.0.0.1:8080/mcp");
        assert!(
            text.starts_with("Notes 1.2.0 is an MCP server, and listens at http://127.0.0.1:8080/mcp\n"),
            "{text}"
        );
        assert!(
            text.contains("claude mcp add --transport http my-notes http://127.0.0.1:8080/mcp\n"),
            "{text}"
        );
        assert!(text.contains("curl -s http://127.0.0.1:8080/mcp "), "{text}");
    }
}
