use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool(read_only, destructive)]
    fn find(&self) {}

    /// Delete a note.
    #[tool(destructive = true, read_only = true)]
    fn delete(&self) {}

    /// Add a note.
    #[tool(destructive, destructive = false)]
    fn add(&self) {}

    /// Replace a note.
    #[tool(destructive = false, additive)]
    fn replace(&self) {}

    /// List the notes.
    #[tool(read_only, destructive = false)]
    fn list(&self) {}
}

fn main() {}
