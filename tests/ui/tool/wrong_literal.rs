use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool("find", title = 5, read_only = "yes", strict = true, timeout = 30, icon(sizes("1x1")), meta(a = 1))]
    fn find(&self) {}

    /// Delete a note.
    #[tool(title = "a", title = "b" strict)]
    fn delete(&self) {}

    /// List the notes.
    #[tool = "list"]
    fn list(&self) {}
}

fn main() {}
