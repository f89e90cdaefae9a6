//! The text on standard error for the person who starts a server.

use std::io::{IsTerminal as _, stdin};

use mcpwright_core::push_json_string;
use mcpwright_server::Server;

use crate::log::write_line;

/// Says what a server on standard input and output is, if a person has started it: its input is a terminal.
pub(crate) fn greet_on_stdio(server: &Server) {
    if stdin().is_terminal() {
        write_line(&stdio_greeting(server, &command_line()));
    }
}

/// Warns of a server that offers nothing to clients, which is a mistake of its author.
pub(crate) fn warn_if_empty(server: &Server) {
    if server.offers_nothing() {
        let name = &server.info().name;
        tracing::warn!(name, "{NOTHING}");
        if !tracing::dispatcher::has_been_set() {
            write_line(&format!("mcpwright: the server `{name}` {NOTHING}"));
        }
    }
}

const NOTHING: &str = "has no tools, prompts, resources or providers: clients connect, and find nothing. Add some to its builder";

fn stdio_greeting(server: &Server, command: &[String]) -> String {
    let (name, client_name) = (title(server), client_name(server));
    let shell: Vec<_> = command.iter().map(|word| quoted(word)).collect();
    let shell = shell.join(" ");
    let mut settings = String::from(r#"{"mcpServers":{"#);
    push_json_string(&mut settings, &client_name);
    settings.push_str(r#":{"command":"#);
    for (index, word) in command.iter().enumerate() {
        settings.push_str(match index {
            0 => "",
            1 => r#","args":["#,
            _ => ",",
        });
        push_json_string(&mut settings, word);
    }
    settings.push_str(if command.len() > 1 { "]}}}" } else { "}}}" });
    format!(
        "{name} is an MCP server on standard input and output. It waits for JSON-RPC messages, one on each line: a client \
         starts it and sends them.\n\n\
         \x20 Connect:   claude mcp add {client_name} -- {shell}\n\
         \x20 Settings:  {settings}\n\
         \x20 Try it:    npx @modelcontextprotocol/inspector {shell}\n\
         \x20 Stop it:   Ctrl+C\n"
    )
}

/// Returns the title of a server, or its name, with the version.
pub(crate) fn title(server: &Server) -> String {
    let info = server.info();
    format!("{} {}", info.title.as_deref().unwrap_or(&info.name), info.version)
}

/// Returns the name of a server with the characters that clients accept.
pub(crate) fn client_name(server: &Server) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' };
    let name: String = server.info().name.chars().map(allowed).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "server".to_owned() } else { name.to_owned() }
}

/// Returns the command that started the process: the path of the program, and its arguments.
fn command_line() -> Vec<String> {
    let mut arguments = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned());
    let started_as = arguments.next().unwrap_or_default();
    // A client starts the program in another folder.
    let program = std::env::current_exe().map_or(started_as, |path| path.to_string_lossy().into_owned());
    std::iter::once(program).chain(arguments).collect()
}

/// Returns a word as a shell takes it.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,\\".contains(c);
    let is_plain = !word.is_empty() && word.chars().all(is_plain);
    match cfg!(windows) {
        _ if is_plain && (cfg!(windows) || !word.contains('\\')) => word.to_owned(),
        true => format!("\"{word}\""),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> Server {
        Server::builder("my notes!", "1.2.0").title("Notes").build()
    }

    #[test]
    fn a_server_on_stdio_says_how_to_connect() {
        let command = ["/home/ada/my server", "--db", "it's.db", "x"].map(str::to_owned);
        let text = stdio_greeting(&server(), &command);
        assert!(text.starts_with("Notes 1.2.0 is an MCP server on standard input and output."), "{text}");
        let shell = r"'/home/ada/my server' --db 'it'\''s.db' x";
        assert!(text.contains(&format!("claude mcp add my-notes -- {shell}\n")), "{text}");
        assert!(text.contains(&format!("npx @modelcontextprotocol/inspector {shell}\n")), "{text}");
        let settings =
            r#"{"mcpServers":{"my-notes":{"command":"/home/ada/my server","args":["--db","it's.db","x"]}}}"#;
        assert!(text.contains(settings), "{text}");
        let text = stdio_greeting(&server(), &command[..1]);
        assert!(text.contains(r#"{"my-notes":{"command":"/home/ada/my server"}}}"#), "{text}");
    }
}
