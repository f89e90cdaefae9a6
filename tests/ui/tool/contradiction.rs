use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool(read_only, destructive)]
    fn find(&self) {}

    /// Add a note.
    #[tool(destructive, additive)]
    fn add(&self) {}
}

fn main() {}
