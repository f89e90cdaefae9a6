use mcpwright::server;

struct Notes;

#[server(deadline = "30s", tool_box, capabilities(tools), icons("a"), state = 5)]
impl Notes {
    /// Search the notes.
    #[tool(deadline = "30s", annotations(read_only_hint = true), output_schema = "{}", input_schema = "{}")]
    fn find(&self) {}

    /// List the notes.
    #[tool(additive, aggr, tool_box, execution(task), tags("a"), args(a), rename = "all", help = "Lists.")]
    fn list(&self) {}

    /// Read a note.
    #[resource("note://1", deadline = "30s", uri = "note://1", mime = "text/plain", priority = 1, ttl = 5)]
    fn read(&self) -> String {
        String::new()
    }

    /// Summarize the notes.
    #[prompt(deadline = "30s", arguments(a), role = "user", scope = "admin")]
    fn summarize(&self) -> String {
        String::new()
    }
}

fn main() {}
