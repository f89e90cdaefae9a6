use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool(name = "find notes")]
    fn find(&self) {}

    /// Search the notes.
    #[tool]
    fn größe(&self) {}
}

fn main() {}
